"""Step 5: a district puts real townships into a grid, meets a collision, and reads its coverage on any day."""

import pytest
from playwright.sync_api import expect

from grids.models import Grid
from tests.actors import planner_of
from tests.browser.keyboard import tab_walk
from tests.browser.people import bureau

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("register"),
    pytest.mark.complaints("422"),  # what collides is refused
]
OWN, OTHER = "镜湖区城市医联体", "弋江区城市医联体"
FREE = ("汀棠街道", "天门山街道")


def draw(page, name: str, start: str, towns, consortium: str) -> None:
    page.goto("/grids/new/")
    page.get_by_label("网格名称").fill(name)
    page.get_by_label("起", exact=True).fill(start)
    for town in towns:
        page.get_by_label(town).check()
    page.get_by_label("责任医联体").select_option(label=consortium)
    page.get_by_role("button", name="划定网格", exact=True).click()


def row(page, town: str):
    return page.get_by_role("row").filter(has_text=town)


def test_townships_get_one_responsible_group_and_a_second_only_as_a_claim(page, sign_in, assert_accessible):
    sign_in(page, planner_of(bureau("340202")))
    page.goto("/")
    expect(page.locator("main")).to_contain_text("4 个未覆盖")
    assert_accessible(page)
    draw(page, "镜湖二网格", "2026-01-01", FREE, OWN)
    expect(page.get_by_text("已划定网格“镜湖二网格”。")).to_be_visible()
    assert_accessible(page)

    draw(page, "镜湖三网格", "2026-03-01", FREE[:1], OTHER)
    refusal = page.locator("main")
    expect(refusal).to_contain_text(f"{FREE[0]}在 2026-03-01 起 已由“{OWN}”负责")
    expect(refusal).to_contain_text(OTHER)
    assert not Grid.objects.filter(name="镜湖三网格").exists()
    assert_accessible(page)
    page.get_by_role("button", name="划定网格，重叠的登记为主张").click()
    expect(page.get_by_text("已划定网格“镜湖三网格”。")).to_be_visible()

    page.goto("/grids/?area=340202&on=2026-04-01&view=table")
    expect(page.locator("main")).to_contain_text("2 个未覆盖")
    expect(row(page, FREE[0])).to_contain_text(OWN)
    expect(row(page, FREE[0])).to_contain_text(OTHER)
    expect(row(page, "荆山街道")).to_contain_text("未覆盖")
    assert_accessible(page)
    assert tab_walk(page) > 10
    page.goto("/grids/?area=340202&on=2025-12-31&view=table")
    expect(page.locator("main")).to_contain_text("4 个未覆盖")
    expect(row(page, FREE[0])).to_contain_text("未覆盖")
    page.goto("/grids/?area=340202&on=2026-04-01")
    expect(page.locator(f'svg.yl-tiles a[aria-label^="{FREE[0]}"]')).to_be_visible()
    assert_accessible(page)
    page.set_viewport_size({"width": 683, "height": 768})
    assert page.evaluate("document.documentElement.scrollWidth") == 683, "twice as large, nothing runs off"
