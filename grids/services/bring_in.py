"""Bringing existing grids in (导入现状): what a sheet says is recorded as it is, collisions as contested claims."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone

from grids.exemptions import exempt_focuses, is_exclusive
from grids.models import Grid, GridAssignment, GridEvent, GridUnit, Standing
from grids.periods import ONE_DAY, join, meet, period, say, without
from grids.services.cells import (
    Cell,
    Warnings,
    mark_against_register,
    mark_within_file,
    mark_wrong_kinds,
)
from grids.services.steps import authority_of, names
from registry import access
from registry.models import Consortium, Division


@dataclass(frozen=True)
class GridRow:
    """One row of the sheet 网格; `last` is inclusive, a blank date is None, `townships` are those the code means."""

    row: int
    name: str
    townships: tuple[Division, ...]
    consortium: Consortium | None = None
    start: dt.date | None = None
    last: dt.date | None = None


@dataclass
class ImportOutcome:
    """What the rows did: row numbers by kind of change, and a warning (row, sentence) for each that collided."""

    created: list[int] = field(default_factory=list)
    unchanged: list[int] = field(default_factory=list)
    warnings: list[tuple[int, str]] = field(default_factory=list)


@transaction.atomic
def import_grids(rows: Iterable[GridRow], *, by) -> ImportOutcome:
    """Record the rows of one file. Rows that collide with each other all become claims; a row that collides with
    what is in force becomes a claim and the other stays; each gets a warning. The same file again changes nothing.
    """
    rows, warnings, outcome = list(rows), Warnings(), ImportOutcome()
    cells = [cell for group in _by_grid(rows) for cell in _cells_of(group, by, warnings)]
    mark_wrong_kinds(cells, warnings)
    mark_within_file(cells, warnings)
    mark_against_register(cells, warnings)
    changed = _write(cells, by)
    for row in rows:
        (outcome.created if row.row in changed else outcome.unchanged).append(row.row)
    outcome.warnings = warnings.sentences()
    return outcome


def _by_grid(rows: list[GridRow]) -> list[list[GridRow]]:
    """Rows that mean one grid: the same name in one county, or across counties under the same consortia."""
    counties: dict[tuple[str, int], list[GridRow]] = defaultdict(list)
    for row in rows:
        for parent in {township.parent_id for township in row.townships}:
            part = tuple(t for t in row.townships if t.parent_id == parent)
            whole = GridRow(row.row, row.name.strip(), part, row.consortium, row.start, row.last)
            counties[whole.name, parent].append(whole)
    grids: dict[tuple, list[GridRow]] = defaultdict(list)
    for (name, parent), group in counties.items():
        responsible = frozenset(row.consortium.pk for row in group if row.consortium)
        grids[name, responsible or parent].extend(group)
    return list(grids.values())


def _cells_of(group: list[GridRow], by, warnings: Warnings) -> list[Cell]:
    grid = _grid_for(group, by)
    exempt = exempt_focuses(grid.division, timezone.localdate())
    cells = []
    for row in group:
        days = period(row.start, row.last)
        consortium = row.consortium
        if consortium and consortium.closed_on:
            alive = meet(days, period(None, consortium.closed_on - ONE_DAY))
            if alive != days:
                warnings.add(
                    row.row,
                    row.townships[0],
                    f"医联体已于 {consortium.closed_on} 终止，责任只登记到前一天。",
                )
            consortium, days = (consortium, alive) if alive else (None, days)
        for township in row.townships:
            exclusive = consortium is None or is_exclusive(consortium, exempt)
            if standing := meet(days, _standing(township, row.townships)):
                cells.append(Cell(row.row, grid, township, consortium, standing, exclusive))
    return cells


def _standing(township: Division, beside: tuple[Division, ...]) -> DateRange:
    """The days on which a township of a row stood: to its end, and from the day on which it took over from
    another of the row. A beginning that follows nobody is a gap of our tables, not of the row.
    """
    begun = township.valid_from
    follows = begun and any(other.valid_to and other.valid_to <= begun for other in beside)
    return DateRange(begun if follows else None, township.valid_to)


def _grid_for(group: list[GridRow], by) -> Grid:
    """The grid of that name, drawn over all its days; a new one is not yet saved."""
    division = _common_place([township for row in group for township in row.townships])
    authority = authority_of(division)
    access.require(by, "plan_grids", authority)
    spans = join([period(row.start, row.last) for row in group])
    whole = DateRange(spans[0].lower, spans[-1].upper)
    grids = Grid.objects.filter(division=division, name=group[0].name).select_related("division", "authority")
    grid = grids.select_for_update(of=("self",)).order_by("-during").first()
    if grid is None:
        return Grid(name=group[0].name, division=division, authority=authority, during=whole)
    lowers, uppers = (grid.during.lower, whole.lower), (grid.during.upper, whole.upper)
    wider = DateRange(None if None in lowers else min(lowers), None if None in uppers else max(uppers))
    if wider != grid.during:
        grid.during = wider
        grid.save(update_fields=["during"])
    return grid


def _common_place(townships: list[Division]) -> Division:
    """The lowest place that holds all of them; their county when they share one."""
    place = townships[0].parent or townships[0]
    while not all(township.path.startswith(place.path) for township in townships):
        place = place.parent
    return place


def _write(cells: list[Cell], by) -> set[int]:
    """Write what is not there yet; says which rows brought something new."""
    grids = {id(cell.grid): cell.grid for cell in cells}
    changed = {cell.row for cell in cells if cell.grid.pk is None}
    new = [grid for grid in grids.values() if grid.pk is None]
    Grid.objects.bulk_create(new)
    units, unit_rows = _missing(cells, "township", grids, GridUnit)
    assignments, assignment_rows = _missing(cells, "consortium", grids, GridAssignment)
    GridUnit.objects.bulk_create(units, batch_size=2000)
    GridAssignment.objects.bulk_create(assignments, batch_size=2000)
    _record(new, assignments, by)
    return changed | unit_rows | assignment_rows


def _missing(cells: list[Cell], what: str, grids: dict[int, Grid], model) -> tuple[list, set[int]]:
    """Rows of townships (or of consortia) that the register does not have for these days yet."""
    column = "division_id" if what == "township" else "consortium_id"
    present = defaultdict(list)
    there = model.objects.filter(grid__in=[grid.pk for grid in grids.values()])
    for grid_id, thing_id, days in there.values_list("grid_id", column, "during"):
        present[grid_id, thing_id].append(days)
    wanted: dict[tuple[int, int], list[Cell]] = defaultdict(list)
    for cell in cells:
        if thing := getattr(cell, what):
            wanted[cell.grid.pk, thing.pk].append(cell)
    rows, touched = [], set()
    for (grid_id, thing_id), group in wanted.items():
        for claimed, days in _by_standing(group, f"{what}_claimed"):
            for rest in without(days, present[grid_id, thing_id]):
                status = Standing.CLAIMED if claimed else Standing.IN_FORCE
                row = model(grid_id=grid_id, during=rest, status=status, **{column: thing_id})
                if model is GridAssignment:
                    row.exclusive, row.source = group[0].exclusive, GridAssignment.Source.IMPORT
                    row.consortium = group[0].consortium
                rows.append(row)
                touched |= {cell.row for cell in group if meet(cell.during, rest)}
    return rows, touched


def _by_standing(cells: list[Cell], flag: str) -> list[tuple[bool, DateRange]]:
    """Days claimed and days in force; a day that is both is claimed, with the whole stretch it belongs to."""
    claimed = join([cell.during for cell in cells if getattr(cell, flag)])
    certain = join([cell.during for cell in cells if not getattr(cell, flag)])
    clean = [days for days in certain if not any(meet(days, other) for other in claimed)]
    mixed = [days for days in certain if days not in clean]
    return [(True, days) for days in join([*claimed, *mixed])] + [(False, days) for days in clean]


def _record(new: list[Grid], assignments: list[GridAssignment], by) -> None:
    action = GridEvent.Action
    events = [
        GridEvent(grid=grid, action=action.CREATED, detail=f"导入，{say(grid.during)}", by=by) for grid in new
    ]
    for row in assignments:
        claimed = row.status == Standing.CLAIMED
        detail = f"导入：{names([row.consortium])}，{say(row.during)}"
        events.append(
            GridEvent(
                grid_id=row.grid_id,
                action=action.CLAIMED if claimed else action.PUT_IN_FORCE,
                detail=detail,
                by=by,
            )
        )
    GridEvent.objects.bulk_create(events, batch_size=2000)
