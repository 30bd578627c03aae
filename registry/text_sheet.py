"""A list as a workbook of text (导出): heads, then one row a record, streamed in constant memory."""

import io
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

import xlsxwriter
from django.db.models import Model, QuerySet

Record = TypeVar("Record", bound=Model)
EXPORTED = 50_000  # rows of one file
LONGEST = 32_767  # signs of one cell; of more Excel keeps nothing


def first_of(rows: QuerySet[Record]) -> Iterator[Record]:
    """As many records as one file holds and one more, which tells that there are others; a few at a time in memory."""
    return rows[: EXPORTED + 1].iterator(chunk_size=2000)


def text_sheet(title: str, heads: Sequence[tuple[str, int]], rows: Iterable[Sequence[str]]) -> bytes:
    """The rows as xlsx under heads of (name, width); all is written as text, so that nothing is taken for a formula.

    Of more rows than one file holds the first are written, and a last line says that there are others.
    """
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"constant_memory": True}) as book:
        head = book.add_format({"bold": True, "bg_color": "#E6F0F5"})
        sheet = book.add_worksheet(title)
        for column, (name, width) in enumerate(heads):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, name, head)
        sheet.freeze_panes(1, 0)
        number = 0
        for number, row in enumerate(rows, start=1):
            if number > EXPORTED:
                told = f"这里只有前 {EXPORTED} 行，后面还有。请缩小范围（如选一个地区），分几次导出。"
                sheet.write_string(number, 0, told, head)
                break
            for column, text in enumerate(row):
                sheet.write_string(
                    number, column, text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
                )
        sheet.autofilter(0, 0, max(number, 1), len(heads) - 1)
    return buffer.getvalue()
