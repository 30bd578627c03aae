"""Step 6: Chuzhou's yearly evaluation, from its three consortia and an Excel file to the ranking and one score sheet."""

import pytest
from playwright.sync_api import expect

from tests.actors import evaluator_of
from tests.browser.kept import DEMO
from tests.browser.keyboard import tab_walk
from tests.browser.people import bureau

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("register", "worker")]
COMPLETE = "滁州市第一人民医院紧密型城市医联体"
MISSING = {"万桥紧密型城市医联体": "I003", "滁州市中西医结合医院紧密型城市医联体": "I009"}


def test_three_consortia_are_scored_and_a_missing_value_is_never_a_score(page, sign_in, assert_accessible):
    sign_in(page, evaluator_of(bureau("341100")))
    page.goto("/evaluation/campaigns/new/?year=2025")
    for name in (COMPLETE, *MISSING):
        expect(page.get_by_label(name)).to_be_checked()
    assert_accessible(page)
    page.get_by_role("button", name="建立考核").click()
    page.get_by_role("button", name="开始填报").click()
    page.get_by_label("把填好的填报表").set_input_files(DEMO / "chuzhou_figures_2025.xlsx")
    page.get_by_role("button", name="导入指标值").click()
    expect(page.get_by_text("已填 28 / 30 项")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name="评分").click()
    result = page.get_by_role("link", name="查看结果")
    result.wait_for(timeout=60_000)
    expect(page.get_by_role("button", name="取消任务")).to_have_count(0)
    assert_accessible(page)
    result.click()
    page.get_by_role("link", name="排名与对比").click()
    ranking = page.get_by_role("region", name="按总分排名表")
    expect(ranking.get_by_role("row").nth(1)).to_contain_text(COMPLETE)
    incomplete = page.get_by_role("region", name="未完整的考核对象表")
    for name in MISSING:
        expect(ranking).not_to_contain_text(name)
        expect(incomplete.get_by_role("row").filter(has_text=name)).to_contain_text("资料不足")
    assert_accessible(page)
    assert tab_walk(page) > 8

    name, indicator = next(iter(MISSING.items()))
    incomplete.get_by_role("link", name=name).click()
    line = page.get_by_role("row").filter(has_text=indicator)
    expect(line).to_contain_text("资料不足")
    expect(line).to_contain_text("— / 10")
    scored = page.get_by_role("row").filter(has_text="I001")
    for part in ("51.0%", "65.0%", "7.99 / 15", "四(三)", "CZ-97"):
        expect(scored).to_contain_text(part)
    assert_accessible(page)
