"""Facts about one grid on a day (网格事实)."""

from dataclasses import dataclass
from datetime import date

from grids.kinds import RESPONSIBLE_KINDS
from registry.facts import WaiverFacts
from registry.facts.parts import leave_out
from registry.policy.subjects import facts_of


@dataclass(frozen=True, slots=True)
class HolderFacts:
    """责任医联体 of a grid, in force or by an open claim. ``last`` and ``ended_on`` are the first days without it."""

    consortium: str
    kind: str
    focus: str = ""
    grid: str = ""
    in_force: bool = True
    first: date | None = None
    last: date | None = None
    ended_on: date | None = None

    @property
    def is_of_grid_kind(self) -> bool:
        return self.kind in RESPONSIBLE_KINDS


@dataclass(frozen=True, slots=True)
class GridUnitFacts:
    """街道、乡镇 of a grid, with everybody who holds or claims it through any grid, and what stands in it.

    ``providers`` counts the primary-care institutions recorded in the township; ``zones`` are the management
    areas that it belongs to.
    """

    code: str
    name: str
    claimed: bool = False
    holders: tuple[HolderFacts, ...] = ()
    zones: tuple[str, ...] = ()
    providers: int = 0


# What is read of a grid only where a rule asks for it.
PARTS = frozenset({"units"})


@facts_of("grid")
@dataclass(frozen=True, slots=True)
class GridFacts:
    """网格 on one day. ``ancestry`` holds the codes of its division and of all above it, from the province down.

    ``unread`` names the parts that were left out.
    """

    id: int | None = None
    name: str = ""
    ancestry: tuple[str, ...] = ()
    retired: bool = False
    units: tuple[GridUnitFacts, ...] = ()
    holders: tuple[HolderFacts, ...] = ()
    waivers: tuple[WaiverFacts, ...] = ()
    unread: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        leave_out(self)
