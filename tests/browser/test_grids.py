"""A district draws its grids, meets a collision, and reads its coverage on another day, in a browser."""

import pytest
from playwright.sync_api import expect

from grids.models import Grid
from tests.actors import planner_of
from tests.factories import AuthorityFactory, CityFactory, ConsortiumFactory, CountyFactory, TownshipFactory

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.complaints("422"),
]  # what collides is refused
TOWNS = ("中南街道", "马塘街道", "瀂港街道")


@pytest.fixture
def planner():
    county = CountyFactory(code="500108", name="南岸区", kind="市辖区", parent=CityFactory())
    for number, name in enumerate(TOWNS, start=1):
        TownshipFactory(parent=county, code=f"50010800{number}", name=name)
    for name in ("东区医联体", "西区医联体"):
        ConsortiumFactory(name=name, division=county)
    return planner_of(AuthorityFactory(division=county), name="汪洁")


def draw(page, name, start, towns, consortium):
    page.goto("/grids/new/")
    page.get_by_label("网格名称").fill(name)
    page.get_by_label("起", exact=True).fill(start)
    for town in towns:
        page.get_by_label(town).check()
    page.get_by_label("责任医联体").select_option(label=consortium)
    page.get_by_role("button", name="划定网格", exact=True).click()


def tile(page, label):
    return page.locator(f'svg.yl-tiles a[aria-label="{label}"]')


def test_from_drawing_to_the_dispute_and_the_coverage_of_an_earlier_day(
    page, sign_in, planner, assert_accessible
):
    sign_in(page, planner)
    draw(page, "东网格", "2026-01-01", TOWNS[:2], "东区医联体")
    expect(page.get_by_text("已划定网格“东网格”。")).to_be_visible()
    assert_accessible(page)

    draw(page, "西网格", "2026-03-01", TOWNS[1:], "西区医联体")
    expect(page.get_by_text("马塘街道在 2026-03-01 起 已由“东区医联体”负责")).to_be_visible()
    expect(page.get_by_text("不能再由“西区医联体”负责")).to_be_visible()
    assert not Grid.objects.filter(name="西网格").exists()
    assert_accessible(page)
    page.get_by_role("button", name="划定网格，重叠的登记为主张").click()
    expect(page.get_by_text("已划定网格“西网格”。")).to_be_visible()

    page.get_by_role("link", name="网格覆盖").first.click()
    expect(page.locator("#coverage-facts")).to_contain_text("已覆盖 3")
    expect(tile(page, "马塘街道 东区医联体，有争议，另有西区医联体")).to_be_visible()
    assert_accessible(page)
    tile(page, "马塘街道 东区医联体，有争议，另有西区医联体").click()
    expect(page.get_by_role("complementary")).to_contain_text("西区医联体主张，待确定")

    page.get_by_role("link", name="上次变化").click()
    expect(page.locator(".yl-bigdate")).to_have_text("2026-03-01")
    page.get_by_role("slider").focus()
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#coverage-facts")).to_contain_text("1 个未覆盖")
    expect(page.get_by_label("查看日期").last).to_be_attached()
    expect(tile(page, "瀂港街道 未覆盖")).to_be_visible()
    page.get_by_role("link", name="表", exact=True).click()
    expect(page.locator("tbody tr", has_text="瀂港街道")).to_contain_text("未覆盖")
    assert "on=2026-02-28" in page.url


def test_another_consortium_takes_a_grid_over(page, sign_in, planner):
    sign_in(page, planner)
    draw(page, "东网格", "2026-01-01", TOWNS, "东区医联体")
    page.get_by_role("link", name="指定负责医联体").click()
    page.get_by_label("责任医联体").select_option(label="西区医联体")
    page.get_by_label("起", exact=True).fill("2026-05-01")
    page.get_by_role("button", name="指定负责", exact=True).click()
    expect(page.get_by_text("已由“东区医联体”负责")).to_be_visible()
    page.get_by_role("button", name="由它接替").click()
    expect(page.locator("tbody").first).to_contain_text("2026-01-01 至 2026-04-30")
    expect(page.locator("tbody").first).to_contain_text("2026-05-01 起")
