"""The short way of reading a row comes to what the long way comes to, or leaves the row to it."""

import datetime as dt
import json
from dataclasses import replace

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from registry.imports import claims
from registry.imports.checker import RowChecker
from registry.imports.roster_columns import COLUMNS
from registry.imports.roster_rules import RULES
from registry.imports.scope import EVERYWHERE
from registry.imports.source import Sheet
from registry.imports.table import Aliases, Header, Table
from registry.imports.tidy import TidyRows
from registry.imports.vocabulary import Vocabulary
from registry.places.cells import Places
from tests.registry.imports.rosters import TITLES, code, row

FIELDS = {column.title: column.field for column in COLUMNS}
CLEAN = {
    "机构名称": ["甲医院", "丙医院（南院）", "A1医院", "名称"],
    "统一社会信用代码": [code(1), code(2), ""],
    "登记号": ["", "PDY100363500103", "45040001750010310A1001"],
    "机构类别代码": ["A100", "综合医院", "A5.专科医院"],
    "医院级别": ["", "三级", "三甲", "未定级", 3.0],
    "医院等次": ["", "甲等", "未评"],
    "隶属关系": ["区县级", "市级", "军队", "社会办", ""],
    "所有制": ["公立", "民营", "", None],
    "经济类型代码": ["110", "", 110.0],
    "营利性质": ["1", "非营利性", ""],
    "部队医院": ["", "否", "是", True, 1.0, 1],
    "行政区划代码": ["500103", "340223", 500105.0, "渝中区", "500103001"],
    "乡镇街道": ["", "七星岗街道", "籍山镇"],
    "地址": ["人民路1号", "", "/", "中山路1号（东门）"],
    "核定床位数": ["", 0.0, 120.0, "120", None, 120],
    "法定代表人": ["", "张三", "无"],
    "联系电话": ["", "023-63651000", 63651000.0],
    "成立日期": ["", "1950-10-01", dt.date(1950, 10, 1), 18537.0],
    "第二名称": ["", "", "甲院"],
    "主要机构": ["", "", "总院"],
    "运营状态": ["", "开业", "注销"],
    "示例": ["", "否", "示例", False, 0.0],
}
DIRTY = {
    "机构名称": ["", " 甲医院", "１医院", "123", "合计", "机构名称", "甲\n医院", "院" * 301, 12.0, '"甲"医院', "甲\\院"],
    "统一社会信用代码": ["12", code(1).lower(), code(1)[:-1] + "0", 125001032341234567.0, "#N/A"],
    "机构类别代码": ["", "Z99", "机构类别代码", "A100 诊所"],
    "医院级别": ["四级", "一级甲等", "医院级别"],
    "医院等次": ["优等", "特等"],
    "隶属关系": ["邻村", "地市级"],
    "行政区划代码": ["", "999999", "340208", "行政区划代码", "安徽省"],
    "乡镇街道": ["无名镇"],
    "地址": ["人民路 1号", "=1+1", "路" * 301],
    "核定床位数": ["许多", -1.0, 30_000.0, "1,200", 1.5, True],
    "联系电话": ["1" * 61],
    "成立日期": ["去年", "2099-01-01"],
}  # fmt: skip
CELLS = {
    title: st.sampled_from(clean) | st.sampled_from([*clean, *DIRTY.get(title, [])])
    for title, clean in CLEAN.items()
}
ROWS = st.lists(
    st.tuples(st.fixed_dictionaries(CELLS), st.integers(1, len(TITLES))) | st.tuples(st.fixed_dictionaries(CELLS)),
    min_size=1, max_size=8,
)  # fmt: skip


def readers(places: Places) -> tuple[Table, RowChecker]:
    header = Header(1, 1, {FIELDS[title]: at for at, title in enumerate(TITLES)}, dict(enumerate(TITLES)))
    table = Table(Sheet("名录"), header, Aliases(COLUMNS))
    return table, RowChecker(table, Vocabulary(), places, EVERYWHERE)


def compare(places: Places, rows: list[list]) -> int:
    """How many of the rows went the short way; each of them as the long way understands it."""
    table, checker = readers(places)
    tidy, short = TidyRows(checker), 0
    for number, cells in enumerate(rows, start=2):
        quick = tidy.check(number, cells)
        if quick is None:
            continue
        short += 1
        assert table.is_record(number, cells)
        assert json.loads(quick.stated) == quick.values
        assert replace(quick, stated="") == checker.check(number, table.raw(cells), cells, RULES)
        assert not quick.issues
    return short


@pytest.mark.django_db
@settings(
    max_examples=150,
    phases=(Phase.explicit, Phase.generate),
)
@given(rows=ROWS)
def test_the_short_way_understands_a_row_as_the_long_way_does(world, rows):
    compare(Places(), [list(one.values())[: width[0] if width else None] for one, *width in rows])


def test_clean_rows_go_the_short_way(world):
    plain = [row(f"第{number}医院", 统一社会信用代码=code(number), 核定床位数=12.0) for number in range(9)]
    assert compare(Places(), [[one.get(title, "") for title in TITLES] for one in plain]) == 9


def test_cells_that_only_look_equal_are_asked_about_anew(world):
    """In Python 1, 1.0 and True are one key; to the rules they are a number, a number and a yes."""
    rows = [
        row("甲医院", 隶属关系="军队", 部队医院=value, 核定床位数=beds)
        for value, beds in [(1.0, 1.0), (True, True), (1, 1)]
    ]
    assert compare(Places(), [[one.get(title, "") for title in TITLES] for one in rows]) == 2


@pytest.mark.parametrize("few", [10**6, 1_000], ids=["dictionary", "table"])
def test_the_first_row_keeps_its_claim_however_many_follow(monkeypatch, few):
    monkeypatch.setattr(claims, "_FEW", few)
    held = claims.Claims()
    for number in range(1, 300_000):
        assert held.first(("a", number), number, 2 * number) == (number, 2 * number)
    assert [held.first(("a", number), 7) for number in (1, 77, 299_999)] == [
        (n, 2 * n) for n in (1, 77, 299_999)
    ]
    assert held.first(0, 6) == (6, 0) and held.first(0, 7) == (6, 0)
