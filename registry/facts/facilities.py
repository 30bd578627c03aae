"""Reading planned facilities into facts (读取规划设施事实): one query for any number."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Q, QuerySet

from registry.facts.facility import PlannedFacilityFacts
from registry.facts.institutions import places
from registry.gather import day, gather
from registry.models import PlannedFacility

COLUMNS = (
    "id", "name", "also", "division__path", "designer", "builder", "funder", "operator", "consulted", "mode", "state",
    "tender_document", "awarded_on", "completed_on", "community_hospital_on", "change_document",
)  # fmt: skip


def facility_facts(ids: Iterable[int]) -> list[PlannedFacilityFacts]:
    """Facts by the order of the ids."""
    ids = list(ids)
    (rows,) = gather(PlannedFacility.objects.filter(pk__among=ids).order_by("pk").values_list(*COLUMNS))
    known = {row[0]: _of_row(row) for row in rows}
    return [known[pk] for pk in ids if pk in known]


def facilities_of(codes: Iterable[str]) -> dict[str, tuple[PlannedFacilityFacts, ...]]:
    """The facilities planned for each of the places, those of the places below them included."""
    codes = {code for code in codes if code}
    return facilities_from(gather(facility_rows(codes))[0], codes)


def facility_rows(codes: Iterable[str]) -> QuerySet:
    """The facilities planned for some places, to be gathered."""
    reach = Q(pk__in=[])
    for code in filter(None, codes):
        reach |= Q(division__path__contains=f"/{code}/")
    return PlannedFacility.objects.filter(reach).order_by("document", "name").values_list(*COLUMNS)


def facilities_from(
    rows: Iterable[Sequence[Any]], codes: Iterable[str]
) -> dict[str, tuple[PlannedFacilityFacts, ...]]:
    """Gathered facilities by each of the places that they stand in."""
    codes, found = set(codes), defaultdict(list)
    for row in rows:
        facts = _of_row(row)
        for code in codes.intersection(facts.ancestry):
            found[code].append(facts)
    return {code: tuple(listed) for code, listed in found.items()}


def _of_row(row: Sequence[Any]) -> PlannedFacilityFacts:
    (
        pk,
        name,
        also,
        path,
        designer,
        builder,
        funder,
        operator,
        consulted,
        mode,
        state,
        tender,
        *days,
        change,
    ) = row
    awarded, completed, hospital = map(day, days)
    return PlannedFacilityFacts(
        id=pk, name=name, also=tuple(also), ancestry=places(path), designer=designer, builder=builder, funder=funder,
        operator=operator, consulted=tuple(filter(None, consulted.split("、"))), mode=mode, state=state,
        tender_document=tender, awarded_on=awarded, completed_on=completed, community_hospital_on=hospital,
        change_document=change,
    )  # fmt: skip
