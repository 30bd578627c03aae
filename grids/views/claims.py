"""Deciding claims and ending responsibilities (处理争议): each posts back to the page of the grid."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from grids import services
from grids.forms import EndForm, ReasonForm
from grids.models import Grid, GridAssignment, GridUnit
from registry import access
from registry.errors import Refused


def _visible(request, model, pk: int):
    """A row of a grid that the person may see; 404 otherwise."""
    rows = model.objects.select_related("grid__authority").filter(
        grid__in=Grid.objects.visible_to(request.user)
    )
    return get_object_or_404(rows, pk=pk)


def _decide(request, row, act, done: str, form_class=ReasonForm):
    """Do an act with what was typed and go back to the grid, saying what came of it."""
    access.require(request.user, "plan_grids", row.grid.authority)
    form = form_class(request.POST)
    if not form.is_valid():
        messages.error(request, "；".join(str(e) for errors in form.errors.values() for e in errors))
        return redirect("grids:detail", row.grid_id)
    try:
        act(row.pk, by=request.user, **form.cleaned_data)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done)
    return redirect("grids:detail", row.grid_id)


@require_POST
def confirm(request, pk: int):
    """A claim comes into force."""
    return _decide(
        request, _visible(request, GridAssignment, pk), services.confirm_claim, "主张已采纳，责任生效。"
    )


@require_POST
def dismiss(request, pk: int):
    """A claim is not followed."""
    return _decide(
        request, _visible(request, GridAssignment, pk), services.dismiss_claim, "主张未采纳，理由已记录。"
    )


@require_POST
def end(request, pk: int):
    """A responsibility ends on a day."""
    row = _visible(request, GridAssignment, pk)
    return _decide(request, row, services.end, "责任已结束。", EndForm)


@require_POST
def keep_township(request, pk: int):
    """A contested township belongs to this grid."""
    return _decide(request, _visible(request, GridUnit, pk), services.keep_township, "已确定归本网格。")


@require_POST
def dismiss_township(request, pk: int):
    """A contested township does not belong to this grid."""
    row = _visible(request, GridUnit, pk)
    return _decide(request, row, services.dismiss_township, "已确定不归本网格，理由已记录。")
