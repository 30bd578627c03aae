"""The demonstration workbooks: built from what is committed, and consistent with each other."""

import hashlib

import openpyxl
import pytest
from stdnum.cn import uscc

from tools import build_demo
from tools.demo import chongqing, chuzhou, provinces, wuhu
from tools.demo.consortia import SHEETS
from tools.demo.rosters import FAULTS, FIRST_DATA_ROW
from tools.demo.rows import HEADINGS

ROSTERS = {"chongqing": provinces.chongqing(), "wuhu": provinces.wuhu(), "chuzhou": provinces.chuzhou()}
NAMES = {row.name for rows in ROSTERS.values() for row in rows}
BOOKS = {
    "chongqing": chongqing.book(ROSTERS["chongqing"]),
    "wuhu": wuhu.book(ROSTERS["wuhu"]),
    "chuzhou": chuzhou.book(),
}


def test_building_again_gives_the_committed_bytes(monkeypatch, tmp_path):
    committed = {path.name: hashlib.sha256(path.read_bytes()) for path in build_demo.FOLDER.glob("*.xlsx")}
    monkeypatch.setattr(build_demo, "FOLDER", tmp_path)
    build_demo.main()
    built = {path.name: hashlib.sha256(path.read_bytes()) for path in tmp_path.glob("*.xlsx")}
    assert {n: d.hexdigest() for n, d in built.items()} == {n: d.hexdigest() for n, d in committed.items()}


def test_every_invented_row_is_marked_and_named_ones_carry_no_invented_identity():
    for rows in ROSTERS.values():
        for row in rows:
            assert row.demo in ("是", "否")
            assert bool(row.uscc) == (row.demo == "是"), row.name
            assert not row.uscc or uscc.is_valid(row.uscc)
    codes = [row.uscc for rows in ROSTERS.values() for row in rows if row.uscc]
    assert len(codes) == len(set(codes))
    assert sum(row.demo == "否" for rows in ROSTERS.values() for row in rows) == 38


@pytest.mark.parametrize("city", BOOKS)
def test_consortia_name_only_institutions_of_the_rosters(city):
    book = BOOKS[city]
    groups = {group.name for group in book.groups}
    for group in book.groups:
        members = [row[1] for row in group.member_rows()]
        assert {*members, group.lead} - NAMES <= {"待定"}, group.name
        assert len(members) == len(set(members)), group.name
    assert {row[2] for row in book.grids} <= groups
    assert {row[0] for row in book.credentials} <= NAMES


@pytest.mark.parametrize("city", BOOKS)
def test_sheets_have_the_columns_of_the_import(city):
    roster = openpyxl.load_workbook(build_demo.FOLDER / f"{city}_roster.xlsx").active
    assert [cell.value for cell in roster[3]] == list(HEADINGS.values())
    consortia = openpyxl.load_workbook(build_demo.FOLDER / f"{city}_consortia.xlsx")
    assert {sheet.title: [cell.value for cell in sheet[3]] for sheet in consortia} == SHEETS


def test_the_faults_are_where_the_guide_says():
    sheet = openpyxl.load_workbook(build_demo.FOLDER / "chongqing_roster_with_errors.xlsx").active
    columns = {name: position for position, name in enumerate(HEADINGS, start=1)}
    for fault in FAULTS:
        cell = sheet.cell(fault.line + FIRST_DATA_ROW - 1, columns[fault.column])
        assert (cell.value or "") == fault.value, fault.meaning
