"""Step 1: an administrator brings a city's roster in; nothing is half-applied, every fault is shown at its cell."""

import pytest
from playwright.sync_api import expect

from registry.models import Institution
from tests.actors import registry_admin_of
from tests.browser.kept import DEMO
from tests.browser.keyboard import tab_walk
from tests.browser.people import bureau

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("reference", "worker")]
FAULTS = {
    "B5": "校验位", "D7": "A999", "L9": "500199", "E11": "四级", "A13": "没有填机构名称", "B15": "5.001E+17",
    "H19": "混合", "G21": "不明", "L23": "不在您的导入范围", "O25": "约一百", "R27": "2020-02-30", "U29": "装修",
    "B31": "重复",
}  # fmt: skip


def upload(page, file: str) -> None:
    page.goto("/imports/")
    page.get_by_label("名录文件").set_input_files(DEMO / file)
    page.get_by_role("button", name="上传并预览").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(file)
    expect(page.get_by_role("region", name="结果")).to_be_visible(timeout=60_000)


def tile(page, word: str):
    """One of the counts above the preview."""
    return page.get_by_role("region", name="结果").locator(".yl-counts li", has_text=word)


def test_a_roster_is_previewed_with_all_its_faults_and_applied_when_clean(page, sign_in, assert_accessible):
    sign_in(page, registry_admin_of(bureau("500000")))
    upload(page, "chongqing_roster_with_errors.xlsx")
    expect(tile(page, "错误")).to_contain_text(f"{len(FAULTS)}")
    faults = page.get_by_role("list", name="本屏错误").get_by_role("listitem")
    expect(faults).to_have_count(len(FAULTS))
    for cell, word in FAULTS.items():
        expect(faults.filter(has_text=cell).first).to_contain_text(word)
    expect(page.locator("td.is-err").first).to_be_visible()
    assert_accessible(page)
    assert tab_walk(page) > 10
    page.get_by_role("button", name="应用").click()
    expect(page.get_by_text(f"还有 {len(FAULTS)} 处错误")).to_be_visible()
    assert not Institution.objects.exists(), "nothing of a faulty file is applied"

    upload(page, "chongqing_roster.xlsx")
    expect(tile(page, "新增")).to_contain_text("190")
    expect(tile(page, "错误")).to_contain_text("0")
    assert_accessible(page)
    page.get_by_role("button", name="应用").click()
    expect(page.get_by_text("写入名录：新增 190 家")).to_be_visible(timeout=60_000)
    assert_accessible(page)
    assert Institution.objects.count() == 190
    assert Institution.objects.filter(is_demo=False).count() == 12, "the named ones are real"

    page.goto("/institutions/")
    page.get_by_role("searchbox").first.fill("重庆医科大学附属第一医院")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="重庆医科大学附属第一医院", exact=True).click()
    expect(page.locator("main")).to_contain_text("chongqing_roster.xlsx")
    assert_accessible(page)
