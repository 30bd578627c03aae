"""What the columns of a file are (列对应): the page between upload and preview, and the titles that administrators add."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from registry import access
from registry.errors import Refused
from registry.forms_imports import AliasForm, ColumnsForm
from registry.guards import open_to
from registry.imports import mapping, service
from registry.models import ColumnAlias, ImportBatch, ImportSheet, RememberedColumns
from registry.numbers import whole_number
from registry.paging import keyset_page


def _visible(request, pk: int) -> ImportBatch:
    return get_object_or_404(ImportBatch.objects.visible_to(request.user).for_list(), pk=pk)


def _surveyed(batch: ImportBatch) -> list[ImportSheet]:
    sheets = list(batch.sheets.all())
    if not sheets:
        raise Http404("这份文件没有列对应")
    return sheets


def _sheet(batch: ImportBatch, sheets: list[ImportSheet], wanted: str) -> ImportSheet:
    """The sheet that the address names, else the one last chosen, else the one that looks most like a roster."""
    number = whole_number(wanted)
    for one in sheets:
        if one.position == number:
            return one
    chosen = (batch.mapping or {}).get("sheet")
    if chosen is not None:
        return next((one for one in sheets if one.name == chosen), sheets[0])
    known = {"known", "remembered"}
    return max(sheets, key=lambda one: (not one.hidden, sum(c["how"] in known for c in one.columns)))


@require_safe
@open_to("import_institutions")
def import_columns(request, pk: int):
    """Each column with its first values and what it is imported as."""
    batch = _visible(request, pk)
    sheets = _surveyed(batch)
    sheet = _sheet(batch, sheets, request.GET.get("sheet", ""))
    return _page(request, batch, sheets, sheet, ColumnsForm(sheet, said=_said(batch, sheet)))


def _said(batch: ImportBatch, sheet: ImportSheet) -> dict[str, str] | None:
    said = batch.mapping
    return said["columns"] if said and said["sheet"] == sheet.name else None


def _page(request, batch, sheets, sheet, form: ColumnsForm, status: int = 200):
    titles = {one["at"]: one["title"] for one in sheet.columns}
    context = {
        "batch": batch,
        "sheets": sheets,
        "sheet": sheet,
        "form": form,
        "faults": mapping.faults(form.chosen(), titles) if sheet.columns else None,
        "editable": batch.state in service.UNWRITTEN,
    }
    return render(request, "registry/import_columns.html", context, status=status)


@require_POST
@open_to("import_institutions")
def import_columns_confirm(request, pk: int):
    """Read the file again with these columns."""
    batch = _visible(request, pk)
    sheets = _surveyed(batch)
    sheet = _sheet(batch, sheets, request.POST.get("sheet", ""))
    form = ColumnsForm(sheet, request.POST)
    if not form.is_valid():
        return _page(request, batch, sheets, sheet, form, status=422)
    try:
        mapping.confirm(batch.pk, by=request.user, sheet=sheet, fields=form.chosen())
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect(batch)


# -- Titles of administrators -------------------------------------------------------------------------------
@require_safe
@open_to("import_institutions")
def column_aliases(request):
    """Titles added by administrators, and what files were read with before."""
    return _aliases(request, AliasForm(user=request.user))


def _aliases(request, form: AliasForm, status: int = 200):
    reach = access.authorities_where(request.user, "import_institutions")
    page = keyset_page(
        ColumnAlias.objects.editable_by(request.user).select_related("authority", "added_by"),
        request,
        order=("-id",),
        default_size=20,
    )
    for alias in page:
        alias.means = mapping.BY_FIELD[alias.field].title
    remembered = RememberedColumns.objects.filter(authority__in=reach)
    context = {
        "page": page,
        "form": form,
        "built_in": [column for column in mapping.COLUMNS if column.aliases and column.field[0] != "_"],
        "remembered": list(
            remembered.select_related("authority", "confirmed_by").order_by("-confirmed_at", "-pk")[:20]
        ),
    }
    return render(request, "registry/column_aliases.html", context, status=status)


@require_POST
@open_to("import_institutions")
def column_alias_add(request):
    form = AliasForm(request.POST, user=request.user)
    if form.is_valid():
        given = form.cleaned_data
        try:
            alias = mapping.add_alias(given["authority"], given["title"], given["field"], by=request.user)
        except Refused as refusal:
            form.add_error("title", str(refusal))
        else:
            messages.success(request, f"以后“{alias.title}”认作“{mapping.BY_FIELD[alias.field].title}”。")
            return redirect("registry:column_aliases")
    return _aliases(request, form, status=422)


@require_POST
@open_to("import_institutions")
def column_alias_remove(request, pk: int):
    get_object_or_404(ColumnAlias.objects.editable_by(request.user), pk=pk)
    mapping.remove_alias(pk, by=request.user)
    messages.success(request, "已删除，以后导入不再认这个列名。")
    return redirect("registry:column_aliases")


@require_POST
@open_to("import_institutions")
def remembered_columns_forget(request, pk: int):
    reach = access.authorities_where(request.user, "import_institutions")
    get_object_or_404(RememberedColumns, pk=pk, authority__in=reach)
    mapping.forget(pk, by=request.user)
    messages.success(request, "已忘记，下次遇到这样的表头会重新确认。")
    return redirect("registry:column_aliases")
