"""A case on the commission's desk: taken, checked, returned, answered, settled, registered, undone; and stood in for."""

import datetime as dt

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.actors import leader_of, reviewer_of
from tests.factories.filing import Case

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("law")]


@pytest.fixture
def case():
    return Case(founded_on=timezone.localdate() - dt.timedelta(days=4)).submitted()


def decide(page, act: str, *, note: str = "") -> None:
    """Open a panel of the decision bar and confirm there."""
    page.get_by_role("region", name="审查决定").get_by_role("link", name=act, exact=True).click()
    panel = page.get_by_role("dialog")
    if note:
        panel.get_by_role("textbox").fill(note)
    panel.get_by_role("button", name=act.split("（")[0], exact=True).click()


def test_taken_checked_returned_answered_settled_registered_and_undone(
    open_page, sign_in, assert_accessible, case
):
    other = reviewer_of(case.commission, name="何静")
    desk, office = sign_in(open_page(), case.reviewer), sign_in(open_page(), case.filer)
    desk.goto("/filings/queue/")
    desk.get_by_role("button", name=f"领取 {case.filing}").click()
    expect(desk.get_by_text("这件备案由您经办。")).to_be_visible()
    expect(desk.get_by_role("row").filter(has_text=case.filing.name)).to_contain_text("本人")
    assert_accessible(desk)

    desk.get_by_role("link", name=case.filing.name).click()
    desk.get_by_role("link", name="核对清单").click()
    desk.locator("#check-CQ-15 summary").click()
    desk.locator("#note-CQ-15").fill("三级综合医院")
    desk.locator("#check-CQ-15").get_by_role("button", name="符合", exact=True).click()
    expect(desk.get_by_text("CQ-15 已处理。")).to_be_visible()
    expect(desk.locator("#beside")).to_contain_text("1/5")
    assert_accessible(desk)
    desk.locator("#beside").get_by_role("link", name="材料").click()
    expect(desk.locator("#beside")).to_contain_text("章程.pdf")
    assert_accessible(desk)

    desk.get_by_role("link", name="对“成立日期”提意见").focus()
    desk.keyboard.press("Enter")
    desk.get_by_role("dialog").get_by_label("意见").fill("签署日期看不清，请核对。")
    desk.get_by_role("button", name="记下意见").click()
    decide(desk, "退回补正（1 条意见）")
    expect(desk.locator("main")).to_contain_text("退回补正")

    office.goto("/inbox/")
    expect(office.locator("main")).to_contain_text("退回补正")
    assert_accessible(office)
    office.goto(f"/filings/{case.filing.pk}/sections/A/")
    office.get_by_label("答复").fill("已核对。")
    office.get_by_role("button", name="保存答复").click()
    office.get_by_role("button", name="提交", exact=True).click()
    expect(office.locator("main")).to_contain_text("第 2 版")

    desk.goto(f"/filings/{case.filing.pk}/")
    expect(desk.get_by_text("已核对。")).to_be_visible()
    desk.get_by_role("button", name="了结").click()
    expect(desk.get_by_text("意见已了结。")).to_be_visible()
    desk.get_by_role("link", name="与第 1 版差异").click()
    expect(desk.locator("#shown")).to_contain_text("两版内容相同")
    desk.get_by_role("button", name="受理").click()
    desk.locator("#check-CQ-67 summary").click()
    desk.locator("#note-CQ-67").fill("下期填报")
    desk.locator("#check-CQ-67").get_by_role("button", name="已说明").click()
    desk.get_by_role("region", name="审查决定").get_by_role("link", name="备案", exact=True).click()
    expect(desk.get_by_role("dialog")).to_contain_text("2 家成员单位")
    expect(desk.get_by_role("dialog")).to_contain_text("可由另一人撤销")
    desk.get_by_role("dialog").get_by_role("button", name="备案", exact=True).click()
    expect(desk.get_by_text("已备案。")).to_be_visible()
    expect(desk.get_by_text("须由作出备案决定以外的另一人办理")).to_be_visible()

    second = sign_in(open_page(), other)
    second.goto(f"/filings/{case.filing.pk}/")
    decide(second, "撤销备案", note="误办")
    expect(second.locator("main")).to_contain_text("已撤销")
    assert_accessible(second)
    assert case.fresh().filing.status == "revoked"


def test_a_stand_in_acts_in_the_others_name(open_page, sign_in, assert_accessible, case):
    stand_in = leader_of(case.commission, name="蒋志强")
    desk = sign_in(open_page(), case.reviewer)
    desk.goto("/filings/delegations/")
    desk.get_by_label("受托人").select_option(label="蒋志强")
    desk.get_by_label("结束日期").fill((timezone.localdate() + dt.timedelta(days=2)).isoformat())
    assert_accessible(desk)
    desk.get_by_role("button", name="委托", exact=True).click()
    expect(desk.get_by_text("已委托蒋志强")).to_be_visible()
    assert_accessible(desk)
    colleague = sign_in(open_page(), stand_in)
    colleague.goto(f"/filings/{case.filing.pk}/?show=history")
    expect(colleague.get_by_text("所办事项都会注明“代”")).to_be_visible()
    colleague.get_by_role("button", name="受理").click()
    colleague.get_by_role("link", name="历史").click()
    expect(colleague.locator("#shown")).to_contain_text(f"蒋志强（代{case.reviewer}）")
    assert_accessible(colleague)
    for address in ("/filings/supervision/", "/inbox/choices/"):
        colleague.goto(address)
        assert_accessible(colleague)
