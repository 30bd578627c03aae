"""How a township came to be held (沿革): who was responsible, who claimed it, and when nobody was."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Q

from grids.models import GridAssignment, GridUnit, Holding, Standing
from grids.periods import last_day, meet, period, without


@dataclass(frozen=True)
class Stretch:
    """Days on which a township was held, claimed or left alone."""

    text: str
    first: dt.date | None
    last: dt.date | None
    kind: str
    grid_id: int | None = None


def stretches(unit_id: int, until: dt.date) -> list[Stretch]:
    """Everything that happened to a physical township up to a day, newest first."""
    holdings = list(
        Holding.objects.filter(unit=unit_id).select_related("consortium", "grid").order_by("during")
    )
    lines = [_stretch(f"{h.consortium}负责", h.during, "key", h.grid_id) for h in holdings]
    lines += _claims(unit_id)
    if holdings and holdings[0].during.lower:
        begun = min(h.during.lower for h in holdings)
        gaps = without(period(begun, until), [h.during for h in holdings])
        lines += [_stretch("无负责医联体", gap, "") for gap in gaps]
        lines.append(_stretch("尚无负责医联体", DateRange(None, begun), ""))
    return sorted(lines, key=lambda s: (s.first or dt.date.min, s.kind == "ret"), reverse=True)


def _claims(unit_id: int) -> Iterable[Stretch]:
    place = Q(division=unit_id) | Q(division__physical_unit=unit_id)
    units = list(GridUnit.objects.filter(place).exclude(status=Standing.DISMISSED).order_by("pk"))
    assignments = GridAssignment.objects.filter(grid__in={unit.grid_id for unit in units})
    for held in assignments.exclude(status=Standing.DISMISSED).select_related("consortium").order_by("pk"):
        for unit in units:
            days = meet(unit.during, held.during) if unit.grid_id == held.grid_id else None
            if days and Standing.CLAIMED in (unit.status, held.status):
                yield _stretch(f"{held.consortium}主张，待确定", days, "ret", held.grid_id)


def _stretch(text: str, during: DateRange, kind: str, grid_id: int | None = None) -> Stretch:
    return Stretch(text, during.lower, last_day(during), kind, grid_id)
