"""The header is found where people put it."""

import pytest

from registry.imports.source import open_source
from registry.imports.table import Column, read_table
from tests.registry.imports import files

COLUMNS = (
    Column("name", "机构名称", ("医院名称", "单位名称"), required=True),
    Column("class", "机构类别代码", ("机构类别",), required=True),
    Column("beds", "核定床位数", ("床位数",)),
    Column("level", "医院级别", ("级别",)),
    Column("grade", "医院等次", ("等次",)),
)
DATA = ["甲医院", "A100", 80]


def table_of(tmp_path, rows, **how):
    return read_table(open_source(files.xlsx(tmp_path / "a.xlsx", rows, **how)).sheets[0], COLUMNS)


@pytest.mark.parametrize("titles_above", [0, 1, 5])
def test_under_title_lines(tmp_path, titles_above):
    lines = [["重庆市医疗机构名称一览"]] + [["填报单位：渝中区", "", "2020年"]] * 4
    table = table_of(
        tmp_path, [*lines[:titles_above], ["序号", "医院名称*", "机构 类别", "床位数（张）"], [1, *DATA]]
    )
    assert table.header.first == titles_above + 1
    assert [(number, row) for number, row, _ in table.rows()] == [
        (titles_above + 2, {"name": "甲医院", "class": "A100", "beds": 80.0})
    ]
    assert [issue.rule for issue in table.issues] == ["unknown-column"]


@pytest.mark.parametrize("merged_down", [True, False])
def test_two_row_merged_header(tmp_path, merged_down):
    def edit(book, sheet):
        if merged_down:
            sheet.merge_range(0, 0, 1, 0, "机构名称")
            sheet.merge_range(0, 1, 1, 1, "机构类别")
        sheet.merge_range(0, 2, 0, 3, "医院等级")

    rows = [["机构名称", "机构类别"], ["", "", "级别", "等次"], ["甲医院", "A100", "三级", "甲等"]]
    table = table_of(tmp_path, rows, edit=edit)
    assert table.header.last == 2
    assert [row for _, row, _ in table.rows()] == [
        {"name": "甲医院", "class": "A100", "level": "三级", "grade": "甲等"}
    ]


def test_missing_duplicate_and_unknown_columns_are_said_by_name(tmp_path):
    table = table_of(tmp_path, [["医院名称", "单位名称", "邮编"], ["甲医院", "乙医院", "400010"]])
    said = {(issue.rule, issue.column, issue.letter) for issue in table.issues}
    assert said == {
        ("duplicate-column", "单位名称", "B"),
        ("unknown-column", "邮编", "C"),
        ("missing-column", "机构类别代码", ""),
    }


def test_blank_total_and_repeated_header_rows_are_no_records(tmp_path):
    head = ["机构名称", "机构类别", "床位数"]
    table = table_of(
        tmp_path,
        [head, DATA, [" ", "", None], head, ["乙医院", "A100", 5], ["合计", "", 85], ["注：以上为开放床位"]],
    )
    assert [number for number, _, _ in table.rows()] == [2, 5]
    assert [(issue.rule, issue.row) for issue in table.issues] == [
        ("repeated-header", 4),
        ("not-a-record", 6),
        ("not-a-record", 7),
    ]


def test_no_header_at_all(tmp_path):
    assert table_of(tmp_path, [["甲", "乙"], ["丙", "丁"]]) is None


def test_a_hidden_column_is_reported(tmp_path):
    table = table_of(
        tmp_path,
        [["机构名称", "机构类别", "床位数"], DATA],
        edit=lambda book, sheet: sheet.set_column(2, 2, None, None, {"hidden": True}),
    )
    assert [(issue.rule, issue.letter) for issue in table.issues] == [("hidden-column", "C")]
