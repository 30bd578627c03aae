"""Importing rosters (导入): upload, preview, apply, result."""

from pathlib import Path

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from registry import access, access_log
from registry.downloads import XLSX, stored_file, workbook_response
from registry.errors import Refused
from registry.forms import UploadForm
from registry.imports import preview, queue, service, template
from registry.models import ImportBatch
from registry.paging import keyset_page

PREVIEWED = (
    ImportBatch.State.STAGED,
    ImportBatch.State.APPLIED,
    ImportBatch.State.PARTLY,
    ImportBatch.State.UNDONE,
)


def _importer(request) -> None:
    if not access.may(request.user, "import_institutions"):
        raise Http404("没有导入名录的任职")


def _visible(request, pk: int) -> ImportBatch:
    _importer(request)
    return get_object_or_404(ImportBatch.objects.visible_to(request.user).for_list(), pk=pk)


@require_safe
def import_list(request):
    """Earlier imports, newest first, and the form to send a file."""
    _importer(request)
    return _list(request, UploadForm())


def _list(request, form: UploadForm, status: int = 200):
    rows = ImportBatch.objects.visible_to(request.user).for_list()
    page = keyset_page(rows, request, order=("-id",), default_size=20)
    return render(request, "registry/import_list.html", {"page": page, "form": form}, status=status)


@require_POST
def import_upload(request):
    """Keep the file and read it in the background; what cannot be opened is refused at once, beside the field."""
    _importer(request)
    form = UploadForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            batch = service.upload(form.cleaned_data["file"], by=request.user)
        except Refused as refusal:
            form.add_error("file", str(refusal))
        else:
            return redirect(batch)
    return _list(request, form, status=422)


@require_safe
def import_detail(request, pk: int):
    """Progress while it is read or applied, the preview, then the result."""
    batch = _visible(request, pk)
    busy = batch.job is not None and not batch.job.finished
    if batch.state == ImportBatch.State.MAPPING and not busy and not request.htmx:
        return redirect("registry:import_columns", batch.pk)
    context = {"batch": batch, "busy": busy, "failed": _failed(batch), "ahead": []}
    if busy and batch.job.kind in queue.KINDS:
        context["ahead"] = queue.ahead_of(batch.job)
    if batch.state in PREVIEWED and not busy:
        context |= preview.context(batch, request)
    if not request.htmx:
        return render(request, "registry/import_detail.html", context)
    response = render(request, "registry/_import.html", context)
    if not busy:
        response["HX-Refresh"] = "true"  # the head of the page and the bar have news as well
    return response


def _failed(batch: ImportBatch) -> str:
    job = batch.job
    return job.error if job and job.state == job.State.FAILED else ""


def _act(request, pk: int, act, done: str):
    batch = _visible(request, pk)
    try:
        act(batch.pk)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        if done:
            messages.success(request, done)
    return redirect(batch)


@require_POST
def import_apply(request, pk: int):
    skip = request.POST.get("skip") == "on"
    return _act(request, pk, lambda pk: service.start_apply(pk, by=request.user, skip_bad_rows=skip), "")


@require_POST
def import_reread(request, pk: int):
    return _act(request, pk, lambda pk: service.reread(pk, by=request.user), "")


@require_POST
def import_discard(request, pk: int):
    return _act(request, pk, lambda pk: service.discard(pk, by=request.user), "已放弃，名录没有改动。")


@require_safe
def import_template(request):
    """The official template, empty."""
    _importer(request)
    return workbook_response(template.build(), "机构名录导入模板.xlsx")


@require_safe
def import_file(request, pk: int):
    """The file as it was sent."""
    batch = _visible(request, pk)
    access_log.exported(request.user, batch, "下载导入原文件")
    return stored_file(batch.file, batch.file_name, "application/octet-stream")


@require_safe
def import_marked(request, pk: int):
    """The sender's workbook with its bad cells marked."""
    batch = _visible(request, pk)
    if not batch.marked:
        raise Http404("没有标注后的原表")
    access_log.exported(request.user, batch, "下载标注后的原表")
    name = f"{Path(batch.file_name).stem}（已标注）.xlsx"
    return stored_file(batch.marked, name, XLSX)
