"""Redrawing the map (调整网格): splitting one grid in two, merging two into one."""

import datetime as dt
from collections.abc import Iterable

from django.db import transaction

from grids.models import Grid, GridAssignment, GridEvent, GridUnit, Standing
from grids.periods import ONE_DAY, meet, period
from grids.services.plan import create_grid, end_with, shorten
from grids.services.refusals import Attempt, named_refusals
from grids.services.steps import locked, names, record
from registry.errors import Refused
from registry.models import Division


@transaction.atomic
def split(grid_id: int, *, name: str, townships: Iterable[Division], on: dt.date, by) -> Grid:
    """Part of a grid becomes a grid of its own from a day on, under the same responsibility."""
    grid = locked(grid_id, by)
    chosen = {township.pk for township in townships}
    units = list(
        grid.units.filter(during__contains=on).exclude(status=Standing.DISMISSED).select_related("division")
    )
    moving = [unit for unit in units if unit.division_id in chosen]
    if not moving or len(moving) == len(units):
        raise Refused("拆分要选出网格中的一部分街道、乡镇：至少一个，并给原网格至少留一个。")
    part = create_grid(name=name, division=grid.division, authority=grid.authority, start=on, by=by)
    _move(moving, part, on)
    for held in grid.assignments.filter(during__overlap=period(on)).exclude(status=Standing.DISMISSED):
        _copy(held, part, on)
    moved = names(unit.division for unit in moving)
    record(grid, GridEvent.Action.SPLIT, by=by, detail=f"{on} 起 {moved} 划入新网格“{part}”")
    record(part, GridEvent.Action.SPLIT, by=by, detail=f"{on} 起由网格“{grid}”拆出：{moved}")
    return part


@transaction.atomic
def merge(grid_id: int, *, into: int, on: dt.date, by) -> Grid:
    """A grid dissolves into another from a day on; the other's responsible consortium takes its townships."""
    if grid_id == into:
        raise Refused("网格不能并入它自己。")
    # Both rows in one order, whichever way round the merge is asked for, so that two merges cannot block each other.
    both = {pk: locked(pk, by) for pk in sorted((grid_id, into))}
    grid, target = both[grid_id], both[into]
    if grid.during.lower and on <= grid.during.lower:
        raise Refused(f"网格“{grid}”{grid.during.lower} 才划定，合并日期须在这之后。")
    units = list(
        grid.units.filter(during__contains=on).exclude(status=Standing.DISMISSED).select_related("division")
    )
    present = set(target.units.filter(during__overlap=period(on)).values_list("division_id", flat=True))
    for held in grid.assignments.exclude(status=Standing.DISMISSED):
        shorten(held, on - ONE_DAY)
    moving = [unit for unit in units if unit.division_id not in present]
    holders = target.assignments.filter(status=Standing.IN_FORCE, exclusive=True).select_related("consortium")
    attempts = [
        Attempt(unit.division, held.consortium, days)
        for held in holders
        for unit in moving
        if (days := meet(held.during, meet(unit.during, period(on))))
    ]
    with named_refusals(target, attempts):
        _move(moving, target, on)
    end_with(grid, on - ONE_DAY)
    moved = names(unit.division for unit in units)
    record(grid, GridEvent.Action.MERGED, by=by, detail=f"{on} 起并入网格“{target}”")
    record(target, GridEvent.Action.MERGED, by=by, detail=f"{on} 起并入网格“{grid}”的 {moved}")
    return target


def _move(units: list[GridUnit], target: Grid, on: dt.date) -> None:
    ended = []
    for unit in units:
        days = meet(meet(unit.during, period(on)), target.during)
        if days:
            ended.append(GridUnit(grid=target, division=unit.division, during=days, status=unit.status))
        shorten(unit, on - ONE_DAY)
    GridUnit.objects.bulk_create(ended)


def _copy(held: GridAssignment, part: Grid, on: dt.date) -> None:
    held.pk, held._state.adding = None, True
    held.grid, held.during = part, meet(held.during, period(on))
    held.save()
