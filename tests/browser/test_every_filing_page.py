"""Every page of filing, as the hospital and as the commission have it: nothing that axe-core finds, nothing too wide."""

import datetime as dt

import pytest
from django.utils import timezone

from filing import delegation, reviewing, starting, timing, transitions
from filing.form import form_of
from tests.actors import reviewer_of
from tests.factories.filing import Case

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("law")]
WIDE = {"width": 1920, "height": 1080}
LAPTOP = {"width": 1366, "height": 768}
TELEPHONE = {"width": 390, "height": 844}


def founded() -> dt.date:
    return timezone.localdate() - dt.timedelta(days=4)


@pytest.fixture
def cases():
    """One case registered, one returned with a remark, one on the desk."""
    registered = Case(founded_on=founded()).registered()
    returned = Case("第二家测试医院", founded_on=founded()).submitted()
    remark = {"section": "A", "field": "name", "text": "请核对名称。"}
    reviewing.add_remark(returned.filing.pk, **remark, by=returned.reviewer)
    timing.order(
        returned.filing.pk,
        kind="extend",
        workdays=3,
        ground="停工",
        document="测〔2026〕1号",
        by=returned.reviewer,
    )
    transitions.send_back(returned.filing.pk, by=returned.reviewer, note="见意见。")
    desk = Case("第三家测试医院", founded_on=founded()).submitted()
    return registered.fresh(), returned.fresh(), desk.fresh()


FITS = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"


def fits(page) -> bool:
    return page.evaluate(FITS)


def walk(page, addresses, assert_accessible) -> None:
    for address in addresses:
        page.set_viewport_size(LAPTOP)
        response = page.goto(address)
        assert response.status == 200, address
        assert fits(page), f"{address} is wider than the window"
        page.set_viewport_size(TELEPHONE)
        page.wait_for_function(FITS)  # on a telephone, as soon as it is laid out anew
        page.set_viewport_size(LAPTOP)
        try:
            assert_accessible(page)
        except AssertionError as error:
            raise AssertionError(f"{address}: {error}") from None


def test_every_page_of_the_hospital(open_page, sign_in, assert_accessible, cases):
    registered, returned, _ = cases
    page, pk = sign_in(open_page(), registered.filer), registered.filing.pk
    consortium = registered.filing.consortium_id
    own = [
        "/filings/",
        "/filings/start/",
        "/filings/consortia/",
        f"/filings/consortia/{consortium}/change/",
        f"/filings/{pk}/",
        f"/filings/{pk}/deadline/",
        f"/filings/{pk}/form/",
        f"/filings/{pk}/receipt/",
        "/inbox/",
        "/inbox/choices/",
        "/account/",
        "/account/password/",
        "/account/second-step/",
        "/filings/verify/",
    ]
    walk(page, own, assert_accessible)
    sections = [f"/filings/{returned.filing.pk}/sections/{key}/" for key in "ABCDEF"]
    member = f"/filings/members/{returned.filing.members.order_by('pk').first().pk}/"
    event = returned.filing.events.get(action="send_back").pk
    notice = f"/filings/{returned.filing.pk}/notices/{event}/"
    deadline = f"/filings/{returned.filing.pk}/deadline/"
    walk(sign_in(page, returned.filer), [*sections, member, notice, deadline], assert_accessible)


def test_every_page_of_the_commission(open_page, sign_in, assert_accessible, cases):
    registered, returned, desk = cases
    today = timezone.localdate()
    stand_in = reviewer_of(desk.commission, name="何静")
    delegation.delegate(
        authority=desk.commission,
        to=stand_in,
        start=today,
        end=today + dt.timedelta(days=3),
        reason="出差",
        by=desk.reviewer,
    )
    timing.ask(returned.filing.pk, kind="extend", workdays=2, ground="再延长", by=returned.filer)
    pk = desk.filing.pk
    pages = [
        "/filings/queue/",
        "/filings/queue/?view=all",
        f"/filings/{pk}/",
        f"/filings/{pk}/?beside=checklist",
        f"/filings/{pk}/?beside=material",
        f"/filings/{pk}/?show=history",
        f"/filings/{pk}/deadline/",
        f"/filings/{pk}/form/",
        f"/filings/{registered.filing.pk}/",
        "/filings/delegations/",
        "/filings/supervision/",
        "/inbox/",
    ]
    desk_page = sign_in(open_page(), desk.reviewer)
    walk(desk_page, pages, assert_accessible)
    desk_page.goto(f"/filings/{pk}/")
    desk_page.set_viewport_size(TELEPHONE)
    sentence = desk_page.locator("#beside .yl-ckrow .yl-t").first.bounding_box()
    assert sentence["width"] > TELEPHONE["width"] * 0.7, "the sentence of a check has its own line"
    asked = sign_in(open_page(), returned.reviewer)
    walk(asked, ["/filings/deadlines/"], assert_accessible)
    assert "再延长" in asked.inner_text("main")


def test_the_end_of_a_consortium_and_what_the_commission_writes(
    open_page, sign_in, assert_accessible, cases, settings
):
    settings.PUBLIC_REGISTER = True
    registered, _, desk = cases
    closing = starting.start_close(registered.filing.consortium_id, by=registered.filer)
    keys = [section.key for section in form_of(closing).sections]
    own = [f"/filings/{closing.pk}/sections/{key}/" for key in keys]
    walk(sign_in(open_page(), registered.filer), [*own, "/filings/registered/"], assert_accessible)
    transitions.receive(desk.filing.pk, by=desk.reviewer)
    transitions.refuse(desk.filing.pk, by=desk.reviewer, note="牵头医院不具备条件。")
    written = desk.filing.events.filter(action__in=("receive", "refuse")).order_by("pk")
    notices = [f"/filings/{desk.filing.pk}/notices/{event.pk}/" for event in written]
    assert len(notices) == 2
    walk(sign_in(open_page(), desk.reviewer), notices, assert_accessible)


def test_the_workbench_fills_both_windows_without_scrolling_the_page(open_page, sign_in, cases, tmp_path):
    desk = cases[2]
    page = sign_in(open_page(), desk.reviewer)
    for size in (LAPTOP, WIDE):
        page.set_viewport_size(size)
        page.goto(f"/filings/{desk.filing.pk}/")
        assert fits(page)
        bar = page.get_by_role("region", name="审查决定").bounding_box()
        assert bar["y"] + bar["height"] <= size["height"], "the decision is in sight without scrolling"
        for part in ("#shown", "#beside"):
            box = page.locator(part).bounding_box()
            assert box["width"] > 300 and box["y"] < size["height"] / 2, part
