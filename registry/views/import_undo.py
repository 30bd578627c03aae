"""Undoing an import (撤销导入): what it would do and what stands in its way, then the act."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from registry.errors import Refused
from registry.guards import open_to
from registry.imports import undo
from registry.imports.obstacles import obstacles, written_rows
from registry.models import ImportBatch, ImportRow
from registry.paging import keyset_page


def _visible(request, pk: int) -> ImportBatch:
    return get_object_or_404(ImportBatch.objects.visible_to(request.user).for_list(), pk=pk)


@require_safe
@open_to("import_institutions")
def import_undo(request, pk: int):
    """The consequences: what goes, what gets its former values back, and the rows that have to stay."""
    batch = _visible(request, pk)
    if not batch.can_undo:
        raise Http404("这次导入没有可以撤销的内容")
    kept = obstacles(batch)
    rows = written_rows(batch)
    page = keyset_page(rows.filter(pk__in=kept), request, order=("number",))
    for row in page:
        row.kept = kept[row.pk]
    creates = rows.filter(action=ImportRow.Action.CREATE).exclude(pk__in=kept).count()
    updates = rows.filter(action=ImportRow.Action.UPDATE).exclude(pk__in=kept).count()
    context = {"batch": batch, "page": page, "kept": len(kept), "creates": creates, "updates": updates}
    return render(request, "registry/import_undo.html", context | {"free": creates + updates})


@require_POST
@open_to("import_institutions")
def import_undo_start(request, pk: int):
    """Undo in the background; `rest` is the explicit choice to leave the rows that cannot be undone."""
    batch = _visible(request, pk)
    try:
        undo.start_undo(batch.pk, by=request.user, rest=request.POST.get("rest") == "on")
    except Refused as refusal:
        messages.error(request, str(refusal))
        if batch.can_undo:
            return redirect("registry:import_undo", batch.pk)
    return redirect(batch)
