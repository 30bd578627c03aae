"""A roster goes in through the screen: refused, corrected, previewed, applied, found, and the same again."""

import re

import pytest
from playwright.sync_api import expect

from registry.models import Institution
from tests.actors import registry_admin_of
from tests.registry.imports import files
from tests.registry.imports.rosters import TITLES, code, row
from tests.registry.imports.world import World

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world(transactional_db, code_lists):
    return World()


@pytest.fixture
def roster(tmp_path):
    """Path of a workbook with these rows under a title line."""

    def build(name, *rows):
        sheet = [["渝中区医疗机构名录"], TITLES, *([one.get(title, "") for title in TITLES] for one in rows)]
        return files.xlsx(tmp_path / name, sheet)

    return build


def upload(page, path, run_jobs):
    page.goto("/imports/")
    page.get_by_label("名录文件").set_input_files(path)
    page.get_by_role("button", name="上传并预览").click()
    expect(page.get_by_text("排队中")).to_be_visible()
    run_jobs()


@pytest.mark.complaints("422")
def test_from_a_wrong_file_to_a_register_that_holds_it(
    page,
    sign_in,
    world,
    roster,
    tmp_path,
    run_jobs,
    assert_accessible,
):
    sign_in(page, registry_admin_of(world.authority("重庆市")))

    web_page = tmp_path / "名录.xls"
    web_page.write_bytes(b"<html><table></table></html>")
    page.goto("/imports/")
    page.get_by_label("名录文件").set_input_files(web_page)
    page.get_by_role("button", name="上传并预览").click()
    expect(page.get_by_text("只是扩展名像表格").first).to_be_visible()
    assert_accessible(page)

    right = row("渝中第一医院", 统一社会信用代码=code(1), 核定床位数="1,200")
    upload(
        page,
        roster(
            "有错.xlsx",
            right,
            row("渝中第二医院", 统一社会信用代码="1.25001E+17"),
            row("", 机构类别代码="Z9"),
        ),
        run_jobs,
    )
    expect(page.get_by_text("代码变成了数字")).to_be_visible()
    expect(page.locator("td.is-err")).to_have_count(3)
    expect(
        page.locator("tr", has=page.locator("th", has_text=re.compile("^4$"))).locator("td.is-err")
    ).to_contain_text("1.25001E+17")
    assert_accessible(page)
    page.get_by_role("button", name="应用").click()
    expect(page.get_by_text("还有 3 处错误")).to_be_visible()
    assert not Institution.objects.exists()

    corrected = roster("改好.xlsx", right, row("渝中第二医院", 统一社会信用代码=code(2)), row("渝中第三医院"))
    upload(page, corrected, run_jobs)
    expect(page.get_by_role("link", name=re.compile("^3\\s*新增"))).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name="应用").click()
    expect(page.get_by_text("排队中")).to_be_visible()
    run_jobs()
    expect(page.get_by_text("新增 3 家")).to_be_visible()

    page.goto("/institutions/?q=yzdyyy")
    page.get_by_role("link", name="渝中第一医院").click()
    expect(page.get_by_role("cell", name="改好.xlsx 第 3 行", exact=True)).to_be_visible()
    assert_accessible(page)

    upload(page, corrected, run_jobs)
    expect(page.get_by_text("与名录现状完全一致")).to_be_visible()


def test_an_unknown_column_is_asked_about_once_and_the_import_is_taken_back(
    page, sign_in, world, tmp_path, run_jobs, assert_accessible
):
    sign_in(page, registry_admin_of(world.authority("重庆市")))
    sheet = [
        ["机构名称", "机构类别代码", "行政区划代码", "医院评审情况", "值班室"],
        ["渝中第一医院", "A100", "500103", "三级甲等", "一楼"],
        ["渝中第二医院", "A100", "500103", "二级", "二楼"],
    ]
    path = files.xlsx(tmp_path / "新列.xlsx", sheet)
    upload(page, path, run_jobs)
    expect(page.get_by_role("heading", name="每一列导入为什么")).to_be_visible()
    asked = page.get_by_role("row", name="医院评审情况")
    expect(asked).to_contain_text("列名不认识")
    expect(asked).to_contain_text("三级甲等")
    assert_accessible(page)
    asked.get_by_role("combobox").select_option("医院级别")
    page.get_by_role("button", name="确认并校验").click()
    expect(page.get_by_text("排队中")).to_be_visible()
    run_jobs()

    expect(page.get_by_text("没有导入的列：值班室")).to_be_visible()
    expect(page.get_by_role("cell", name="三级甲等")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name="应用").click()
    expect(page.get_by_text("排队中")).to_be_visible()
    run_jobs()
    expect(page.get_by_text("新增 2 家")).to_be_visible()
    applied = Institution.objects.order_by("name").values_list("name", "level", "grade")
    assert list(applied) == [("渝中第一医院", "3", "A"), ("渝中第二医院", "2", "")]

    page.get_by_role("link", name="撤销这次导入").click()
    expect(page.get_by_text("新增的机构将移出名录")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name="确认撤销").click()
    expect(page.get_by_text("排队中")).to_be_visible()
    run_jobs()
    expect(page.get_by_text("撤销了全部 2 行")).to_be_visible()
    assert not Institution.objects.exists()

    upload(page, path, run_jobs)
    expect(
        page.get_by_role("link", name=re.compile("^2\\s*新增"))
    ).to_be_visible()  # the answer was remembered
