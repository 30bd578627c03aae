"""Reading institutions with the consortia that they lead or belong to (机构参加医联体的事实)."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from django.db.models import QuerySet

from registry.facts.institution import InstitutionFacts, ServiceFacts
from registry.facts.institutions import institution_rows, institutions_from
from registry.facts.links import communities_linked_with
from registry.gather import composed, gather
from registry.models import Consortium, Declaration, Lead, Membership

BATCH = 2000
OF_CONSORTIUM = tuple(f"consortium__{name}" for name in ("pk", "name", "kind", "scope", "registered_on"))
# The item with which an authority marks a county as 边远: no document lists them.
REMOTE_COUNTY = "remote_county"


def each_institution(institutions: QuerySet, as_of: date, batch: int = BATCH) -> Iterator[InstitutionFacts]:
    """Facts of every institution of a queryset with its consortia of the day, read and released batch by batch."""
    ids = list(institutions.order_by("division__path", "pk").values_list("pk", flat=True))
    for start in range(0, len(ids), batch):
        part = ids[start : start + batch]
        facts = served_facts(part, as_of)
        yield from (facts[pk] for pk in part if pk in facts)


def served_facts(
    ids: Iterable[int], as_of: date, *, left_out: frozenset[str] = frozenset()
) -> dict[int, InstitutionFacts]:
    """Institutions by id, with what they lead, belong to and are linked with on the day.

    ``left_out`` names the parts that need not be read.
    """
    ids = list(ids)
    services: dict[int, dict[int, ServiceFacts]] = defaultdict(dict)
    rows, leads, joined = gather(institution_rows(ids), _led_rows(ids, as_of), _joined_rows(ids, as_of))
    remote = _remote_members({pk for _, military, pk, *_ in leads if military}, as_of)
    for institution, _, pk, *row in leads:
        services[institution][pk] = _service(row, as_of, leads=True, remote_members=remote.get(pk))
    for institution, role, pk, *row in joined:
        if pk not in services[institution]:
            counted = role == Membership.Role.MEMBER
            services[institution][pk] = _service(row, as_of, counted=counted)
    links = defaultdict(tuple, {} if "links" in left_out else communities_linked_with(ids, as_of))
    unread = defaultdict(lambda: tuple(sorted(left_out)))
    taken = defaultdict(tuple, {pk: tuple(s for _, s in sorted(by.items())) for pk, by in services.items()})
    return institutions_from(rows, services=taken, links=links, unread=unread)


@composed("ids", "as_of")
def _led_rows(ids: Sequence[int], as_of: date) -> QuerySet:
    rows = Lead.objects.filter(institution__among=ids, during__contains=as_of).order_by("pk")
    rows = rows.filter(consortium__in=Consortium.objects.active_on(as_of))
    return rows.values_list("institution_id", "institution__is_military", *OF_CONSORTIUM)


@composed("ids", "as_of")
def _joined_rows(ids: Sequence[int], as_of: date) -> QuerySet:
    rows = Membership.objects.filter(institution__among=ids, during__contains=as_of).order_by("pk")
    rows = rows.filter(consortium__in=Consortium.objects.active_on(as_of))
    return rows.values_list("institution_id", "role", *OF_CONSORTIUM)


def _service(row: Sequence[Any], as_of: date, **more: Any) -> ServiceFacts:
    """A consortium from the values of OF_CONSORTIUM after its key."""
    name, kind, scope, registered_on = row
    registered = registered_on is not None and date.fromisoformat(registered_on) <= as_of
    return ServiceFacts(name, kind, scope=scope, registered=registered, **more)


def _remote_members(consortia: set[int], as_of: date) -> dict[int, int]:
    """How many members of each consortium stand in counties declared to be remote; empty while none is declared."""
    if not consortia:
        return {}
    remote = list(
        Declaration.objects.counted()
        .filter(key=REMOTE_COUNTY, division__isnull=False)
        .exclude(state=Declaration.State.REJECTED)
        .order_by()
        .values_list("division", flat=True)
    )
    if not remote:
        return {}
    rows = Membership.objects.filter(
        consortium__in=consortia, during__contains=as_of, institution__division__in=remote
    )
    counted = Counter(rows.order_by().values_list("consortium_id", flat=True))
    return {pk: counted[pk] for pk in consortia}
