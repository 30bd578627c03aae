"""How grids follow a change of places (区划变更): a township's place in a grid passes to its successors that day."""

from collections import defaultdict

from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from grids.models import GridEvent, GridUnit, Standing
from grids.periods import ONE_DAY, meet, period
from grids.services.plan import shorten
from grids.services.steps import names, record
from registry.divisions.effects import Follower, leave, register
from registry.divisions.plan import Begun, Plan
from registry.errors import Refused
from registry.models import Division


def _concerned(plan: Plan):
    """Townships of grids that end on the day, or (split in part) give some of themselves away."""
    after = DateRange(plan.on, None)
    rows = GridUnit.objects.filter(division__in=plan.heirs, during__overlap=after)
    return rows.exclude(status=Standing.DISMISSED)


def _count(plan: Plan) -> int:
    return _concerned(plan).count()


def _follow(plan: Plan, placed: dict[Begun, Division], by) -> None:
    ended = {one.pk for one in plan.ends}
    changed = defaultdict(set)
    rows = _concerned(plan).select_related("grid", "division").order_by("grid", "division__code", "during")
    for unit in rows:
        days = meet(unit.during, period(plan.on))
        heirs = [placed[new] for new in plan.heirs[unit.division_id]]
        if unit.division_id in ended:
            shorten(unit, plan.on - ONE_DAY)
            changed[unit.grid].add((unit.division, None))
        for heir in heirs:
            if _add(unit, heir, days):
                changed[unit.grid].add((unit.division, heir))
    for grid, pairs in changed.items():
        gone = {old for old, heir in pairs if heir is None}
        come = {heir for _, heir in pairs if heir is not None}
        detail = f"区划变更 {plan.on}：{names(sorted(gone, key=lambda one: one.code)) or '无'}停用，"
        detail += f"{names(sorted(come, key=lambda one: one.code)) or '无'}接续"
        record(grid, GridEvent.Action.UNITS_ADDED, by=by, detail=detail)


def _add(unit: GridUnit, heir: Division, days: DateRange) -> bool:
    """The successor in the same grid for the same days; False where it is in there already."""
    present = GridUnit.objects.filter(grid=unit.grid, division=heir, during__overlap=days)
    if present.exclude(status=Standing.DISMISSED).exists():
        return False
    try:
        with transaction.atomic():
            GridUnit.objects.create(grid=unit.grid, division=heir, during=days, status=unit.status)
    except IntegrityError as error:
        raise Refused(
            f"{unit.division}所在的网格“{unit.grid}”与另一网格在{heir}重叠，两边由不同医联体负责。"
            "请先在网格划分里调整其中一个网格，再录入区划变更。"
        ) from error
    return True


def declare() -> None:
    """Called once the app is ready."""
    register(Follower("grids.GridUnit", "division", "生效日起由继任乡镇街道接续，此前不变", _count, _follow))
    register(leave("grids.Holding", "unit"))
