"""Grids: the list, one with its history, a new one, and the change of its townships."""

from django.contrib import messages
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from grids import areas, services
from grids.by_county import CountyBoxes, by_county, is_wide
from grids.choices import Option, consortia_for, options, townships_of
from grids.forms import GridEditForm, GridFilterForm, GridForm
from grids.judging import judgements
from grids.models import Grid, GridAssignment, GridUnit, Standing
from grids.services.steps import authority_of
from registry import access
from registry.errors import Refused
from registry.guards import open_to
from registry.models import Authority, Division
from registry.paging import capped_count, keyset_page

ORDERS = {
    "place": ("division__path", "name", "id"),
    "-place": ("-division__path", "-name", "-id"),
    "name": ("name", "id"),
    "-name": ("-name", "-id"),
}


def visible_grid(request, pk: int) -> Grid:
    """The grid, or 404 for those who may not see it."""
    return get_object_or_404(Grid.objects.visible_to(request.user).for_list(), pk=pk)


@require_safe
@open_to("view_grids")
def grid_list(request):
    """The grids of one's area."""
    today = timezone.localdate()
    place = areas.chosen(request.user, request.GET.get("area", ""), today)
    form = GridFilterForm(request.GET, places=areas.offered(request.user, place, today))
    rows = _filtered(Grid.objects.visible_to(request.user).filter(place.grids), request.GET, today)
    sort = request.GET.get("sort", "")
    page = keyset_page(rows.for_list(), request, order=ORDERS.get(sort, ORDERS["place"]))
    return render(
        request,
        "grids/list.html",
        {
            "page": page,
            "lines": _lines(page.rows, today),
            "unit": "个",
            "count": capped_count(rows),
            "filter_form": form,
            "place": place,
            "may_plan": areas.may_plan(request.user, place),
        },
    )


def _filtered(rows, query, today):
    if name := query.get("q", "").strip():
        rows = rows.filter(name__icontains=name)
    state = query.get("state", "")
    if state == "retired":
        return rows.filter(during__endswith__lte=today)
    rows = rows.filter(Q(during__upper_inf=True) | Q(during__endswith__gt=today))
    here = {"grid": OuterRef("pk"), "during__contains": today}
    held = Exists(GridAssignment.objects.filter(**here, status=Standing.IN_FORCE))
    claimed = Exists(GridAssignment.objects.filter(**here, status=Standing.CLAIMED)) | Exists(
        GridUnit.objects.filter(**here, status=Standing.CLAIMED)
    )
    return {"held": rows.filter(held), "free": rows.filter(~held), "contested": rows.filter(claimed)}.get(
        state, rows
    )


def _lines(grids: list[Grid], today) -> list[dict]:
    """The rows of a page with the townships and holders of the day, in two queries."""
    units, holders = {}, {}
    listed = GridUnit.objects.filter(grid__in=grids, during__contains=today).exclude(
        status=Standing.DISMISSED
    )
    for unit in listed.order_by("division__code").select_related("division"):
        units.setdefault(unit.grid_id, []).append(unit)
    assignments = GridAssignment.objects.filter(grid__in=grids, during__contains=today)
    for row in (
        assignments.exclude(status=Standing.DISMISSED).select_related("consortium").order_by("status", "pk")
    ):
        holders.setdefault(row.grid_id, []).append(row)
    return [
        {
            "grid": grid,
            "units": units.get(grid.pk, []),
            "claimed": sum(unit.is_claim for unit in units.get(grid.pk, [])),
            "holders": holders.get(grid.pk, []),
        }
        for grid in grids
    ]


@require_safe
def grid_detail(request, pk: int):
    """One grid: its townships, who is responsible, what the rules say, and how it came to be."""
    grid = visible_grid(request, pk)
    today = timezone.localdate()
    units = grid.units.select_related("division__parent").order_by("division__code", "during")
    assignments = grid.assignments.select_related("consortium", "decided_by").order_by("-during", "pk")
    return render(
        request,
        "grids/detail.html",
        {
            "grid": grid,
            "today": today,
            "units": list(units),
            "assignments": list(assignments),
            "events": list(grid.events.select_related("by")[:100]),
            "judgements": judgements(today, grids=[grid.pk]),
            "may_plan": access.covers(request.user, "plan_grids", grid.authority),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@open_to("plan_grids")
def grid_new(request):
    """Draw a grid and, if wanted, say at once who is responsible."""
    today = timezone.localdate()
    place = areas.chosen(request.user, request.GET.get("area", ""), today, "plan_grids")
    authority, division = _bureau(place)
    access.require(request.user, "plan_grids", authority)
    townships = townships_of(authority, place.condition, today)
    wide = is_wide(place.level)
    if wide and _one_county(request):
        return _county_boxes(request, authority, place.condition)
    offered = options(authority, place.condition, today)
    opened = request.GET.get("township", "")
    form = GridForm(
        request.POST or None,
        townships=townships,
        options=offered,
        consortia=consortia_for(division, today),
        initial={"townships": townships.filter(code=opened)} if opened else None,
    )
    collision = None
    if request.method == "POST" and form.is_valid():
        try:
            grid = _create(request, form.cleaned_data, division, authority)
        except services.Collision as refusal:
            collision = refusal
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"已划定网格“{grid}”。")
            return redirect("grids:detail", grid.pk)
    context = {
        "form": form,
        "place": place,
        "places": areas.offered(request.user, place, today, "plan_grids"),
        "counties": _counties(request, offered, form) if wide else None,
        "collision": collision,
    }
    refused = form.errors or collision
    return render(request, "grids/new.html", context, status=422 if refused else 200)


@transaction.atomic
def _create(request, typed: dict, division: Division, authority: Authority) -> Grid:
    """Both acts or neither; `as_claim` in the form says that townships held by others stand as claims."""
    grid = services.create_grid(
        name=typed["name"],
        division=division,
        authority=authority,
        townships=typed["townships"],
        start=typed["start"],
        by=request.user,
    )
    if typed["consortium"]:
        services.put_in_force(
            grid.pk,
            consortium=typed["consortium"],
            start=typed["start"],
            reason=typed["reason"],
            claim_held_townships="as_claim" in request.POST,
            by=request.user,
        )
    return grid


def _bureau(place: areas.Place) -> tuple[Authority, Division]:
    """Who plans a place, and the division that its grids are recorded under."""
    if place.area_id:
        authority = Authority.objects.select_related("management_area__host").get(
            management_area=place.area_id
        )
        return authority, authority.management_area.host
    division = Division.objects.get(pk=place.pk)
    return authority_of(division), division


@require_http_methods(["GET", "HEAD", "POST"])
def grid_edit(request, pk: int):
    """Rename a grid and change its townships from a day on."""
    grid = visible_grid(request, pk)
    access.require(request.user, "plan_grids", grid.authority)
    today = timezone.localdate()
    townships = townships_of(grid.authority, _room(grid), today)
    wide = is_wide(grid.division.level) and not grid.authority.management_area_id
    if wide and _one_county(request):
        return _county_boxes(request, grid.authority, _room(grid), but=grid)
    present = grid.units.filter(during__contains=today).exclude(status=Standing.DISMISSED)
    held = list(present.values_list("division", flat=True))
    offered = options(grid.authority, _room(grid), today, but=grid, held=held)
    form = GridEditForm(
        request.POST or None,
        townships=townships,
        options=offered,
        initial={"name": grid.name, "townships": held},
    )
    if request.method == "POST" and form.is_valid():
        try:
            changed = _change(request, grid, form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "网格已更改。" if changed else "没有需要更改的内容。")
            return redirect("grids:detail", grid.pk)
    counties = _counties(request, offered, form) if wide else None
    context = {"grid": grid, "form": form, "counties": counties}
    return render(request, "grids/edit.html", context, status=422 if form.errors else 200)


def _one_county(request) -> bool:
    """Whether only the boxes of one county are asked for, which somebody has opened on the page."""
    return bool(request.htmx) and "county" in request.GET


def _county_boxes(request, authority: Authority, place: Q, but: Grid | None = None):
    code = request.GET["county"]
    inside = options(authority, place & Q(parent__code=code), timezone.localdate(), but=but)
    found = by_county(inside, picked=(), opened=code)
    if not found:
        raise Http404("这里没有这个区县的街道、乡镇")
    return render(request, "grids/_county_boxes.html", {"one": found[0]})


def _counties(request, offered: list[Option], form) -> list[CountyBoxes]:
    return by_county(offered, picked=form.picked, opened=request.GET.get("county", ""))


def _room(grid: Grid) -> Q:
    """Where a grid may take its townships from: all of a management area, else its own division."""
    return Q() if grid.authority.management_area_id else Q(path__startswith=grid.division.path)


@transaction.atomic
def _change(request, grid: Grid, typed: dict) -> bool:
    renamed = services.rename_grid(grid.pk, name=typed["name"], by=request.user).name != grid.name
    moved = services.set_townships(
        grid.pk, townships=typed["townships"], start=typed["start"], by=request.user
    )
    return renamed or moved
