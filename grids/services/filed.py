"""Responsibilities that a registered filing brings (备案带来的责任): asked of whoever was permitted to register it.

No right to plan each single grid is asked. A grid drawn by the registering authority or one below comes into force;
one that another authority drew is recorded as a claim, for that authority to decide.
"""

import datetime as dt
from collections.abc import Iterable

from django.db import transaction

from grids.models import Grid, GridAssignment, GridEvent, Standing
from grids.periods import ONE_DAY, period
from grids.services.assign import (
    detail_of,
    new_assignment,
    require_responsible_kind,
    save_named,
)
from grids.services.plan import shorten
from grids.services.steps import record
from registry.models import Authority, Consortium

Action = GridEvent.Action


def _held(grid_id: int) -> Grid:
    return (
        Grid.objects.select_for_update(of=("self",)).select_related("division", "authority").get(pk=grid_id)
    )


@transaction.atomic
def assign_filed(
    consortium: Consortium, grids: Iterable[int], *, start: dt.date, authority: Authority, by
) -> list[GridAssignment]:
    """Make the consortium responsible for grids from a day. Raises Collision where another one is in force."""
    require_responsible_kind(consortium)
    made = []
    for grid_id in sorted(grids):
        grid = _held(grid_id)
        own = grid.authority.path.startswith(authority.path)
        standing = Standing.IN_FORCE if own else Standing.CLAIMED
        row = new_assignment(grid, consortium, start, None, standing, source=GridAssignment.Source.FILING)
        row.decided_by = authority if own else None
        save_named(grid, row)
        record(grid, Action.PUT_IN_FORCE if own else Action.CLAIMED, by=by, detail=f"{detail_of(row)}，备案")
        made.append(row)
    return made


@transaction.atomic
def release_filed(consortium: Consortium, grids: Iterable[int], *, on: dt.date, by) -> None:
    """The consortium gives grids up: the day before `on` is its last one."""
    open_ = GridAssignment.objects.exclude(status=Standing.DISMISSED).filter(
        consortium=consortium, during__overlap=period(on)
    )
    for grid_id in sorted(grids):
        grid = _held(grid_id)
        for row in open_.filter(grid=grid).order_by("pk"):
            shorten(row, on - ONE_DAY)
            record(grid, Action.ENDED, by=by, detail=f"{consortium}变更备案，{on} 起不再负责")


@transaction.atomic
def forget_filed(assignment_id: int, *, by) -> None:
    """A registration is taken back: the responsibility that it brought never was (the audit keeps it)."""
    row = GridAssignment.objects.select_related("consortium").get(pk=assignment_id)
    grid = _held(row.grid_id)
    row.delete()
    record(grid, Action.ENDED, by=by, detail=f"{row.consortium}的备案已撤销，原定责任不再成立")


@transaction.atomic
def restore_filed(was: GridAssignment, *, by) -> None:
    """A registration is taken back: what it had ended or altered stands again as before."""
    grid = _held(was.grid_id)
    known = GridAssignment.objects.filter(pk=was.pk).exists()
    save_named(grid, was, force_update=known, force_insert=not known)
    record(grid, Action.PUT_IN_FORCE, by=by, detail=f"{detail_of(was)}，备案撤销后恢复")
