"""Reading planned facilities into facts (读取规划设施事实): one query for any number."""

from collections import defaultdict
from collections.abc import Iterable

from django.db.models import Q

from registry.facts.facility import PlannedFacilityFacts
from registry.facts.institutions import places
from registry.models import PlannedFacility


def facility_facts(ids: Iterable[int]) -> list[PlannedFacilityFacts]:
    """Facts by the order of the ids."""
    ids = list(ids)
    rows = PlannedFacility.objects.select_related("division").in_bulk(ids)
    return [_facts(rows[pk]) for pk in ids if pk in rows]


def facilities_of(codes: Iterable[str]) -> dict[str, tuple[PlannedFacilityFacts, ...]]:
    """The facilities planned for each of the places, those of the places below them included."""
    codes = {code for code in codes if code}
    if not codes:
        return {}
    reach = Q()
    for code in codes:
        reach |= Q(division__path__contains=f"/{code}/")
    found = defaultdict(list)
    rows = PlannedFacility.objects.filter(reach).select_related("division").order_by("document", "name")
    for row in rows:
        facts = _facts(row)
        for code in codes.intersection(facts.ancestry):
            found[code].append(facts)
    return {code: tuple(listed) for code, listed in found.items()}


def _facts(row: PlannedFacility) -> PlannedFacilityFacts:
    return PlannedFacilityFacts(
        id=row.pk, name=row.name, also=tuple(row.also), ancestry=places(row.division.path),
        designer=row.designer, builder=row.builder, funder=row.funder, operator=row.operator,
        consulted=tuple(filter(None, row.consulted.split("、"))), mode=row.mode, state=row.state,
        tender_document=row.tender_document, awarded_on=row.awarded_on, completed_on=row.completed_on,
        community_hospital_on=row.community_hospital_on, change_document=row.change_document,
    )  # fmt: skip
