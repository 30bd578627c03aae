"""Changes of a whole grid: who is responsible, splitting, merging, abolishing."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from grids import services
from grids.choices import consortia_for
from grids.forms import AssignForm, EndForm, MergeForm, SplitForm
from grids.models import Grid, Standing
from grids.views.grids import visible_grid
from registry import access
from registry.errors import Refused
from registry.models import Division

ACTS = {
    "in_force": "已指定负责的医联体。",
    "hand_over": "已接替。",
    "claim_held": "已指定负责的医联体，重叠的街道、乡镇登记为主张。",
    "claim": "已登记主张，待确定。",
}


def planned_grid(request, pk: int) -> Grid:
    """The grid; 404 for those who may not see it, 403 for those who may not plan it."""
    grid = visible_grid(request, pk)
    access.require(request.user, "plan_grids", grid.authority)
    return grid


@require_http_methods(["GET", "HEAD", "POST"])
def assign(request, pk: int):
    """Say who is responsible from a day on; a collision is explained and may be taken over or stand as a claim."""
    grid = planned_grid(request, pk)
    form = AssignForm(request.POST or None, consortia=consortia_for(grid.division, timezone.localdate()))
    collision = None
    if request.method == "POST" and form.is_valid():
        act = request.POST.get("act", "in_force")
        try:
            _assign(request, grid, form.cleaned_data, act)
        except services.Collision as refusal:
            collision = refusal
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, ACTS.get(act, ACTS["in_force"]))
            return redirect("grids:detail", grid.pk)
    in_force = grid.assignments.filter(status=Standing.IN_FORCE).select_related("consortium")
    context = {
        "grid": grid,
        "form": form,
        "collision": collision,
        "in_force": in_force.order_by("-during", "pk"),
    }
    refused = form.errors or collision
    return render(request, "grids/assign.html", context, status=422 if refused else 200)


def _assign(request, grid: Grid, typed: dict, act: str) -> None:
    given = {"consortium": typed["consortium"], "reason": typed["reason"], "by": request.user}
    if act == "hand_over":
        services.hand_over(grid.pk, start=typed["start"], **given)
        return
    given |= {"start": typed["start"], "last": typed["last"]}
    if act == "claim":
        services.record_claim(grid.pk, **given)
    else:
        services.put_in_force(grid.pk, claim_held_townships=act == "claim_held", **given)


@require_http_methods(["GET", "HEAD", "POST"])
def split(request, pk: int):
    """Make part of a grid a grid of its own."""
    grid = planned_grid(request, pk)
    today = timezone.localdate()
    present = grid.units.filter(during__contains=today).exclude(status=Standing.DISMISSED)
    townships = Division.objects.filter(pk__in=present.values("division")).order_by("code")
    form = SplitForm(request.POST or None, townships=townships)
    if request.method == "POST" and form.is_valid():
        try:
            part = services.split(grid.pk, by=request.user, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"已拆出网格“{part}”。")
            return redirect("grids:detail", part.pk)
    return _form_page(request, grid, form, "拆分网格", "拆分")


@require_http_methods(["GET", "HEAD", "POST"])
def merge(request, pk: int):
    """Dissolve a grid into another."""
    grid = planned_grid(request, pk)
    others = Grid.objects.plannable_by(request.user).on(timezone.localdate()).exclude(pk=grid.pk)
    form = MergeForm(
        request.POST or None, grids=others.filter(authority=grid.authority).order_by("name", "pk")
    )
    if request.method == "POST" and form.is_valid():
        into = form.cleaned_data["into"]
        try:
            services.merge(grid.pk, into=into.pk, on=form.cleaned_data["on"], by=request.user)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"网格“{grid}”已并入“{into}”。")
            return redirect("grids:detail", into.pk)
    return _form_page(request, grid, form, "合并网格", "合并")


@require_http_methods(["GET", "HEAD", "POST"])
def retire(request, pk: int):
    """Abolish a grid."""
    grid = planned_grid(request, pk)
    form = EndForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.retire_grid(grid.pk, by=request.user, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"网格“{grid}”已撤销。")
            return redirect("grids:detail", grid.pk)
    note = "撤销后，它的街道、乡镇不再属于任何网格，责任也随之结束；沿革保留。"
    return _form_page(request, grid, form, "撤销网格", "撤销网格", note, danger=True)


def _form_page(request, grid: Grid, form, title: str, verb: str, note: str = "", *, danger: bool = False):
    context = {"grid": grid, "form": form, "title": title, "verb": verb, "note": note, "danger": danger}
    return render(request, "grids/form.html", context, status=422 if form.errors else 200)
