"""A new workbook for a sender of csv or xls (新做一份): the same rows and numbers of rows, with the marks."""

import datetime as dt
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import xlsxwriter

from registry.imports.marked import explanation
from registry.imports.marked.marks import FILLS, MOST_COMMENTS, RESULT_TITLE, RowMarks
from registry.imports.marked.sheet import cleaned
from registry.imports.scan import column_number
from registry.imports.source import Sheet

MOST_ROWS = 1_048_576


def write(
    sheet: Sheet,
    target: Path,
    *,
    header: int,
    column: int,
    marks: Iterable[RowMarks],
    told: Iterable[list[str]],
) -> None:
    """The rows of a sheet as a workbook at `target`; `column` (from 1) takes the messages."""
    beside = {"constant_memory": True, "tmpdir": str(target.parent)}
    book = xlsxwriter.Workbook(target, beside | {"strings_to_formulas": False, "strings_to_urls": False})
    page = book.add_worksheet((sheet.name or "名录")[:31])
    page.set_column(0, column - 2, 18)
    page.set_column(column - 1, column - 1, 60)
    fills: dict[str, Any] = {
        severity: book.add_format({"bg_color": f"#{colour[2:]}"}) for severity, colour in FILLS.items()
    }
    dates = {severity: book.add_format({"bg_color": f"#{colour[2:]}", "num_format": "yyyy-mm-dd"}) for severity, colour in FILLS.items()}  # fmt: skip
    dates[""] = book.add_format({"num_format": "yyyy-mm-dd"})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    rows = iter(marks)
    mark, commented = next(rows, None), 0
    for number, cells in sheet.rows():
        if number > MOST_ROWS:
            break
        while mark and mark.number < number:
            mark = next(rows, None)
        here = {}
        if mark and mark.number == number:
            here = {column_number(letter) - 1: said for letter, said in mark.cells.items()}
        values = [*cells, *[""] * (max(here, default=-1) + 1 - len(cells))]
        for at, value in enumerate(values[: column - 1]):
            severity, message = here.get(at, ("", ""))
            _cell(page, number - 1, at, value, fills.get(severity), dates[severity])
            if message and commented < MOST_COMMENTS:
                page.write_comment(number - 1, at, cleaned(message), {"author": "导入检查", "x_scale": 2})
                commented += 1
        if number == header:
            page.write_string(number - 1, column - 1, RESULT_TITLE)
        if mark and mark.number == number:
            text = f"{RESULT_TITLE}\n{mark.text}" if number == header else mark.text
            page.write_string(number - 1, column - 1, cleaned(text), wrapped)
    notes = book.add_worksheet(explanation.TITLE if sheet.name != explanation.TITLE else "导入说明2")
    notes.set_column(0, 3, 18)
    notes.set_column(4, 5, 60)
    for number, row in enumerate(told):
        for at, value in enumerate(row):
            notes.write_string(number, at, cleaned(value))
    book.close()


def _cell(page, row: int, column: int, value, fill, day) -> None:
    """Text stays text, so that no code loses its zeros and nothing becomes a formula."""
    if value is None or value == "":
        if fill:
            page.write_blank(row, column, None, fill)
    elif isinstance(value, bool):
        page.write_boolean(row, column, value, fill)
    elif isinstance(value, (int, float)):
        page.write_number(row, column, value, fill)
    elif isinstance(value, (dt.datetime, dt.date)) and value.year >= 1900:
        page.write_datetime(row, column, value, day)
    else:
        page.write_string(row, column, cleaned(str(value))[:32_767], fill)
