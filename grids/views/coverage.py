"""The coverage page: map or table of an area on a day, with one township opened beside it."""

import datetime as dt

from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from grids import areas
from grids.board import board
from grids.coverage import TownshipState, change_days, coverage
from grids.history import stretches
from grids.judging import judgements
from registry.guards import open_to
from registry.ui.address import address

EARLIEST = dt.date(2000, 1, 1)


def day_of(request) -> dt.date:
    """The day that the address asks for; today when there is none or none that can be read."""
    try:
        wanted = dt.date.fromisoformat(request.GET.get("on", ""))
    except ValueError:
        return timezone.localdate()
    return max(wanted, EARLIEST)


@require_safe
@open_to("view_grids")
def coverage_page(request):
    """Which townships are covered, uncovered or contested."""
    day = day_of(request)
    place = areas.chosen(request.user, request.GET.get("area", ""), day)
    found = coverage(place.condition, day)
    opened = next((t for t in found.townships if t.code == request.GET.get("township")), None)
    drawn = board(found, lambda code: address(request, {"township": code}), opened.code if opened else "")
    changes = [change for change in change_days(place.condition) if change >= EARLIEST]
    today = timezone.localdate()
    context = {
        "place": place,
        "places": areas.offered(request.user, place, day),
        "day": day,
        "today": today,
        "first": min([*changes[:1], day, today - dt.timedelta(365)]),
        "last": max(day, today),
        "changes": changes,
        "coverage": found,
        "board": drawn,
        "as_table": not drawn.groups or request.GET.get("view") == "table",
        "rows": rows_of(request, found.townships),
        "opened": opened,
        "may_plan": areas.may_plan(request.user, place),
        **(_opened(opened, day) if opened else {}),
    }
    fragment = request.htmx and request.htmx.target == "coverage"
    return render(request, "grids/_coverage.html" if fragment else "grids/coverage.html", context)


def rows_of(request, townships: list[TownshipState]) -> list[TownshipState]:
    """The townships that the table shows: all, or those in the state that the address names."""
    wanted = {
        "uncovered": lambda t: not t.is_covered,
        "contested": lambda t: t.is_contested,
        "covered": lambda t: t.is_covered,
    }.get(request.GET.get("show", ""))
    return [t for t in townships if wanted(t)] if wanted else townships


def _opened(township: TownshipState, day: dt.date) -> dict:
    grids = [pk for pk, _ in township.grids]
    found = judgements(day, division=township.parent_id, grids=grids)
    return {
        "stretches": stretches(township.unit_id, max(day, timezone.localdate())),
        "judgements": found[:6],
    }
