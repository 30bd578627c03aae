"""Reading institutions into facts (读取机构事实): a fixed number of queries however many are asked for."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, OuterRef, Q, QuerySet
from django.utils import timezone

from registry.facts.institution import CredentialFacts, InstitutionFacts
from registry.facts.kinds import CLASSES
from registry.gather import Part, composed, gather
from registry.models import Credential, Institution, InstitutionName

COLUMNS = (
    "id", "name", "uscc", "institution_class_id", "level", "grade", "affiliation", "ownership", "is_military",
    "legal_representative", "area_path",
)  # fmt: skip
# Kinds whose number in a county some rule compares with the members.
ROSTER_KINDS = ("community_health", "community_health_centre", "township_health", "village_health")


@lru_cache(maxsize=8000)
def places(path: str) -> tuple[str, ...]:
    """The codes of a division and of all above it, from the province down."""
    return tuple(code for code in path.split("/") if code)


def area(codes: tuple[str, ...], position: int) -> str:
    """The code at a level of the path, if there is one; a township directly under a city has no county."""
    return codes[position] if len(codes) > position and len(codes[position]) == 6 else ""


def institution_facts(ids: Iterable[int], **more: Mapping[int, tuple]) -> dict[int, InstitutionFacts]:
    """Facts by id, in one query. ``more`` gives further fields by id, e.g. services={5: (...)}."""
    return institutions_from(*gather(institution_rows(list(ids))), **more)


def institutions_from(
    rows: Iterable[Sequence[Any]], **more: Mapping[int, tuple]
) -> dict[int, InstitutionFacts]:
    """Gathered institutions by id, each with its further fields."""
    return {row[0]: facts_of_row(row, **{name: by[row[0]] for name, by in more.items()}) for row in rows}


@composed("ids")
def institution_rows(ids: Sequence[int]) -> QuerySet:
    """Some institutions, to be gathered."""
    return with_other_names(Institution.objects.filter(pk__among=ids), "pk").values_list(*COLUMNS, "names")


def with_other_names(rows: QuerySet, institution: str) -> QuerySet:
    """The rows with the other names of the institution that a column of theirs points at, as ``names``."""
    names = InstitutionName.objects.filter(institution=OuterRef(institution)).order_by("name")
    return rows.annotate(names=ArraySubquery(names.values("name")))


def facts_of_row(row: Sequence, **more: tuple) -> InstitutionFacts:
    """Facts from the values of COLUMNS and the other names."""
    (
        pk,
        name,
        uscc,
        class_code,
        level,
        grade,
        affiliation,
        ownership,
        military,
        representative,
        path,
        other,
    ) = row
    codes = places(path)
    return InstitutionFacts(
        id=pk, name=name, code=uscc, other_names=tuple(other), class_code=class_code or "", level=level, grade=grade,
        affiliation=affiliation, ownership=ownership, is_military=military, ancestry=codes,
        province=area(codes, 0), city=area(codes, 1), county=area(codes, 2),
        legal_representative=representative, **more,
    )  # fmt: skip


def credentials_of(ids: Iterable[int]) -> dict[int, tuple[CredentialFacts, ...]]:
    """专科资质 by institution, in one query."""
    return credentials_from(*gather(credential_rows(list(ids))))


@composed("ids")
def credential_rows(ids: Iterable[int]) -> QuerySet:
    """专科资质 of some institutions, to be gathered."""
    return credential_values(Credential.objects.filter(institution__among=ids))


def credential_values(rows: QuerySet[Credential]) -> QuerySet:
    """What :func:`credentials_from` reads of some 专科资质."""
    return rows.order_by("pk").values_list(
        "institution_id",
        "subject_id",
        "subject__name",
        "subject_text",
        "level",
        "kind",
        "society_level",
        "society_post",
    )


def credentials_from(rows: Iterable[Sequence]) -> dict[int, tuple[CredentialFacts, ...]]:
    """Gathered credentials by institution."""
    found = defaultdict(list)
    for institution, code, name, text, *rest in rows:
        found[institution].append(CredentialFacts(code or "", name or text, *rest))
    return defaultdict(tuple, {pk: tuple(listed) for pk, listed in found.items()})


def rosters_of(counties: Iterable[str], as_of: date) -> dict[str, dict[str, int]]:
    """How many open institutions of each kind stand in each county, in one query; no entry: no roster loaded."""
    return rosters_from(*gather(roster_rows(counties, as_of)))


def roster_rows(counties: Iterable[str], as_of: date) -> Part:
    """How many institutions of each class are open in some counties on a day, to be gathered."""
    wanted = sorted({code for code in counties if code})
    return _roster_rows(wanted, as_of, past=as_of < timezone.localdate())


@composed("counties", "as_of")
def _roster_rows(counties: Sequence[str], as_of: date, *, past: bool) -> QuerySet:
    prefixes = {prefix for kind in ROSTER_KINDS for prefix in CLASSES[kind]}
    of_kinds = Q(pk__in=[])
    for prefix in sorted(prefixes):
        of_kinds |= Q(institution_class__code__startswith=prefix)
    known = Institution.objects.live().filter(of_kinds, division__code__among=counties)
    rows = known.was_open(as_of) if past else known.open()
    counted = rows.order_by().values("division__code", "institution_class_id").annotate(number=Count("pk"))
    return counted.values_list("division__code", "institution_class_id", "number")


def rosters_from(rows: Iterable[Sequence]) -> dict[str, dict[str, int]]:
    """Gathered rosters by county and kind."""
    rosters: dict[str, dict[str, int]] = {}
    for county, class_code, number in rows:
        roster = rosters.setdefault(county, dict.fromkeys(ROSTER_KINDS, 0))
        for kind in ROSTER_KINDS:
            if class_code.startswith(CLASSES[kind]):
                roster[kind] += number
    return rosters
