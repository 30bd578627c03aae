"""What stands in a place (辖区内的医联体和机构), a fixed number of queries for a batch of places."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from django.db.models import Exists, Min, OuterRef, Q

from grids.facts.division import LocalConsortiumFacts, LocalUnitFacts
from grids.models import GridAssignment, Standing
from registry.facts.kinds import CLASSES
from registry.models import Consortium, Institution, Lead, Membership

# 乡镇卫生院、街道社区卫生服务中心: each is to belong to one county community.
_UNIT_CLASSES = (*CLASSES["township_health"], *CLASSES["community_health_centre"])


def local_consortia(inside, as_of: date) -> Iterator[tuple[str, LocalConsortiumFacts]]:
    """The consortia of the day in the places, each with the path of its own place."""
    rows = Consortium.objects.active_on(as_of).filter(division__in=inside)
    with_grid = set(
        GridAssignment.objects.filter(consortium__in=rows, during__contains=as_of)
        .exclude(status=Standing.DISMISSED)
        .order_by()
        .values_list("consortium_id", flat=True)
    )
    leads = {
        pk: lead
        for pk, *lead in Lead.objects.filter(consortium__in=rows, during__contains=as_of)
        .order_by("pk")
        .values_list(
            "consortium_id",
            "institution__name",
            "institution__institution_class_id",
            "institution__affiliation",
            "institution__ownership",
        )
    }
    since = dict(
        Membership.objects.filter(consortium__in=rows, during__contains=as_of, remote_enabled_on__lte=as_of)
        .order_by()
        .values_list("consortium_id")
        .annotate(first=Min("remote_enabled_on"))
    )
    columns = rows.order_by("name", "pk").values_list(
        "pk", "name", "kind", "division__path", "founded_on", "closeness", "specialty_id", "specialty_text"
    )
    for pk, name, kind, path, founded_on, closeness, subject, text in columns:
        lead, lead_class, affiliation, ownership = leads.get(pk, ("", "", "", ""))
        yield (
            path,
            LocalConsortiumFacts(
                name, kind, pk in with_grid, founded_on, closeness, subject or "", text,
                lead or "", lead_class or "", affiliation or "", ownership or "", since.get(pk),
            ),
        )  # fmt: skip


def units_of(counties: Sequence[int], as_of: date) -> dict[int, tuple[LocalUnitFacts, ...]]:
    """Township hospitals and community health centres open on a day, by county; no entry: none is recorded there."""
    if not counties:
        return {}
    kinds = Q()
    for prefix in _UNIT_CLASSES:
        kinds |= Q(institution_class__code__startswith=prefix)
    known = Institution.objects.live().filter(kinds, division__in=counties)
    rows = known.open_on(as_of).order_by("name", "pk")
    joined = defaultdict(list)
    memberships = Membership.objects.filter(
        institution__in=rows.order_by().values("pk"),
        role=Membership.Role.MEMBER,
        during__contains=as_of,
        consortium__in=Consortium.objects.active_on(as_of).filter(kind=Consortium.Kind.COUNTY_COMMUNITY),
    )
    for pk, name in memberships.order_by("consortium__name", "pk").values_list(
        "institution_id", "consortium__name"
    ):
        joined[pk].append(name)
    found = defaultdict(list)
    for pk, county, name in rows.values_list("pk", "division_id", "name"):
        found[county].append(LocalUnitFacts(name, tuple(joined[pk])))
    return {county: tuple(listed) for county, listed in found.items()}


def private_of(counties: Iterable[int], as_of: date) -> dict[int, tuple[int, int]]:
    """Private institutions open on a day, by county: how many, and how many of them belong to a consortium."""
    counties = list(counties)
    if not counties:
        return {}
    member = Membership.objects.filter(institution=OuterRef("pk"), during__contains=as_of)
    rows = Institution.objects.live().filter(division__in=counties, ownership="private").open_on(as_of)
    total, joined = Counter(), Counter()
    for county, belongs in (
        rows.annotate(belongs=Exists(member)).order_by().values_list("division_id", "belongs")
    ):
        total[county] += 1
        joined[county] += belongs
    return {county: (total[county], joined[county]) for county in total}
