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
def world(transactional_db):
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
