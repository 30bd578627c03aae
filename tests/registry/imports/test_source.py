"""Rows keep the numbers and columns that the sender sees."""

import datetime as dt
import re

import pytest

from registry.imports.doubled import doubled_cell
from registry.imports.limits import FileRefused
from registry.imports.source import open_source
from tests.registry.imports import files


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be", "utf-32"]
)
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_of_every_encoding_and_delimiter(tmp_path, encoding, delimiter):
    rows = [["机构名称", "机构类别代码", "地址"], ["重庆市第一医院", "A100", "中山路1号"]] * 3
    path = files.text_csv(tmp_path / "名录.xls", rows, encoding=encoding, delimiter=delimiter)
    with open_source(path) as source:
        read = list(source.sheets[0].rows())
    assert read == list(enumerate(rows, start=1))


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_stray_zero_byte_makes_no_utf_16(tmp_path, encoding):
    rows = [["机构名称", "机构类别代码"], *([["重庆市第一医院", "A100"]] * 9), ["重庆市\0第二医院", "A100"]]
    path = files.text_csv(tmp_path / "a.csv", rows, encoding=encoding)
    with open_source(path) as source:
        assert [row for _, row in source.sheets[0].rows()] == rows


def test_quoted_line_break_does_not_shift_row_numbers(tmp_path):
    path = files.text_csv(tmp_path / "a.csv", [["a", "b"], ["x\ny", "1"], ["z", "2"]])
    assert [number for number, _ in open_source(path).sheets[0].rows()] == [1, 2, 3]


def test_table_that_starts_at_c4(tmp_path):
    def fill(book, sheet):
        sheet.write(3, 2, "机构名称")
        sheet.write(4, 2, "甲医院")

    with open_source(files.xlsx(tmp_path / "a.xlsx", [], edit=fill)) as source:
        rows = [(number, row) for number, row in source.sheets[0].rows() if any(row)]
    assert rows == [(4, ["", "", "机构名称"]), (5, ["", "", "甲医院"])]


def test_vertical_merge_repeats_its_value(tmp_path):
    def merge(book, sheet):
        sheet.merge_range(1, 1, 3, 1, "500103")

    rows = [["名称", "区划"], ["甲", None], ["乙", None], ["丙", None], ["丁", "500104"]]
    with open_source(files.xlsx(tmp_path / "a.xlsx", rows, edit=merge)) as source:
        assert [row[1] for _, row in source.sheets[0].rows()][1:] == ["500103"] * 3 + ["500104"]


def test_hidden_rows_columns_sheets_formulas_and_errors_are_seen(tmp_path):
    def edit(book, sheet):
        sheet.set_row(2, None, None, {"hidden": True})
        sheet.set_column(3, 4, None, None, {"hidden": True})
        sheet.write_formula(1, 1, '=A1&"x"', None, "A100")
        sheet.write_formula(2, 1, "=1/0", None, "#DIV/0!")
        sheet.write_formula(3, 1, "=B1")
        book.get_worksheet_by_name("旧表").hide()

    path = files.xlsx(
        tmp_path / "a.xlsx", [["a", "b"], ["x"], ["y"], ["z"]], edit=edit, extra_sheets=[("旧表", [["a"]])]
    )
    with open_source(path) as source:
        shown, hidden = source.sheets
        assert shown.scan.hidden_rows == {3}
        assert shown.scan.hidden_columns == [(4, 5)]
        assert set(shown.scan.formulas) == {(2, 2), (3, 2), (4, 2)}
        assert shown.scan.errors == {(3, 2): "#DIV/0!"}
        assert (hidden.hidden, shown.hidden) == (True, False)


@pytest.mark.parametrize("date1904", [False, True])
def test_dates_of_both_epochs(tmp_path, date1904):
    def edit(book, sheet):
        sheet.write_datetime(0, 0, dt.datetime(2019, 6, 25), book.add_format({"num_format": "yyyy-mm-dd"}))

    path = files.xlsx(tmp_path / "a.xlsx", [], edit=edit, options={"date_1904": date1904})
    with open_source(path) as source:
        assert list(source.sheets[0].rows()) == [(1, [dt.date(2019, 6, 25)])]
        assert source.sheets[0].date1904 is date1904


@pytest.mark.parametrize(
    "address", ['r="ZZZZZ2"', 'r="A99999999999"', 'r="A9999999"', "r='ZZZZZ2'", 'r = "ZZZZ2"', 'r="zzzzz2"']
)
def test_an_address_beyond_every_sheet_is_refused_before_the_parser_sees_it(tmp_path, address):
    path = files.xlsx(tmp_path / "a.xlsx", [["a"], ["x"], ["y"]])
    name = "xl/worksheets/sheet1.xml"
    content = files.part(path, name)
    assert b'r="A2"' in content
    files.with_part(path, name, content.replace(b'r="A2"', address.encode()), replace=True)
    with pytest.raises(FileRefused, match="超出范围"):
        open_source(path)


def test_a_value_far_down_is_measured_wherever_it_stands_and_empty_cells_are_not(tmp_path):
    path = files.xlsx(tmp_path / "a.xlsx", [["a"], [1], [2]])
    name = "xl/worksheets/sheet1.xml"
    content = files.part(path, name)
    files.with_part(path, name, content.replace(b'r="A2"', b'r="A1048576"'), replace=True)
    assert open_source(path).sheets[0].scan.rows == 1_048_576
    empty = content.replace(b"<row", b'<row r="1048576"><c r="A1048576" s="1"/></row><row', 1)
    files.with_part(path, name, empty, replace=True)
    assert open_source(path).sheets[0].scan.rows == 3


def rewritten(path, edit):
    """The workbook with its sheet's XML changed."""
    name = "xl/worksheets/sheet1.xml"
    return files.with_part(path, name, edit(files.part(path, name)), replace=True)


@pytest.mark.parametrize(
    ("cell", "address"),
    [
        (rb'<c r="B2"', "B2"),  # twice in its row
        (rb'<row r="2".*?</row>', "A2"),  # the whole row twice
    ],
)
def test_a_cell_that_stands_twice_is_refused_by_its_address(tmp_path, cell, address):
    path = files.xlsx(tmp_path / "a.xlsx", [["名称", "床位"], ["甲医院", 1], ["乙医院", 2]])

    def doubled(content: bytes) -> bytes:
        if cell.startswith(b"<row"):
            found = re.search(cell, content)[0]
            return content.replace(b"</sheetData>", found + b"</sheetData>")
        return content.replace(b'<c r="B2"', b'<c r="B2"><v>7</v></c><c r="B2"')

    with open_source(rewritten(path, doubled)) as source, pytest.raises(FileRefused) as refusal:
        list(source.sheets[0].rows())
    assert refusal.value.code == "doubled-cell"
    assert f"“名录”的 {address} 格" in str(refusal.value)


def test_formulas_without_a_result_and_rows_out_of_order_are_no_doubled_cells(tmp_path, monkeypatch):
    path = files.xlsx(
        tmp_path / "a.xlsx",
        [["名称", "床位"], ["甲医院", 1], ["乙医院", 2]],
        edit=lambda book, sheet: sheet.write_formula("C2", '=""', value=""),
    )

    def turned(content: bytes) -> bytes:
        second, third = re.findall(rb'<row r="[23]".*?</row>', content)
        return content.replace(second + third, third + second)

    looked = []
    monkeypatch.setattr(
        "registry.imports.source.doubled_cell", lambda *given: looked.append(doubled_cell(*given))
    )
    with open_source(rewritten(path, turned)) as source:
        assert [row[:2] for _, row in source.sheets[0].rows()][1:] == [["甲医院", 1], ["乙医院", 2]]
    assert looked == [""]
