"""A filtered list as a workbook (导出): columns of the import template, so that the file can be corrected and sent back.

Rows stream from a cursor of the database into the file; memory stays the same whatever their number. Every value is
written as text or as a number, so that no cell is ever taken for a formula and no code loses its digits.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import xlsxwriter
from django.contrib.postgres.aggregates import StringAgg
from django.core.files import File
from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Concat, NullIf
from django.http import QueryDict

from registry import audit
from registry.forms import InstitutionFilter
from registry.imports import template
from registry.imports.cells import DOT, coded
from registry.jobs import start_job
from registry.models import EconomicType, Institution, InstitutionClass, InstitutionExport, InstitutionName
from registry.work_folders import work_folder

ROWS_A_SHEET = 1_000_000  # a sheet ends at 1,048,576
STEP = 2_000
ORDER = ("area_path", "name", "id")
_CHOICES = {
    name: dict(Institution._meta.get_field(name).flatchoices)
    for name in ("level", "grade", "affiliation", "ownership", "profit", "status")
}
_CHOICES["affiliation"] |= {"province": "省级", "none": "社会办"}  # as the import reads them
_FIELDS = {
    "institution_class": "institution_class_id",
    "division": "county",
    "township": "street",
    "main_institution": "main_institution__name",
    "second_names": "seconds",
}
_WIDE = {
    "name": 36, "uscc": 22, "licence_number": 24, "institution_class": 22, "division": 20, "township": 24, "address": 40,
    "second_names": 36,
}  # fmt: skip


def listed(user, query: str) -> QuerySet:
    """What the person's list shows under this address."""
    form = InstitutionFilter(QueryDict(query), user=user)
    return form.narrow(Institution.objects.visible_to(user).live())


@transaction.atomic
def ask(query: str, *, by) -> InstitutionExport:
    """Make the file in the background; the job's page shows how far it is and then leads to the file."""
    export = InstitutionExport.objects.create(owner=by, query=query)
    export.job = start_job(
        "institution_export",
        "导出机构名录",
        task="registry.institutions.export",
        by=by,
        scope=f"export:{by.pk}",
        result_url=export.get_absolute_url(),
        export_id=export.pk,
    )
    export.save(update_fields=["job"])
    return export


def make(export: InstitutionExport, report: Callable[[int, int], None]) -> int:
    """Write the file of an export, with what its owner may see now. Answers the number of rows; a file that is there stays."""
    if export.file:
        return export.rows
    rows = listed(export.owner, export.query)
    total = rows.count()
    report(0, total)
    with work_folder() as folder:
        path = folder / "list.xlsx"
        count = write(rows, path, lambda done: report(done, total))
        with path.open("rb") as made, audit.acting(export.owner):
            name = f"{export.pk}.xlsx"
            # What a worker that was killed has left of it: nobody would ever remove a file without a row.
            export.file.storage.delete(export.file.field.generate_filename(export, name))
            export.file.save(name, File(made), save=False)
            export.rows = count
            export.save(update_fields=["file", "rows"])
    return count


def write(institutions: QuerySet, path: Path, report: Callable[[int], None]) -> int:
    """The rows as a workbook at `path`; what is written on the way lies beside it. Answers how many rows."""
    columns = template.columns()
    names = [_FIELDS.get(column.field, column.field) for column in columns]
    beside = {"constant_memory": True, "tmpdir": str(path.parent)}
    book = xlsxwriter.Workbook(path, beside | {"default_date_format": "yyyy-mm-dd"})
    head = book.add_format({"bold": True, "bg_color": "#E6F0F5"})
    text = book.add_format({"num_format": "@"})
    words = _words()
    sheet, at, count = None, ROWS_A_SHEET, 0
    for row in _rows(institutions, names):
        if at >= ROWS_A_SHEET:
            sheet, at = _sheet(book, columns, head, text), 0
        at += 1
        for place, (name, value) in enumerate(zip(names, row, strict=True)):
            _cell(sheet, at, place, value, words.get(name), text)
        count += 1
        if count % STEP == 0:
            report(count)
    if sheet is None:
        _sheet(book, columns, head, text)
    book.close()
    return count


def _rows(institutions: QuerySet, names: list[str]) -> Iterator[tuple]:
    second = InstitutionName.objects.filter(institution=OuterRef("pk"), kind=InstitutionName.Kind.SECOND)
    joined = second.order_by().values("institution").annotate(all=StringAgg("name", "；", order_by="pk"))
    rows = institutions.order_by(*ORDER).annotate(
        seconds=Subquery(joined.values("all")),
        county=Concat("division__code", Value(DOT), "division__name"),
        street=NullIf(Concat("township__code", Value(DOT), "township__name"), Value(DOT)),
    )
    return rows.values_list(*names).iterator(chunk_size=STEP)


def _sheet(book, columns, head, text):
    number = len(book.worksheets()) + 1
    sheet = book.add_worksheet("名录" if number == 1 else f"名录{number}")
    for place, column in enumerate(columns):
        sheet.set_column(place, place, _WIDE.get(column.field, 13), text)
        sheet.write_string(0, place, column.title, head)
    sheet.freeze_panes(1, 1)
    return sheet


def _words() -> dict[str, dict[str, str]]:
    """What stands in the cells for the codes of each short list: the word, or the code and its name (A100.综合医院)."""
    lists = {"institution_class_id": InstitutionClass, "economic_type": EconomicType}
    named = {
        field: {code: coded(code, name) for code, name in model.objects.values_list("code", "name")}
        for field, model in lists.items()
    }
    return _CHOICES | named


def _cell(sheet, at: int, place: int, value, words: dict[str, str] | None, text) -> None:
    if value is None or value == "":
        return
    if isinstance(value, bool):
        sheet.write_string(at, place, "是" if value else "否")
    elif isinstance(value, int):
        sheet.write_number(at, place, value)
    else:
        sheet.write_string(at, place, words.get(value, value) if words else str(value), text)


def forget_outdated() -> int:
    """Remove files that nobody needs any more. Answers how many."""
    gone = 0
    for export in InstitutionExport.objects.outdated().order_by("pk").iterator():
        export.file.delete(save=False)
        export.delete()
        gone += 1
    return gone
