"""Drawing grids (划分网格): which townships belong to a grid, from when to when."""

import datetime as dt
from collections.abc import Iterable

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from grids.models import Grid, GridEvent, GridUnit, Standing
from grids.periods import ONE_DAY, meet, period, say
from grids.services.refusals import Attempt, named_refusals
from grids.services.steps import authority_of, in_area, locked, names, record
from registry import access
from registry.errors import Refused
from registry.models import Authority, Division


@transaction.atomic
def create_grid(
    *,
    name: str,
    division: Division,
    start: dt.date | None,
    townships: Iterable[Division] = (),
    authority: Authority | None = None,
    by,
) -> Grid:
    """Draw a new grid in a place; the authority is that of the place unless a management area's is given."""
    authority = authority or authority_of(division)
    access.require(by, "plan_grids", authority)
    if not name.strip():
        raise Refused("请填写网格名称。")
    grid = Grid(name=name.strip(), division=division, authority=authority, during=period(start))
    with named_refusals(grid, ()):
        grid.save()
    added = _add(grid, in_area(authority, townships), grid.during, Standing.IN_FORCE)
    record(
        grid,
        GridEvent.Action.CREATED,
        by=by,
        detail=f"{say(grid.during)}：{names(unit.division for unit in added) or '暂无街道、乡镇'}",
    )
    return grid


@transaction.atomic
def rename_grid(grid_id: int, *, name: str, by) -> Grid:
    """Give a grid another name."""
    grid = locked(grid_id, by)
    was, grid.name = grid.name, name.strip()
    if not grid.name:
        raise Refused("请填写网格名称。")
    if was == grid.name:
        return grid
    with named_refusals(grid, ()):
        grid.save(update_fields=["name"])
    record(grid, GridEvent.Action.RENAMED, by=by, detail=f"{was} → {grid.name}")
    return grid


@transaction.atomic
def add_townships(
    grid_id: int,
    *,
    townships: Iterable[Division],
    start: dt.date | None,
    last: dt.date | None = None,
    as_claim: bool = False,
    by,
) -> list[GridUnit]:
    """Put townships into a grid; refused by name where another consortium holds one, unless as a claim."""
    grid = locked(grid_id, by)
    status = Standing.CLAIMED if as_claim else Standing.IN_FORCE
    during = _inside(grid, period(start, last))
    units = _add(grid, in_area(grid.authority, townships), during, status)
    action = GridEvent.Action.CLAIMED if as_claim else GridEvent.Action.UNITS_ADDED
    record(grid, action, by=by, detail=f"{names(unit.division for unit in units)}，{say(during)}")
    return units


@transaction.atomic
def remove_townships(grid_id: int, *, townships: Iterable[Division], last: dt.date, by) -> None:
    """Take townships out of a grid; `last` is their last day in it."""
    grid = locked(grid_id, by)
    removed = _end(grid, {township.pk for township in townships}, last)
    record(grid, GridEvent.Action.UNITS_REMOVED, by=by, detail=f"{names(removed)}，{last} 为最后一天")


@transaction.atomic
def set_townships(grid_id: int, *, townships: Iterable[Division], start: dt.date, by) -> bool:
    """Make the grid consist of these townships from a day on; says whether anything had to change."""
    grid = locked(grid_id, by)
    wanted = {t.pk: t for t in in_area(grid.authority, townships)}
    present = set(
        grid.units.filter(during__contains=start)
        .exclude(status=Standing.DISMISSED)
        .values_list("division_id", flat=True)
    )
    added = [t for pk, t in wanted.items() if pk not in present]
    if gone := present - set(wanted):
        removed = _end(grid, gone, start - ONE_DAY)
        record(grid, GridEvent.Action.UNITS_REMOVED, by=by, detail=f"{names(removed)}，{start} 起")
    if added:
        _add(grid, added, _inside(grid, period(start)), Standing.IN_FORCE)
        record(grid, GridEvent.Action.UNITS_ADDED, by=by, detail=f"{names(added)}，{start} 起")
    return bool(gone or added)


@transaction.atomic
def keep_township(unit_id: int, *, by, reason: str = "") -> GridUnit:
    """Decide a contested township for this grid: its claim comes into force."""
    unit, grid = _claimed_unit(unit_id, by)
    unit.status = Standing.IN_FORCE
    with named_refusals(grid, _attempts(grid, [unit.division], unit.during)):
        unit.save(update_fields=["status"])
    detail = f"{unit.division}，{say(unit.during)}"
    record(grid, GridEvent.Action.UNITS_ADDED, by=by, detail=detail, reason=reason)
    return unit


@transaction.atomic
def dismiss_township(unit_id: int, *, by, reason: str) -> GridUnit:
    """Decide a contested township against this grid."""
    if not reason.strip():
        raise Refused("不采纳主张必须写明理由。")
    unit, grid = _claimed_unit(unit_id, by)
    unit.status = Standing.DISMISSED
    unit.save(update_fields=["status"])
    detail = f"{unit.division}，{say(unit.during)}"
    record(grid, GridEvent.Action.DISMISSED, by=by, detail=detail, reason=reason)
    return unit


@transaction.atomic
def retire_grid(grid_id: int, *, last: dt.date, by, reason: str = "") -> Grid:
    """Abolish a grid; `last` is its last day. Its townships and responsibilities end with it."""
    grid = locked(grid_id, by)
    if grid.during.lower and last < grid.during.lower:
        raise Refused(f"网格“{grid}”{grid.during.lower} 才划定，不能在 {last} 结束。")
    end_with(grid, last)
    record(grid, GridEvent.Action.RETIRED, by=by, detail=f"{last} 为最后一天", reason=reason)
    return grid


def end_with(grid: Grid, last: dt.date) -> None:
    """Shorten a locked grid and all that hangs on it to a last day; what begins later is withdrawn."""
    for row in (*grid.assignments.exclude(status=Standing.DISMISSED), *grid.units.all(), grid):
        shorten(row, last)


def shorten(row, last: dt.date) -> None:
    """End a dated row on a last day; one that would begin later goes (the audit keeps it)."""
    days = meet(row.during, period(None, last))
    if days is None:
        row.delete()
    elif days != row.during:
        row.during = days
        row.save(update_fields=["during"])


def _inside(grid: Grid, wanted: DateRange) -> DateRange:
    during = meet(grid.during, wanted)
    if during is None:
        raise Refused(f"网格“{grid}”的期间是 {say(grid.during)}，{say(wanted)} 不在其中。")
    return during


def _attempts(grid: Grid, townships: Iterable[Division], during: DateRange) -> list[Attempt]:
    held = grid.assignments.filter(status=Standing.IN_FORCE, exclusive=True).select_related("consortium")
    return [
        Attempt(township, assignment.consortium, days)
        for assignment in held
        if (days := meet(assignment.during, during))
        for township in townships
    ]


def _add(grid: Grid, townships: list[Division], during: DateRange, status: str) -> list[GridUnit]:
    units = [GridUnit(grid=grid, division=t, during=during, status=status) for t in townships]
    with named_refusals(grid, _attempts(grid, townships, during)):
        GridUnit.objects.bulk_create(units)
    return units


def _end(grid: Grid, division_ids: set[int], last: dt.date) -> list[Division]:
    units = grid.units.filter(division__in=division_ids).exclude(status=Standing.DISMISSED)
    rows = list(units.filter(during__overlap=DateRange(last + ONE_DAY, None)).select_related("division"))
    for unit in rows:
        shorten(unit, last)
    return [unit.division for unit in rows]


def _claimed_unit(unit_id: int, by) -> tuple[GridUnit, Grid]:
    grid = locked(GridUnit.objects.values_list("grid_id", flat=True).get(pk=unit_id), by)
    unit = grid.units.select_related("division").get(pk=unit_id)
    if unit.status != Standing.CLAIMED:
        raise Refused(f"{unit.division}现在是“{unit.get_status_display()}”，不再是待定的主张。请刷新后再看。")
    return unit, grid
