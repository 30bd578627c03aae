"""A filing from its first line to its receipt, by the people who do it, in a browser."""

import datetime as dt
import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from filing.models import Filing
from registry.models import Consortium
from tests.actors import filer_of, reviewer_of
from tests.factories.filing import Case, pdf
from tests.factories.registry import InstitutionFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("law")]


def file(name):
    upload = pdf(name)
    return {"name": name, "mimeType": "application/pdf", "buffer": upload.read()}


def fill_in(page, case, founded_on):
    """The form from A to F, with members found by name and two files."""
    page.goto("/filings/")
    page.get_by_role("link", name="新建备案").first.click()
    page.get_by_role("button", name="填写备案表").click()
    page.get_by_label("医联体名称").fill("简称医疗集团")
    page.get_by_label("成立日期").fill(founded_on.isoformat())
    page.get_by_label("协议书最后签署日").check()
    page.get_by_label("否", exact=True).first.check()
    page.get_by_label("专科共建").check()
    expect(page.locator("#saved")).to_contain_text("已自动保存")
    expect(page.locator("#problems-name")).to_contain_text("不符合命名规则")
    expect(page.locator("#ck").locator("xpath=../..")).to_contain_text("CQ-73")
    page.get_by_label("医联体名称").fill(f"{case.hospital.name}医疗集团")
    page.get_by_role("button", name="保存并继续").click()
    page.get_by_label("联系人").fill("罗静")
    page.get_by_label("联系电话").fill("023-89012345")
    page.get_by_role("button", name="保存并继续").click()
    for member in case.members:
        page.get_by_placeholder("机构名称、拼音首字母或代码").fill(member.name)
        page.get_by_label(f"选择 {member.name}", exact=True).check()
        page.get_by_role("button", name="加入所选机构").click()
        expect(page.get_by_role("region", name="成员单位", exact=True)).to_contain_text(member.name)
    page.get_by_role("link", name=re.compile("^E 材料")).click()
    for kind, name in (("医联体章程", "章程.pdf"), ("协议书", "协议书.pdf")):
        page.get_by_label("种类").select_option(label=kind)
        page.locator("input[type=file]").set_input_files(file(name))
        page.get_by_role("button", name="上传").click()
        expect(page.get_by_text(f"“{name}”已上传。")).to_be_visible()
    page.get_by_role("link", name=re.compile("^F 承诺")).click()
    page.get_by_label("经办人").fill("罗静")
    page.get_by_label("本单位承诺").check()
    expect(page.locator("#saved")).to_contain_text("已自动保存")
    expect(page.locator("#filing-submit")).not_to_contain_text("未填")


def settle_and_register(page, filing):
    """受理, note what the register does not know, 备案."""
    page.get_by_role("button", name="受理").click()
    page.locator("summary", has_text="CQ-67").click()
    page.locator("#note-CQ-67").fill("成员单位远程开通日期由下期填报")
    page.get_by_role("button", name="已说明").click()
    expect(page.get_by_text("检查单已处理完")).to_be_visible()
    page.get_by_role("link", name="备案", exact=True).last.click()
    panel = page.get_by_role("dialog")
    expect(panel).to_contain_text("将登记牵头医院和 2 家成员单位")
    panel.get_by_role("button", name="备案").click()
    expect(page.get_by_text("已备案").first).to_be_visible()
    filing.refresh_from_db()


def test_returned_answered_resubmitted_received_and_registered(open_page, sign_in, assert_accessible):
    case = Case()
    filer, reviewer = sign_in(open_page(), case.filer), sign_in(open_page(), case.reviewer)
    fill_in(filer, case, timezone.localdate() - dt.timedelta(days=4))
    assert_accessible(filer)
    filer.get_by_role("button", name="提交").click()
    expect(filer.get_by_text("已提交").first).to_be_visible()
    assert_accessible(filer)
    filing = Filing.objects.get()

    reviewer.goto("/filings/queue/")
    expect(reviewer.locator("tbody tr")).to_contain_text(filing.name)
    assert_accessible(reviewer)
    reviewer.get_by_role("link", name=filing.name).click()
    assert_accessible(reviewer)
    row = reviewer.locator(".yl-fv", has_text="成立日期").first
    row.hover()
    row.get_by_role("link", name="提意见").click()
    reviewer.get_by_label("意见", exact=True).fill("请核对协议书最后签署日")
    reviewer.get_by_role("button", name="记下意见").click()
    reviewer.get_by_role("link", name="退回补正（1 条意见）").click()
    reviewer.get_by_role("dialog").get_by_role("button", name="退回补正").click()
    expect(reviewer.get_by_text("退回补正").first).to_be_visible()

    filer.goto(f"/filings/{filing.pk}/sections/A/")
    expect(filer.locator("#field-founded_on")).to_contain_text("请核对协议书最后签署日")
    assert_accessible(filer)
    filer.get_by_label("答复").fill("已核对，与协议书一致")
    filer.get_by_role("button", name="保存答复").click()
    filer.get_by_role("button", name="提交").click()
    expect(
        filer.get_by_text("已提交　第 2 版").or_(filer.get_by_text("已提交 第 2 版")).first
    ).to_be_visible()

    reviewer.goto(f"/filings/{filing.pk}/")
    expect(reviewer.get_by_text("已核对，与协议书一致").first).to_be_visible()
    settle_and_register(reviewer, filing)
    assert (filing.status, filing.submissions, filing.late_workdays) == ("registered", 2, 0)
    assert Consortium.objects.get().memberships.count() == 2

    filer.goto(f"/filings/{filing.pk}/receipt/")
    expect(filer.get_by_role("article")).to_contain_text(filing.registration_number)
    assert_accessible(filer)
    anybody = open_page()
    anybody.goto("/filings/verify/")
    anybody.get_by_label("查验码").fill(filing.verification_code)
    anybody.get_by_role("button", name="查验").click()
    expect(anybody.get_by_role("heading", name="备案有效")).to_be_visible()
    assert_accessible(anybody)


def test_a_late_filing_is_registered_with_its_lateness_on_the_receipt(open_page, sign_in):
    case = Case(founded_on=timezone.localdate() - dt.timedelta(days=60)).submitted()
    reviewer = sign_in(open_page(), case.reviewer)
    reviewer.goto(f"/filings/{case.filing.pk}/")
    expect(reviewer.get_by_text(re.compile(r"逾期 \d+ 个工作日")).first).to_be_visible()
    settle_and_register(reviewer, case.filing)
    reviewer.get_by_role("link", name="备案回执").click()
    expect(reviewer.get_by_text(f"逾期 {case.filing.late_workdays} 个工作日")).to_be_visible()


@pytest.mark.complaints("Failed to load resource", "redirect")
def test_what_was_typed_outlives_the_session(open_page, sign_in):
    case = Case().draft()
    page = sign_in(open_page(), case.filer)
    page.goto(f"/filings/{case.filing.pk}/sections/B/")
    page.context.clear_cookies()
    page.get_by_label("联系人").fill("罗静二")
    expect(page.locator("#saved")).to_contain_text("没有保存")
    page.get_by_role("button", name="保存并继续").click()
    expect(page.get_by_text("登录已到期，本页内容仍在。")).to_be_visible()
    expect(page.get_by_label("联系人")).to_have_value("罗静二")
    sign_in(page, case.filer)
    page.get_by_role("button", name="保存并继续").click()
    page.wait_for_url("**/sections/C/**")
    assert case.filing.sections.get(key="B").content["contact"] == "罗静二"


@pytest.mark.complaints("404")
def test_others_find_nothing(open_page, sign_in):
    case = Case(founded_on=timezone.localdate() - dt.timedelta(days=4)).submitted()
    for person in (reviewer_of(case.county_bureau), filer_of(InstitutionFactory(division=case.county))):
        page = sign_in(open_page(), person)
        assert page.goto(f"/filings/{case.filing.pk}/").status == 404


def test_the_form_works_without_scripts(browser, live_server, sign_in):
    case = Case()
    context = browser.new_context(base_url=live_server.url, java_script_enabled=False, locale="zh-CN")
    page = sign_in(context.new_page(), case.filer)
    page.goto("/filings/start/")
    page.get_by_role("button", name="填写备案表").click()
    page.get_by_label("医联体名称").fill("某医疗集团")
    page.get_by_role("button", name="保存并继续").click()
    page.get_by_role("link", name=re.compile("^C 成员")).click()
    page.get_by_placeholder("机构名称、拼音首字母或代码").fill(case.members[0].name)
    page.get_by_role("button", name="查找").click()
    page.get_by_label(f"选择 {case.members[0].name}", exact=True).check()
    page.get_by_role("button", name="加入所选机构").click()
    expect(page.get_by_role("region", name="成员单位", exact=True)).to_contain_text(case.members[0].name)
    assert Filing.objects.get().name == "某医疗集团"
    context.close()
