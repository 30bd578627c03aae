"""The steps that every change of a grid shares: lock, permit, record, announce."""

from collections.abc import Iterable
from functools import partial

from django.db import transaction
from django.db.models import Q

from grids.models import Grid, GridEvent
from grids.signals import grid_changed
from registry import access
from registry.errors import Refused
from registry.models import Authority, Division, ManagementAreaDivision

SHOWN_NAMES = 5


def locked(grid_id: int, by) -> Grid:
    """The grid, held until the transaction ends, after asking whether this person plans it."""
    grid = (
        Grid.objects.select_for_update(of=("self",)).select_related("division", "authority").get(pk=grid_id)
    )
    access.require(by, "plan_grids", grid.authority)
    return grid


def record(grid: Grid, action: str, *, by, detail: str = "", reason: str = "") -> None:
    """Write the line of history and tell the higher apps after commit."""
    GridEvent.objects.create(grid=grid, action=action, detail=detail[:1000], reason=reason.strip(), by=by)
    transaction.on_commit(partial(grid_changed.send_robust, sender=Grid, grid_id=grid.pk))


def names(things: Iterable) -> str:
    """A few names with 、 between them, and how many there are when they are more."""
    every = [str(thing) for thing in things]
    shown = "、".join(every[:SHOWN_NAMES])
    return shown if len(every) <= SHOWN_NAMES else f"{shown}等 {len(every)} 个"


def authority_of(division: Division) -> Authority:
    """The health authority of a place, or the nearest one above it."""
    place: Division | None = division
    while place is not None:
        if authority := Authority.objects.filter(division=place).first():
            return authority
        place = place.parent
    raise Refused(f"{division}及其上级都没有登记卫生健康行政部门，不能划分网格。")


def area_of_authority(authority: Authority) -> Q:
    """Condition on divisions: those that an authority stands over."""
    if authority.management_area_id:
        inside = ManagementAreaDivision.objects.filter(area=authority.management_area_id).values("division")
        return Q(pk__in=inside)
    return Q(path__startswith=authority.division.path)


def in_area(authority: Authority, townships: Iterable[Division]) -> list[Division]:
    """The same townships, once each, refused by name when one is no township or lies outside the area."""
    wanted = {township.pk: township for township in townships}
    if wrong := [t for t in wanted.values() if t.level != Division.Level.TOWNSHIP]:
        raise Refused(f"网格由街道、乡镇组成，{names(wrong)}不是街道或乡镇。")
    inside = set(
        Division.objects.filter(area_of_authority(authority), pk__in=wanted).values_list("pk", flat=True)
    )
    if outside := [t for pk, t in wanted.items() if pk not in inside]:
        raise Refused(f"{names(outside)}不在{authority}的辖区内。请只选本辖区的街道、乡镇。")
    return list(wanted.values())
