"""Reading institutions into facts (读取机构事实): a fixed number of queries however many are asked for."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from django.db.models import Count

from registry.facts.institution import CredentialFacts, InstitutionFacts
from registry.facts.kinds import CLASSES
from registry.models import Credential, Institution, InstitutionName

COLUMNS = (
    "id", "name", "uscc", "institution_class_id", "level", "grade", "affiliation", "ownership", "is_military",
    "legal_representative", "division__path",
)  # fmt: skip
# Kinds whose number in a county some rule compares with the members.
ROSTER_KINDS = ("community_health", "community_health_centre", "township_health", "village_health")


def places(path: str) -> tuple[str, ...]:
    """The codes of a division and of all above it, from the province down."""
    return tuple(code for code in path.split("/") if code)


def area(codes: tuple[str, ...], position: int) -> str:
    """The code at a level of the path, if there is one; a township directly under a city has no county."""
    return codes[position] if len(codes) > position and len(codes[position]) == 6 else ""


def institution_facts(ids: Iterable[int], **more: Mapping[int, tuple]) -> dict[int, InstitutionFacts]:
    """Facts by id, in two queries. ``more`` gives further fields by id, e.g. services={5: (...)}."""
    ids = set(ids)
    rows = list(Institution.objects.filter(pk__in=ids).values_list(*COLUMNS))
    other = defaultdict(list)
    names = InstitutionName.objects.filter(institution__in=ids).order_by("institution_id", "name")
    for institution, name in names.values_list("institution_id", "name"):
        other[institution].append(name)
    return {
        row[0]: _facts(row, tuple(other[row[0]]), {name: by[row[0]] for name, by in more.items()})
        for row in rows
    }


def _facts(row: tuple, other_names: tuple[str, ...], more: dict) -> InstitutionFacts:
    pk, name, uscc, class_code, level, grade, affiliation, ownership, military, representative, path = row
    codes = places(path)
    return InstitutionFacts(
        id=pk, name=name, code=uscc, other_names=other_names, class_code=class_code or "", level=level, grade=grade,
        affiliation=affiliation, ownership=ownership, is_military=military, ancestry=codes,
        province=area(codes, 0), city=area(codes, 1), county=area(codes, 2),
        legal_representative=representative, **more,
    )  # fmt: skip


def credentials_of(ids: Iterable[int]) -> dict[int, tuple[CredentialFacts, ...]]:
    """专科资质 by institution, in one query."""
    found = defaultdict(list)
    rows = Credential.objects.filter(institution__in=set(ids)).order_by("pk")
    for row in rows.values_list(
        "institution_id",
        "subject_id",
        "subject__name",
        "subject_text",
        "level",
        "kind",
        "society_level",
        "society_post",
    ):
        institution, code, name, text, *rest = row
        found[institution].append(CredentialFacts(code or "", name or text, *rest))
    return defaultdict(tuple, {pk: tuple(listed) for pk, listed in found.items()})


def rosters_of(counties: Iterable[str]) -> dict[str, dict[str, int]]:
    """How many open institutions of each kind stand in each county, in one query; no entry: no roster loaded."""
    counties = {code for code in counties if code}
    if not counties:
        return {}
    prefixes = tuple({prefix for kind in ROSTER_KINDS for prefix in CLASSES[kind]})
    rosters: dict[str, dict[str, int]] = {}
    rows = Institution.objects.live().filter(division__code__in=counties, status=Institution.Status.OPEN)
    counted = (
        rows.values_list("division__code", "institution_class_id").annotate(number=Count("pk")).order_by()
    )
    for county, class_code, number in counted:
        if not class_code or not class_code.startswith(prefixes):
            continue
        roster = rosters.setdefault(county, dict.fromkeys(ROSTER_KINDS, 0))
        for kind in ROSTER_KINDS:
            if class_code.startswith(CLASSES[kind]):
                roster[kind] += number
    return rosters
