"""Facts about one planned facility (规划设施事实)."""

from dataclasses import dataclass
from datetime import date

from registry.facts.waiver import WaiverFacts
from registry.policy.subjects import facts_of


@facts_of("planned_facility")
@dataclass(frozen=True, slots=True)
class PlannedFacilityFacts:
    """规划设施 as recorded today; an empty party is not known. ``names`` holds its name first."""

    id: int | None = None
    name: str = ""
    also: tuple[str, ...] = ()
    ancestry: tuple[str, ...] = ()
    designer: str = ""
    builder: str = ""
    funder: str = ""
    operator: str = ""
    consulted: tuple[str, ...] = ()
    mode: str = ""
    state: str = ""
    tender_document: str = ""
    awarded_on: date | None = None
    completed_on: date | None = None
    community_hospital_on: date | None = None
    change_document: str = ""
    waivers: tuple[WaiverFacts, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        return (self.name, *self.also)
