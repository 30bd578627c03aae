"""A list as a workbook of text (导出): heads, then one row a record, streamed in constant memory."""

import io
from collections.abc import Iterable, Sequence

import xlsxwriter

EXPORTED = 50_000  # rows of one file


def text_sheet(title: str, heads: Sequence[tuple[str, int]], rows: Iterable[Sequence[str]]) -> bytes:
    """The rows as xlsx under heads of (name, width); all is written as text, so that nothing is taken for a formula."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"constant_memory": True}) as book:
        head = book.add_format({"bold": True, "bg_color": "#E6F0F5"})
        sheet = book.add_worksheet(title)
        for column, (name, width) in enumerate(heads):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, name, head)
        sheet.freeze_panes(1, 0)
        for number, row in enumerate(rows, start=1):
            for column, text in enumerate(row):
                sheet.write_string(number, column, text)
    return buffer.getvalue()
