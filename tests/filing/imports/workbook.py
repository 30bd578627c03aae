"""Workbooks of existing consortia, built in the words that a county would write."""

import openpyxl

from filing.imports.columns import SHEETS


def consortia_workbook(path, **sheets):
    """Write the given sheets (name → list of rows as dicts by column title) and answer the path."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        titles = [column.title for column in SHEETS[name]]
        sheet.append(titles)
        for row in rows:
            unknown = set(row) - set(titles)
            assert not unknown, unknown
            sheet.append([row.get(title) for title in titles])
    book.save(path)
    return path
