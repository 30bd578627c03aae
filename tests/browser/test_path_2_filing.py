"""Step 2: a hospital files its city group and sees what the rules say while it does so."""

import pytest
import time_machine
from playwright.sync_api import expect

from filing.models import Filing
from tests.browser.keyboard import tab_walk
from tests.browser.people import LEAD, MEMBERS, filer
from tests.factories.filing import pdf

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("rosters")]
DECIDED = {
    "CQ-18": ("符合", "三级医院"),
    "CQ-19": ("符合", "护理院"),
    "CQ-73": ("符合", f"{LEAD}医疗集团"),
    "CQ-80": ("符合", "重庆市卫生健康委"),
    "CQ-82": ("符合", "牵头"),
    "CQ-83": ("不适用", "2020-10-15"),
    "CQ-84": ("符合", "章程"),
}


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel("2020-10-13T10:00:00+08:00"):
        yield


def line(page, rule: str):
    """The line of a rule on the check sheet, opened."""
    found = page.locator(f"#check-{rule}")
    if not found.is_visible():
        page.locator(".yl-ckgroup", has_text="符合").click()
    if found.locator("details[open]").count() == 0:
        found.locator("summary").click()
    return found


def upload(page, kind: str, name: str) -> None:
    page.get_by_label("种类").select_option(label=kind)
    file = pdf(name)
    page.get_by_label("把文件拖到这里").set_input_files(
        {"name": name, "mimeType": file.content_type, "buffer": file.read()}
    )
    page.get_by_role("button", name="上传", exact=True).click()
    expect(page.get_by_text(f"“{name}”已上传。")).to_be_visible()


def test_a_city_group_is_filed_under_the_eyes_of_the_rules(page, sign_in, assert_accessible):
    sign_in(page, filer())
    page.goto("/")
    page.get_by_role("link", name="新建备案").first.click()
    assert_accessible(page)
    page.get_by_label("城市医疗集团").check()
    page.get_by_role("button", name="填写备案表").click()
    page.wait_for_url("**/sections/A/")  # with its scripts: what is typed before them saves itself later

    page.get_by_label("医联体名称").fill("附一院集团")
    page.get_by_label("成立日期").fill("2020-09-18")
    expect(page.get_by_text("已自动保存")).to_be_visible()
    due = page.get_by_role("region", name="备案期限")
    expect(due).to_contain_text("2020-10-15")
    expect(due).to_contain_text("剩 2 个工作日")
    assert due.locator("td, li, div").filter(has_text="15").count(), "the count of workdays is shown"
    expect(line(page, "CQ-73")).to_contain_text("不符合")
    page.get_by_label("医联体名称").fill(f"{LEAD}医疗集团")
    expect(page.locator("#check-CQ-73 .yl-v").first).to_have_text("符合")
    page.locator("[name=specialty_focus][value=none]").check()
    page.get_by_label("协议书最后签署日").check()
    page.get_by_label("专科共建").check()
    assert_accessible(page)
    page.get_by_role("button", name="保存并继续").click()

    page.get_by_label("联系人").fill("罗静")
    page.get_by_label("联系电话").fill("023-89012345")
    page.get_by_role("button", name="保存并继续").click()

    for name in MEMBERS:
        page.get_by_role("searchbox").fill(name[3:])
        page.get_by_role("button", name="查找").click()
        page.get_by_label(f"选择 {name}").check()
        page.get_by_role("button", name="加入所选机构").click()
        expect(page.get_by_role("region", name="成员单位", exact=True).last).to_contain_text(name)
    assert_accessible(page)

    page.get_by_role("link", name="E 材料").click()
    assert "缺少章程" in line(page, "CQ-84").inner_text()
    upload(page, "医联体章程", "章程.pdf")
    upload(page, "协议书", "协议书.pdf")
    assert_accessible(page)

    page.get_by_role("link", name="F 承诺").click()
    submit = page.get_by_role("button", name="提交", exact=True)
    expect(submit).to_have_attribute("aria-disabled", "true")
    page.get_by_label("经办人").fill("罗静")
    page.get_by_label("本单位承诺").check()
    page.get_by_role("button", name="保存", exact=True).click()
    for rule, (verdict, evidence) in DECIDED.items():
        found = line(page, rule)
        expect(found.locator(".yl-v").first).to_have_text(verdict)
        for part in ("blockquote", "cite", "dl dd"):
            assert found.locator(part).first.inner_text().strip(), f"{rule} shows no {part}"
        assert evidence in found.inner_text(), rule
    assert_accessible(page)
    assert tab_walk(page) > 15
    submit.click()

    expect(page.get_by_text("已提交。")).to_be_visible()
    expect(page.locator("h1")).to_have_text(f"{LEAD}医疗集团")
    expect(page.locator("main")).to_contain_text("在期限内")
    assert_accessible(page)
    filing = Filing.objects.get(case_number="备2020-0001")
    assert (filing.status, filing.late_workdays) == ("submitted", 0)
    assert sorted(filing.members.values_list("institution__name", flat=True)) == sorted(MEMBERS)
