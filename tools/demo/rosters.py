"""The rosters as workbooks: clean ones, one with faults at known cells, and one that brings changes."""

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from tools.demo.rows import HEADINGS, Row

FIRST_DATA_ROW = 4  # as a person counts: title, sender, headings, then data
WIDTHS = {"name": 40, "uscc": 22, "licence": 26, "second_names": 30, "township": 16, "founded": 12}
MADE_ON = datetime(2026, 1, 5)  # fixed, so that building again gives the same bytes


@dataclass(frozen=True)
class Fault:
    """A value that is wrong on purpose, and what a reader should be told."""

    line: int
    column: str
    value: Any
    meaning: str


# `line` counts the rows of the extract from 1; the sheet row is line + 3.
FAULTS = [
    Fault(2, "uscc", "12500103MBX100044M", "统一社会信用代码校验码不符"),
    Fault(4, "institution_class", "A999", "没有这个机构类别代码"),
    Fault(6, "division", "500199", "没有这个行政区划代码"),
    Fault(8, "level", "四级", "没有这个医院级别"),
    Fault(10, "name", "", "缺机构名称"),
    Fault(12, "uscc", 5.001e17, "代码被存成数字，第 15 位以后已经丢失"),
    Fault(14, "township", "清流街道", "该区县没有这个乡镇街道"),
    Fault(16, "ownership", "混合", "所有制只能是公立或民营"),
    Fault(18, "affiliation", "不明", "隶属关系不认识"),
    Fault(20, "division", "340202", "超出导入人的管辖范围"),
    Fault(22, "beds", "约一百", "床位数不是数字"),
    Fault(24, "founded", "2020-02-30", "没有这一天"),
    Fault(26, "status", "装修", "运营状态不认识"),
]
# Repaired without asking, and listed as repaired.
REPAIRS = [
    (3, "uscc", lambda value: "'" + value, "前导撇号"),
    (5, "uscc", lambda value: "".join(chr(ord(c) + 0xFEE0) for c in value), "全角字符"),
    (7, "name", lambda value: f"  {value[:3]} {value[3:]}　", "多余空格"),
    (9, "division", float, "代码存成数字"),
]


def write_roster(path: Path, title: str, sender: str, rows: Iterable[Row]) -> None:
    """A sheet as a bureau sends it: title and sender above the headings of the official template."""
    with xlsxwriter.Workbook(path) as book:
        book.set_properties({"created": MADE_ON, "title": title})
        sheet = book.add_worksheet("机构名录")
        write_table(book, sheet, title, sender, list(HEADINGS.values()), (row.cells() for row in rows))
        for column, name in enumerate(HEADINGS):
            sheet.set_column(column, column, WIDTHS.get(name, 14))


def write_table(book, sheet, title: str, sender: str, headings: list[str], rows: Iterable[list[Any]]) -> None:
    """Title line, sender line, headings, rows; dates as dates, everything else as it is."""
    top = book.add_format({"bold": True, "font_size": 14, "align": "center"})
    head = book.add_format({"bold": True, "border": 1, "text_wrap": True, "bg_color": "#E6F0F5"})
    text = book.add_format({"num_format": "@"})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    sheet.merge_range(0, 0, 0, len(headings) - 1, title, top)
    sheet.write_string(1, 0, sender)
    sheet.write_row(2, 0, headings, head)
    sheet.freeze_panes(3, 1)
    for line, cells in enumerate(rows, start=3):
        for column, value in enumerate(cells):
            if isinstance(value, date):
                sheet.write_datetime(line, column, datetime(value.year, value.month, value.day), day)
            elif isinstance(value, int | float):
                sheet.write_number(line, column, value)
            elif value:
                sheet.write_string(line, column, value, text)


def with_faults(rows: list[Row]) -> list[Row]:
    """The rows with the faults above put in, and two that name the same institution twice."""
    faulty = [dataclasses.replace(row) for row in rows]
    for fault in FAULTS:
        setattr(faulty[fault.line - 1], fault.column, fault.value)
    for line, column, change, _ in REPAIRS:
        setattr(faulty[line - 1], column, change(getattr(faulty[line - 1], column)))
    faulty[28 - 1].uscc = faulty[27 - 1].uscc
    return faulty


def with_changes(rows: list[Row], fresh: list[Row]) -> list[Row]:
    """A later return of the same bureau: beds and grades moved, one closed, new ones added, the rest unchanged."""
    later = [dataclasses.replace(row) for row in rows]
    later[0].beds = 1600
    later[1].grade = "甲等"
    later[2].beds = 680
    later[4].second_names = f"{later[4].name}（城东院区）"
    later[-1].status = "注销"
    return [*later, *fresh]
