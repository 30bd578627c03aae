"""Facts about one place as its authority has planned it (区划事实)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from registry.facts import DeclarationFacts, WaiverFacts
from registry.facts.evaluation import EvaluationFacts, SchemeFacts
from registry.facts.facility import PlannedFacilityFacts
from registry.facts.parts import leave_out
from registry.policy.subjects import facts_of


@dataclass(frozen=True, slots=True)
class ShareFacts:
    """A grid that a township is in, with the specialty focus of each consortium that holds or claims it there."""

    grid: str
    consortia: tuple[str, ...] = ()
    focuses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TownshipFacts:
    """街道、乡镇 of a place on the day.

    ``city_groups`` are the city groups that hold or claim it; ``centres`` counts the community health centres
    recorded in it.
    """

    code: str
    name: str
    covered: bool = False
    contested: bool = False
    grids: tuple[ShareFacts, ...] = ()
    city_groups: tuple[str, ...] = ()
    centres: int = 0


@dataclass(frozen=True, slots=True)
class GridLineFacts:
    """A grid drawn in the place, with those responsible for it on the day."""

    name: str
    responsible: tuple[str, ...] = ()
    decided_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LocalConsortiumFacts:
    """A consortium of the place that exists on the day, with what is compared between those of one place.

    ``remote_since`` is the first day on which one of its members was reached by telemedicine.
    """

    name: str
    kind: str
    has_grid: bool = False
    founded_on: date | None = None
    closeness: str = ""
    specialty_code: str = ""
    specialty_text: str = ""
    lead: str = ""
    lead_class: str = ""
    lead_affiliation: str = ""
    lead_ownership: str = ""
    remote_since: date | None = None


@dataclass(frozen=True, slots=True)
class LocalUnitFacts:
    """乡镇卫生院、社区卫生服务中心 of a county, with the county communities that it belongs to."""

    name: str
    communities: tuple[str, ...] = ()


# What is read of a place only where a rule asks for it.
PARTS = frozenset({"consortia", "units", "private", "facilities", "declarations", "evaluations", "schemes"})


@facts_of("division")
@dataclass(frozen=True, slots=True)
class DivisionFacts:
    """行政区划 on one day. No townships means that the register of the place is not loaded.

    ``units`` and the numbers of private institutions are read for counties only; None: not loaded. ``unread`` names the
    parts that were left out.
    """

    id: int | None = None
    name: str = ""
    code: str = ""
    level: str = ""
    kind: str = ""
    ancestry: tuple[str, ...] = ()
    townships: tuple[TownshipFacts, ...] = ()
    grids: tuple[GridLineFacts, ...] = ()
    consortia: tuple[LocalConsortiumFacts, ...] = ()
    units: tuple[LocalUnitFacts, ...] | None = None
    private: int | None = None
    private_joined: int = 0
    facilities: tuple[PlannedFacilityFacts, ...] = ()
    declarations: Mapping[str, DeclarationFacts] = field(default_factory=dict)
    evaluations: tuple[EvaluationFacts, ...] = ()
    schemes: tuple[SchemeFacts, ...] = ()
    waivers: tuple[WaiverFacts, ...] = ()
    unread: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        leave_out(self)

    @property
    def uncovered(self) -> tuple[TownshipFacts, ...]:
        return tuple(township for township in self.townships if not township.covered)
