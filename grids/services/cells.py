"""The finest grain of an imported sheet (导入的最小单元): one township, one consortium, one period, one row.

Collisions are found here, before anything is written, and each is worth a warning.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import combinations

from django.db.backends.postgresql.psycopg_any import DateRange

from grids.kinds import RESPONSIBLE_KINDS
from grids.models import Grid, GridAssignment, Holding, Standing
from grids.periods import meet, say
from grids.services.steps import names
from registry.models import Consortium, Division


@dataclass(eq=False)
class Cell:
    """One township of one row. It becomes a claim in its grid, or its consortium a claimant of the grid."""

    row: int
    grid: Grid
    township: Division
    consortium: Consortium | None
    during: DateRange
    exclusive: bool = True
    township_claimed: bool = False
    consortium_claimed: bool = False

    def collides(self, other: "Cell") -> DateRange | None:
        """Days on which both cannot be in force."""
        if not (self.exclusive and other.exclusive and self.consortium and other.consortium):
            return None
        if self.grid is other.grid and self.consortium == other.consortium:
            return None
        return meet(self.during, other.during)


@dataclass
class Warnings:
    """Warnings gathered by row and sentence, so that a row of forty townships has one."""

    _found: dict[tuple[int, str], list[Division]] = field(default_factory=lambda: defaultdict(list))

    def add(self, row: int, township: Division, sentence: str) -> None:
        self._found[row, sentence].append(township)

    def sentences(self) -> list[tuple[int, str]]:
        """Row number and Chinese sentence, in the order of the sheet."""
        return sorted(
            (row, sentence.format(townships=names(dict.fromkeys(townships))))
            for (row, sentence), townships in self._found.items()
        )


def _safe(text) -> str:
    return str(text).replace("{", "｛").replace("}", "｝")


def mark_wrong_kinds(cells: Iterable[Cell], warnings: Warnings) -> None:
    """A kind that is responsible for no grid comes in as a claim."""
    for cell in cells:
        if cell.consortium and cell.consortium.kind not in RESPONSIBLE_KINDS:
            cell.consortium_claimed, cell.exclusive = True, False
            kind = cell.consortium.get_kind_display()
            warnings.add(
                cell.row,
                cell.township,
                f"“{_safe(cell.consortium)}”是{kind}，不负责网格，本行按主张登记。",
            )


def mark_within_file(cells: Iterable[Cell], warnings: Warnings) -> None:
    """Rows of one file that collide with each other all come in as claims."""
    by_unit, by_grid = defaultdict(list), defaultdict(list)
    for cell in cells:
        if cell.consortium and cell.exclusive:
            by_unit[cell.township.unit_id].append(cell)
            by_grid[id(cell.grid)].append(cell)
    for group in by_unit.values():
        for one, other in combinations(group, 2):
            if one.grid is not other.grid and (days := one.collides(other)):
                one.township_claimed = other.township_claimed = True
                _warn_pair(one, other, days, warnings)
    for group in by_grid.values():
        _mark_grid(group, warnings)


def _mark_grid(cells: list[Cell], warnings: Warnings) -> None:
    """Two consortia for one grid; a row of each is compared, not each township with each."""
    if len({cell.consortium for cell in cells}) < 2:
        return
    rows: dict[tuple, list[Cell]] = defaultdict(list)
    for cell in cells:
        rows[cell.row, cell.consortium, cell.during.lower, cell.during.upper].append(cell)
    for one, other in combinations(rows.values(), 2):
        if days := one[0].collides(other[0]):
            for cell in (*one, *other):
                cell.consortium_claimed = True
            _warn_pair(one[0], other[0], days, warnings)


def _warn_pair(one: Cell, other: Cell, days: DateRange, warnings: Warnings) -> None:
    for cell, rival in ((one, other), (other, one)):
        warnings.add(
            cell.row,
            cell.township,
            f"{{townships}}在 {say(days)} 与第 {rival.row} 行“{_safe(rival.consortium)}”"
            f"（网格“{_safe(rival.grid)}”）重叠，两行都按主张登记。",
        )


def mark_against_register(cells: list[Cell], warnings: Warnings) -> None:
    """A row that collides with what is in force is a claim; what is in force stays."""
    _mark_held_townships(cells, warnings)
    _mark_held_grids(cells, warnings)


def _mark_held_townships(cells: list[Cell], warnings: Warnings) -> None:
    held = defaultdict(list)
    units = {cell.township.unit_id for cell in cells}
    holdings = Holding.objects.filter(exclusive=True, unit__in=units).select_related("consortium", "grid")
    for holding in holdings:
        held[holding.unit_id].append(holding)
    for cell in cells:
        if not (cell.consortium and cell.exclusive):
            continue
        for holding in held[cell.township.unit_id]:
            days = meet(holding.during, cell.during)
            if days and holding.grid_id != cell.grid.pk:
                cell.township_claimed = True
                warnings.add(
                    cell.row,
                    cell.township,
                    f"{{townships}}在 {say(days)} 已由“{_safe(holding.consortium)}”负责"
                    f"（网格“{_safe(holding.grid)}”），本行按主张登记，原有责任不变。",
                )


def _mark_held_grids(cells: list[Cell], warnings: Warnings) -> None:
    held = defaultdict(list)
    grids = {cell.grid.pk for cell in cells if cell.grid.pk}
    in_force = GridAssignment.objects.filter(grid__in=grids, status=Standing.IN_FORCE, exclusive=True)
    for assignment in in_force.select_related("consortium"):
        held[assignment.grid_id].append(assignment)
    for cell in cells:
        if not (cell.consortium and cell.exclusive):
            continue
        for assignment in held[cell.grid.pk]:
            days = meet(assignment.during, cell.during)
            if days and assignment.consortium_id != cell.consortium.pk:
                cell.consortium_claimed = True
                warnings.add(
                    cell.row,
                    cell.township,
                    f"网格“{_safe(cell.grid)}”在 {say(days)} 已由“{_safe(assignment.consortium)}”负责，"
                    "本行按主张登记，原有责任不变。",
                )
