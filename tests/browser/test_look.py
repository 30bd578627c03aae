"""The look in a browser: security policy, accessibility, keyboard, narrow windows, small scripts."""

import pytest

from tests import actors
from tests.browser.keyboard import tab_walk
from tests.factories import InstitutionFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sheet(page, settings):
    settings.DEBUG = True
    page.goto("/components/")
    return page


def test_the_component_sheet_is_accessible_at_both_widths_and_never_scrolls_sideways(
    sheet, assert_accessible
):
    assert_accessible(sheet)
    sheet.set_viewport_size({"width": 683, "height": 768})
    assert_accessible(sheet)
    assert sheet.evaluate("document.documentElement.scrollWidth") == 683


def test_every_stop_of_the_keyboard_is_visible(sheet):
    assert tab_walk(sheet) > 50


def test_the_chart_draws_and_its_tooltip_needs_no_style_attribute(sheet):
    chart = sheet.locator("#trend canvas")
    chart.wait_for()
    chart.scroll_into_view_if_needed()
    chart.hover()


def test_a_side_panel_opens_closes_and_gives_focus_back(sheet):
    opener = sheet.get_by_role("link", name="退回补正")
    opener.click()
    assert sheet.locator("dialog#return").get_attribute("open") is not None
    sheet.keyboard.press("Escape")
    assert sheet.locator("dialog#return").get_attribute("open") is None
    assert sheet.evaluate("document.activeElement.textContent") == "退回补正"


def test_ticks_show_how_many_are_chosen_and_keys_move_in_the_list(sheet):
    bar = sheet.locator("[data-selbar]")
    assert bar.text_content().startswith("已选 2 家")
    sheet.get_by_label("全选本页").check()
    assert bar.text_content().startswith("已选 3 家")
    sheet.get_by_label("全选本页").uncheck()
    assert bar.is_hidden()
    sheet.locator("h1").click()
    sheet.keyboard.press("j")
    sheet.keyboard.press("j")
    assert "重庆市中医院" in sheet.locator("tr.is-at").text_content()
    sheet.keyboard.press("/")
    assert sheet.evaluate("document.activeElement.hasAttribute('data-search')")


def test_large_text_stays_within_the_window(page, sign_in):
    user = actors.stranger()
    user.large_text = True
    user.save(update_fields=["large_text"])
    sign_in(page, user)
    page.goto("/account/")
    assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == "18px"
    assert page.evaluate("document.documentElement.scrollWidth") == 1366


def test_on_a_telephone_a_long_name_of_a_hospital_leaves_the_way_out_on_the_screen(page, sign_in):
    hospital = InstitutionFactory(name="重庆医科大学附属第一医院金山分院（康养中心）")
    sign_in(page, actors.filer_of(hospital, name="陈思远"))
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/account/")
    leave = page.get_by_role("button", name="退出").bounding_box()
    assert leave["x"] + leave["width"] <= 390
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_a_session_that_ended_is_announced_instead_of_swapping_in_the_sign_in_page(page, sign_in):
    sign_in(page, actors.stranger())
    page.goto("/account/")
    page.context.clear_cookies()
    page.evaluate("htmx.ajax('GET', '/account/', {target: 'h1', swap: 'innerHTML'})")
    page.get_by_text("登录已到期").wait_for()
    assert page.locator("h1").text_content() == "账户"


def test_the_date_slider_asks_for_the_day_it_is_moved_to(sheet):
    sheet.get_by_label("查看日期").focus()
    sheet.keyboard.press("ArrowRight")
    sheet.wait_for_url("**/components/?on=2020-09-29")
