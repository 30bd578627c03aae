"""Who is responsible (责任医联体): claims, what an authority puts in force, and how both end."""

import datetime as dt

from django.db import transaction
from django.utils import timezone

from grids.exemptions import exempt_focuses, is_exclusive
from grids.kinds import RESPONSIBLE_KINDS
from grids.models import Grid, GridAssignment, GridEvent, Standing
from grids.periods import ONE_DAY, meet, period, say
from grids.services.plan import shorten
from grids.services.refusals import Attempt, Collision, named_refusals
from grids.services.steps import locked, names, record
from registry.errors import Refused
from registry.models import Authority, Consortium

Action = GridEvent.Action
Source = GridAssignment.Source


@transaction.atomic
def record_claim(
    grid_id: int,
    *,
    consortium: Consortium,
    start: dt.date | None,
    last: dt.date | None = None,
    source: str = Source.PLAN,
    reason: str = "",
    by,
) -> GridAssignment:
    """Record that a consortium says it is responsible for a grid. Claims may collide; they cover nothing."""
    grid = locked(grid_id, by)
    claim = new_assignment(grid, consortium, start, last, Standing.CLAIMED, source=source, reason=reason)
    save_named(grid, claim)
    record(grid, Action.CLAIMED, by=by, detail=detail_of(claim), reason=reason)
    return claim


@transaction.atomic
def put_in_force(
    grid_id: int,
    *,
    consortium: Consortium,
    start: dt.date | None,
    last: dt.date | None = None,
    source: str = Source.PLAN,
    reason: str = "",
    decided_by: Authority | None = None,
    claim_held_townships: bool = False,
    by,
) -> GridAssignment:
    """Make a consortium responsible for a grid. Raises Collision where another one is on any of these days.

    With `claim_held_townships`, townships that another one holds become mere claims of this grid instead.
    """
    if claim_held_townships:
        _claim_held(grid_id, consortium, start, last, by)
    grid = locked(grid_id, by)
    assignment = new_assignment(
        grid, consortium, start, last, Standing.IN_FORCE, source=source, reason=reason
    )
    assignment.decided_by = decided_by or grid.authority
    require_responsible_kind(consortium)
    save_named(grid, assignment)
    record(grid, Action.PUT_IN_FORCE, by=by, detail=detail_of(assignment), reason=reason)
    return assignment


def _claim_held(grid_id: int, consortium: Consortium, start, last, by) -> None:
    """Turn the townships into claims that would collide; found by asking the database and undoing the answer."""
    try:
        with transaction.atomic():
            put_in_force(grid_id, consortium=consortium, start=start, last=last, by=by)
            transaction.set_rollback(True)
    except Collision as refusal:
        held = refusal.townships
    else:
        return
    grid = locked(grid_id, by)
    for unit in grid.units.filter(division__in=held, status=Standing.IN_FORCE):
        unit.status = Standing.CLAIMED
        unit.save(update_fields=["status"])
    if held:
        record(grid, Action.CLAIMED, by=by, detail=f"{names(held)}，已由他方负责")


@transaction.atomic
def hand_over(
    grid_id: int, *, consortium: Consortium, start: dt.date, reason: str = "", by
) -> GridAssignment:
    """Another consortium takes the grid over: whoever is in force ends the day before `start`."""
    grid = locked(grid_id, by)
    in_force = grid.assignments.filter(status=Standing.IN_FORCE, exclusive=True, during__contains=start)
    for current in in_force.select_related("consortium"):
        shorten(current, start - ONE_DAY)
        record(grid, Action.ENDED, by=by, detail=f"{current.consortium}，{start} 起由{consortium}接替")
    return put_in_force(grid_id, consortium=consortium, start=start, reason=reason, by=by)


@transaction.atomic
def confirm_claim(assignment_id: int, *, by, reason: str = "") -> GridAssignment:
    """Decide for a claim: it comes into force."""
    claim, grid = _claim(assignment_id, by)
    require_responsible_kind(claim.consortium)
    claim.status = Standing.IN_FORCE
    claim.decided_by = grid.authority
    save_named(grid, claim, update_fields=["status", "decided_by"])
    record(grid, Action.PUT_IN_FORCE, by=by, detail=detail_of(claim), reason=reason)
    return claim


@transaction.atomic
def dismiss_claim(assignment_id: int, *, by, reason: str) -> GridAssignment:
    """Decide against a claim; it stays in the history with the reason."""
    if not reason.strip():
        raise Refused("不采纳主张必须写明理由。")
    claim, grid = _claim(assignment_id, by)
    claim.status = Standing.DISMISSED
    claim.save(update_fields=["status"])
    record(grid, Action.DISMISSED, by=by, detail=detail_of(claim), reason=reason)
    return claim


@transaction.atomic
def end(assignment_id: int, *, last: dt.date, by, reason: str = "") -> None:
    """End a responsibility or a claim; `last` is its last day."""
    assignment, grid = _locked_assignment(assignment_id, by)
    if meet(assignment.during, period(None, last)) is None:
        raise Refused(f"“{assignment.consortium}”{assignment.during.lower} 才开始负责，不能在 {last} 结束。")
    shorten(assignment, last)
    detail = f"{assignment.consortium}，{last} 为最后一天"
    record(grid, Action.ENDED, by=by, detail=detail, reason=reason)


@transaction.atomic
def end_all_of(consortium: Consortium, *, on: dt.date, by) -> int:
    """A consortium ceases to exist on a day: its responsibilities and claims end the day before.

    Called by whoever was permitted to close the consortium; no right to plan each single grid is asked.
    """
    open_ = GridAssignment.objects.exclude(status=Standing.DISMISSED).filter(
        consortium=consortium, during__overlap=period(on)
    )
    grids = Grid.objects.select_for_update(of=("self",)).filter(pk__in=open_.values("grid")).order_by("pk")
    locked_grids = {grid.pk: grid for grid in grids}
    rows = list(open_.filter(grid__in=locked_grids))
    for row in rows:
        shorten(row, on - ONE_DAY)
        record(locked_grids[row.grid_id], Action.ENDED, by=by, detail=f"{consortium}于 {on} 终止")
    return len(rows)


@transaction.atomic
def settle_focus(consortium: Consortium, *, by) -> None:
    """Follow a change of the reviewed attribute 以专科服务为主: exclusive or not, refused when that collides."""
    rows = GridAssignment.objects.exclude(status=Standing.DISMISSED).filter(consortium=consortium)
    for row in rows.select_related("grid__division").order_by("grid"):
        grid = Grid.objects.select_for_update(of=("self",)).get(pk=row.grid_id)
        row.exclusive = _exclusive(grid, consortium)
        save_named(grid, row, update_fields=["exclusive"])


def new_assignment(
    grid: Grid, consortium: Consortium, start, last, status: str, *, source: str, reason: str = ""
) -> GridAssignment:
    """An unsaved row, its days cut to those on which both the grid and the consortium exist."""
    during = meet(grid.during, period(start, last))
    if during and consortium.closed_on:
        during = meet(during, period(None, consortium.closed_on - ONE_DAY))
    if during is None:
        raise Refused(
            f"{say(period(start, last))} 内网格“{grid}”或医联体“{consortium}”并不存在。请查看两者的起止日期。"
        )
    return GridAssignment(
        grid=grid,
        consortium=consortium,
        during=during,
        status=status,
        exclusive=_exclusive(grid, consortium),
        source=source,
        reason=reason.strip(),
    )


def _exclusive(grid: Grid, consortium: Consortium) -> bool:
    if not consortium.specialty_focus or consortium.specialty_focus == Consortium.Focus.NONE:
        return True
    return is_exclusive(consortium, exempt_focuses(grid.division, timezone.localdate()))


def require_responsible_kind(consortium: Consortium) -> None:
    """Only city groups and county communities answer for grids."""
    if consortium.kind not in RESPONSIBLE_KINDS:
        raise Refused(
            f"网格由城市医疗集团或县域医共体负责，“{consortium}”是{consortium.get_kind_display()}。"
        )


def save_named(grid: Grid, assignment: GridAssignment, **how) -> None:
    """Save a responsibility; what the database refuses is refused by the names of both sides."""
    units = grid.units.filter(status=Standing.IN_FORCE).select_related("division").order_by("division__code")
    attempts = [
        Attempt(unit.division, assignment.consortium, days)
        for unit in units
        if (days := meet(unit.during, assignment.during))
    ]
    # A grid without townships still has one responsible consortium only.
    placeholder = Attempt(grid.division, assignment.consortium, assignment.during)
    with named_refusals(grid, attempts or [placeholder]):
        assignment.save(**how)


def detail_of(assignment: GridAssignment) -> str:
    """Consortium and period, for a line of history."""
    return f"{assignment.consortium}，{say(assignment.during)}"


def _locked_assignment(assignment_id: int, by) -> tuple[GridAssignment, Grid]:
    grid = locked(GridAssignment.objects.values_list("grid_id", flat=True).get(pk=assignment_id), by)
    return grid.assignments.select_related("consortium").get(pk=assignment_id), grid


def _claim(assignment_id: int, by) -> tuple[GridAssignment, Grid]:
    claim, grid = _locked_assignment(assignment_id, by)
    if not claim.is_claim:
        raise Refused(f"“{claim.consortium}”的主张现在是“{claim.get_status_display()}”。请刷新后再看。")
    return claim, grid
