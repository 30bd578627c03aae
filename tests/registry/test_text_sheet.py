"""Lists as workbooks: nothing is left out without a word."""

import io

import openpyxl

from registry import text_sheet


def rows_of(content: bytes) -> list[tuple]:
    return list(openpyxl.load_workbook(io.BytesIO(content))["表"].values)


def test_what_does_not_fit_into_one_file_is_said_in_its_last_line(monkeypatch):
    monkeypatch.setattr(text_sheet, "EXPORTED", 2)
    rows = iter([["一"], ["二"], ["三"]])
    assert [row[0] for row in rows_of(text_sheet.text_sheet("表", [("甲", 10)], rows))][:3] == [
        "甲",
        "一",
        "二",
    ]
    whole = rows_of(text_sheet.text_sheet("表", [("甲", 10)], [["一"], ["二"], ["三"]]))
    assert "只有前 2 行" in whole[3][0] and len(whole) == 4
    assert len(rows_of(text_sheet.text_sheet("表", [("甲", 10)], [["一"], ["二"]]))) == 3


def test_a_text_longer_than_a_cell_is_cut_and_not_lost():
    _, (kept,) = rows_of(text_sheet.text_sheet("表", [("甲", 10)], [["长" * 40_000]]))
    assert len(kept) == 32_767 and kept.endswith("…")


def test_a_formula_stays_a_text():
    content = text_sheet.text_sheet("表", [("甲", 10)], [["=1+1"]])
    cell = openpyxl.load_workbook(io.BytesIO(content))["表"]["A2"]
    assert (cell.value, cell.data_type) == ("=1+1", "s")


def test_the_heads_filter_whatever_the_list_holds():
    for rows, ref in (([], "A1:B2"), ([["1", "2"], ["3", "4"]], "A1:B3")):
        sheet = openpyxl.load_workbook(io.BytesIO(text_sheet.text_sheet("表", [("甲", 9), ("乙", 9)], rows)))[
            "表"
        ]
        assert (sheet.auto_filter.ref, sheet.freeze_panes) == (ref, "A2")
