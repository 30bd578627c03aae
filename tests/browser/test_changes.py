"""Changes with a conflict, the end of a consortium, and a prior approval, by the people who do it, in a browser."""

import datetime as dt
import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from filing.models import Filing
from registry.models import Consortium
from tests.factories import InstitutionFactory
from tests.factories.changes import answer, change, registered
from tests.factories.filing import Case, pdf, settle
from tests.filing.test_closing import Alliance, subject

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("law")]


def founded() -> dt.date:
    return timezone.localdate() - dt.timedelta(days=4)


def attach(page, name):
    page.get_by_role("link", name=re.compile("^E 材料")).click()
    file = pdf(name)
    page.locator("input[type=file]").set_input_files(
        {"name": name, "mimeType": "application/pdf", "buffer": file.read()}
    )
    page.get_by_role("button", name="上传", exact=True).click()
    expect(page.get_by_text(f"“{name}”已上传。")).to_be_visible()
    page.wait_for_load_state()  # until its scripts stand by, a click on a file opens a new tab


def sign(page):
    page.get_by_role("link", name=re.compile("^F 承诺")).click()
    page.get_by_label("经办人").fill("罗静")
    page.get_by_label("本单位承诺").check()
    page.get_by_role("button", name="保存", exact=True).click()


@pytest.mark.complaints("422")  # a list with a name that nobody bears
def test_members_change_by_list_and_a_conflict_is_shown_to_both_sides(open_page, sign_in, assert_accessible):
    case = Case(founded_on=founded()).registered()
    new = InstitutionFactory(name="新桥社区卫生服务中心", community_centre=True, division=case.county)
    filer = sign_in(open_page(), case.filer)
    filer.goto("/filings/consortia/")
    assert_accessible(filer)
    filer.get_by_role("link", name=re.compile("^发起变更")).click()
    filer.get_by_label("成员单位").check()
    filer.get_by_label("组织管理和合作方式").check()
    assert_accessible(filer)
    filer.get_by_role("button", name="带入名录并填写").click()
    filer.get_by_label("生效日期").fill(timezone.localdate().isoformat())
    filer.get_by_label("变更原因和依据").fill("理事会第 3 次会议决定")
    filer.get_by_role("button", name="保存并继续").click()
    filer.get_by_role("link", name=re.compile("^C 成员")).click()
    filer.get_by_label("粘贴名单").fill(f"{new.name}\n查无此院")
    filer.get_by_role("button", name="比对名录").click()
    expect(filer.get_by_text("名录中没有完全相同的名称")).to_be_visible()
    assert_accessible(filer)
    filer.get_by_role("button", name="加入所选机构").click()
    expect(filer.get_by_role("region", name="变更对照")).to_contain_text(new.name)
    filer.get_by_role("link", name=re.compile("^D 组织管理")).click()
    filer.get_by_label("理事长").fill("何院长")
    expect(filer.locator("#saved")).to_contain_text("已自动保存")
    expect(filer.get_by_role("region", name="变更对照")).to_contain_text("何院长")
    other = change(case, "governance", on=timezone.localdate())
    answer(other, "D", case.filer, council_chair="陈院长")
    filer.reload()
    expect(filer.get_by_text("同时在办的备案")).to_be_visible()
    assert_accessible(filer)
    registered(other, case)
    attach(filer, "补充协议.pdf")
    filer.get_by_role("link", name="补充协议.pdf").or_(filer.locator("[data-preview]")).first.click()
    expect(filer.locator("dialog.yl-preview iframe")).to_be_visible()
    filer.get_by_role("button", name="关闭").click()
    filer.get_by_role("link", name=re.compile("^B 牵头")).click()
    sign(filer)
    expect(filer.get_by_text("冲突：带入时为“无”")).to_be_visible()
    filer.get_by_role("button", name="按现行名录更新").click()
    expect(filer.get_by_text("已按今天的名录更新")).to_be_visible()
    filer.get_by_role("button", name="提交", exact=True).click()
    expect(filer.get_by_text("已提交。")).to_be_visible()

    filing = Filing.objects.filter(kind="change", status="submitted").get()
    reviewer = sign_in(open_page(), case.reviewer)
    reviewer.goto(f"/filings/{filing.pk}/")
    expect(reviewer.get_by_role("region", name="变更对照")).to_contain_text("何院长")
    assert_accessible(reviewer)
    reviewer.get_by_role("button", name="受理").click()
    expect(reviewer.get_by_role("region", name="审查决定")).to_contain_text("备案")
    settle(filing, case.reviewer)
    reviewer.reload()
    reviewer.get_by_role("link", name="备案", exact=True).last.click()
    expect(reviewer.get_by_role("dialog")).to_contain_text("将有 2 处改动")
    reviewer.get_by_role("dialog").get_by_role("button", name="备案").click()
    expect(reviewer.get_by_text("已备案").first).to_be_visible()
    consortium = Consortium.objects.get()
    assert consortium.council_chair == "何院长" and consortium.memberships.count() == 3


def test_a_consortium_ends(open_page, sign_in, assert_accessible):
    case = Case(founded_on=founded()).registered()
    filer = sign_in(open_page(), case.filer)
    filer.goto("/filings/consortia/")
    filer.get_by_role("button", name=re.compile("^申请终止")).click()
    expect(filer.locator("h1")).to_have_text("医联体终止备案表")
    filer.get_by_label("终止日期").fill(timezone.localdate().isoformat())
    filer.get_by_label("终止原因").select_option(label="各方协商解散")
    filer.get_by_label("说明和依据").fill("各方签署终止协议")
    filer.get_by_label("终止后的安排").fill("在诊患者由各医院继续诊治")
    assert_accessible(filer)
    filer.get_by_role("button", name="保存并继续").click()
    attach(filer, "终止协议.pdf")
    sign(filer)
    filer.get_by_role("button", name="提交", exact=True).click()
    expect(filer.get_by_text("已提交。")).to_be_visible()
    filing = Filing.objects.get(kind="close")
    reviewer = sign_in(open_page(), case.reviewer)
    reviewer.goto(f"/filings/{filing.pk}/")
    reviewer.get_by_role("button", name="受理").click()
    reviewer.get_by_role("link", name="备案", exact=True).last.click()
    expect(reviewer.get_by_role("dialog")).to_contain_text("起终止，名录保留其历史")
    reviewer.get_by_role("dialog").get_by_role("button", name="备案").click()
    expect(reviewer.get_by_text("已备案").first).to_be_visible()
    filer.goto("/filings/consortia/")
    expect(filer.get_by_text("已终止")).to_be_visible()
    assert Consortium.objects.get().closed_on == timezone.localdate()


def test_an_alliance_applies_before_it_is_founded(open_page, sign_in, assert_accessible):
    alliance = Alliance()
    subject()
    filer = sign_in(open_page(), alliance.filer)
    filer.goto("/filings/approvals/start/")
    expect(filer.get_by_text("由芜湖市卫生健康委审查")).to_be_visible()
    assert_accessible(filer)
    filer.get_by_role("button", name="填写申请表").click()
    expect(filer.locator("h1")).to_have_text("专科联盟组建申请表")
    filer.get_by_label("医联体名称").fill("芜湖市儿科专科联盟")
    filer.get_by_label("诊疗科目").select_option(value=str(subject().pk))
    expect(filer.locator("#saved")).to_contain_text("已自动保存")
    assert_accessible(filer)
    approval = alliance.agreed()
    filer.goto(f"/filings/{approval.pk}/")
    expect(filer.get_by_text("同意").first).to_be_visible()
    filer.get_by_role("button", name="据此办理备案").click()
    expect(filer.locator("h1")).to_have_text("医联体备案表")
    expect(filer.get_by_label("医联体名称")).to_have_value("芜湖市儿科专科联盟")
