"""The official template: every column is accepted, every list offered, its version known when it comes back."""

from io import BytesIO

import openpyxl
import pytest

from registry.imports import service, template
from registry.imports.limits import FileRefused
from registry.imports.roster_columns import TEMPLATE_VERSION
from registry.imports.scope import EVERYWHERE
from registry.operators import operator
from tests.registry.imports.rosters import TITLES
from tests.registry.imports.test_import import FULL

pytestmark = pytest.mark.django_db


@pytest.fixture
def filled(world, tmp_path):
    """The template with rows typed into it, after `change` has had its way with the workbook."""

    def stage(*rows, change=lambda book: None):
        path = tmp_path / "名录.xlsx"
        path.write_bytes(template.build())
        book = openpyxl.load_workbook(path)
        titles = [cell.value.rstrip("*") for cell in book["名录"][1]]
        for number, one in enumerate(rows, start=2):
            for column, title in enumerate(titles, start=1):
                book["名录"].cell(number, column).value = one.get(title)
        change(book)
        book.save(path)
        return service.stage(path, path.name, operator(), EVERYWHERE)

    return stage


def test_every_column_of_the_template_is_accepted_and_arrives(filled):
    batch = filled(FULL)
    assert [title.rstrip("*") for _, title, _ in batch.columns] == TITLES
    assert all(field for _, _, field in batch.columns)
    assert (batch.creates, batch.errors, batch.warnings, batch.notes) == (1, 0, 0, [])


def test_every_choice_of_every_list_is_understood(filled, world):
    book = openpyxl.load_workbook(BytesIO(template.build()))
    codes = [[cell.value for cell in column if cell.value] for column in book["代码表"].columns]
    words = {
        next(iter(rule.sqref.ranges)).min_col: rule.formula1.strip('"').split(",")
        for rule in book["名录"].data_validations.dataValidation
        if rule.formula1.startswith('"')
    }
    titles = [cell.value.rstrip("*") for cell in book["名录"][1]]
    offered = {titles[column - 1]: choices for column, choices in words.items()}
    offered["机构类别代码"], offered["经济类型代码"] = codes[0][1:], codes[1][1:]
    assert {"医院级别", "医院等次", "隶属关系", "所有制", "营利性质", "运营状态", "部队医院", "示例"} < set(
        offered
    )
    for title, choices in offered.items():
        alone = {"医院级别": "", "医院等次": "", "隶属关系": "", "部队医院": ""}
        rows = [{**FULL, **alone, "机构名称": f"第{n}医院", "统一社会信用代码": "", "登记号": "", title: choice} for n, choice in enumerate(choices)]  # fmt: skip
        batch = filled(*rows)
        assert batch.errors == 0, (title, list(batch.issues.values_list("value", "message")))


def _version(number: int):
    def change(book):
        book["填写说明"]["A1"] = f"机构名录导入模板　第 {number} 版"

    return change


def test_an_old_version_is_mapped_and_said(filled):
    batch = filled(FULL, change=_version(1))
    assert batch.creates == 1
    assert batch.notes == [
        f"这份表用的是第 1 版模板，现行是第 {TEMPLATE_VERSION} 版，各列已按列名对应；下次请用现行模板。"
    ]


def test_a_version_that_lacks_what_is_required_now_is_refused(filled):
    def older(book):
        _version(1)(book)
        book["名录"]["L1"] = "所属片区"

    with pytest.raises(FileRefused, match=r"第 1 版模板.*缺少现在必填的“行政区划代码”列.*下载现行模板"):
        filled(FULL, change=older)


def test_a_version_from_the_future_is_refused(filled):
    with pytest.raises(FileRefused, match=f"第 {TEMPLATE_VERSION + 1} 版模板.*更新的系统"):
        filled(FULL, change=_version(TEMPLATE_VERSION + 1))
