"""Facts about one place as its authority has planned it (区划事实)."""

from dataclasses import dataclass

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
    """A consortium of the place that exists on the day."""

    name: str
    kind: str
    has_grid: bool = False


@facts_of("division")
@dataclass(frozen=True, slots=True)
class DivisionFacts:
    """行政区划 on one day. No townships means that the register of the place is not loaded."""

    id: int | None = None
    name: str = ""
    code: str = ""
    level: str = ""
    kind: str = ""
    ancestry: tuple[str, ...] = ()
    townships: tuple[TownshipFacts, ...] = ()
    grids: tuple[GridLineFacts, ...] = ()
    consortia: tuple[LocalConsortiumFacts, ...] = ()

    @property
    def uncovered(self) -> tuple[TownshipFacts, ...]:
        return tuple(township for township in self.townships if not township.covered)
