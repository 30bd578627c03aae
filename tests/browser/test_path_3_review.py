"""Step 3: the bureau reviews, sends back, receives and registers; the receipt can be printed and checked by anybody."""

import datetime as dt

import pytest
import time_machine
from playwright.sync_api import expect

from registry.models import Consortium
from tests.browser.keyboard import tab_walk
from tests.browser.people import LEAD, MEMBERS, SECOND, reviewer, submitted

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("rosters")]
IN_TIME = "2020-10-13T10:00:00+08:00"
AFTER_THE_DEADLINE = "2020-10-20T10:00:00+08:00"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(IN_TIME) as traveller:
        yield traveller


def open_from_queue(page, name: str, left: str):
    """Find a case in the queue by how it stands to its deadline and open it."""
    page.goto("/")
    row = page.get_by_role("row").filter(has_text=name)
    expect(row).to_contain_text(left)
    row.get_by_role("link", name=name).click()


def decide(page, act: str, confirm: str = "") -> None:
    """Press an act of the decision bar and, where it opens a panel, confirm there."""
    bar = page.get_by_role("region", name="审查决定")
    bar.get_by_role("link", name=act, exact=True).or_(bar.get_by_role("button", name=act, exact=True)).click()
    if confirm:
        page.get_by_role("dialog").get_by_role("button", name=confirm, exact=True).click()


def test_sent_back_answered_received_registered_and_confirmed(open_page, sign_in, assert_accessible, clock):
    filing = submitted(founded_on=dt.date(2020, 9, 18))
    desk, office, officer = open_page(), open_page(), reviewer()
    sign_in(desk, officer)
    open_from_queue(desk, f"{LEAD}医疗集团", "按期")
    for part in ("申报内容", "审查决定"):
        expect(desk.get_by_role("region", name=part)).to_be_visible()
    for word in ("协议书", "检查单", "历史", "首次提交"):
        expect(desk.locator("main")).to_contain_text(word)
    assert_accessible(desk)
    assert tab_walk(desk) > 10

    desk.get_by_role("link", name="对“成立日期”提意见").focus()
    desk.keyboard.press("Enter")
    desk.get_by_role("dialog").get_by_label("意见").fill("签署日期看不清，请核对。")
    desk.get_by_role("button", name="记下意见").click()
    decide(desk, "退回补正（1 条意见）", "退回补正")
    expect(desk.locator("main")).to_contain_text("退回补正")

    clock.move_to(AFTER_THE_DEADLINE)
    sign_in(office, filing.created_by)
    office.goto("/")
    office.get_by_role("link", name=f"{LEAD}医疗集团").click()
    expect(office.get_by_text("签署日期看不清，请核对。")).to_be_visible()
    submit = office.get_by_role("button", name="提交", exact=True)
    expect(submit).to_have_attribute("aria-disabled", "true")
    office.get_by_label("答复").fill("已核对，为 9 月 18 日。")
    office.get_by_role("button", name="保存答复").click()
    expect(office.get_by_text("已答复")).to_be_visible()
    assert_accessible(office)
    submit.click()
    expect(office.locator("main")).to_contain_text("第 2 版")
    expect(office.locator("main")).to_contain_text("在期限内")

    sign_in(desk, officer)
    open_from_queue(desk, f"{LEAD}医疗集团", "按期")
    expect(desk.get_by_text("已核对，为 9 月 18 日。")).to_be_visible()
    decide(desk, "受理")
    decide(desk, "备案", "备案")
    expect(desk.get_by_text("已备案。")).to_be_visible()
    assert_accessible(desk)
    consortium = Consortium.objects.get(name=f"{LEAD}医疗集团")
    assert consortium.leads.get().institution.name == LEAD
    assert sorted((m.institution.name, m.during.lower) for m in consortium.memberships.all()) == sorted(
        (name, dt.date(2020, 9, 18)) for name in MEMBERS
    )

    desk.get_by_role("link", name="备案回执").click()
    expect(desk.get_by_role("article")).to_contain_text("按期")
    expect(desk.get_by_role("article")).to_contain_text("医联备〔2020〕500000-0001号")
    assert_accessible(desk)
    expect(desk.get_by_role("button", name="打印")).to_be_visible()
    code = desk.locator(".yl-official-foot .yl-code").inner_text()
    public = open_page()
    public.goto("/filings/verify/")
    public.get_by_label("查验码").fill(code.lower())
    public.keyboard.press("Enter")
    expect(public.get_by_role("heading", name="备案有效")).to_be_visible()
    expect(public.locator("main")).to_contain_text(f"{LEAD}医疗集团")
    assert_accessible(public)
    public.get_by_label("查验码").fill("2222-2222-2222")
    public.keyboard.press("Enter")
    expect(public.get_by_text("没有这个查验码")).to_be_visible()
    assert_accessible(public)


def test_a_late_filing_is_registered_and_its_receipt_says_by_how_much(
    page, sign_in, assert_accessible, clock
):
    clock.move_to(AFTER_THE_DEADLINE)
    submitted(SECOND, founded_on=dt.date(2020, 9, 18))
    sign_in(page, reviewer())
    open_from_queue(page, f"{SECOND}医疗集团", "迟报 3 日")
    expect(page.locator("#check-CQ-83")).to_contain_text("不符合")
    assert_accessible(page)
    decide(page, "受理")
    decide(page, "备案", "备案")
    page.get_by_role("link", name="备案回执").click()
    expect(page.get_by_role("article")).to_contain_text("逾期 3 个工作日")
    page.emulate_media(media="print")
    expect(page.get_by_role("banner")).to_be_hidden()  # the frame is not printed
