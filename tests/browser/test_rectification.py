"""A finding is followed up in a browser: asked for, reported with proof by the hospital, closed; and the library."""
# ruff: noqa: F811 (fixtures that are imported)

import datetime as dt

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from evaluation import recheck
from registry.models import Lead
from tests.actors import evaluator_of, filer_of, leader_of
from tests.evaluation.conftest import bad, chongqing, commission, good, law, publish, yuzhong  # noqa: F401
from tests.factories.filing import pdf

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def judged(law, good, bad, commission):
    recheck.resolve_changes()
    while recheck.recheck_next():
        pass


@pytest.mark.complaints("422")  # a browser says so of a form that is refused
def test_a_finding_is_put_right_by_the_hospital_and_closed_by_the_authority(
    page, sign_in, assert_accessible, judged, bad, commission, tmp_path
):
    evaluator = evaluator_of(commission)
    sign_in(page, evaluator)
    page.goto("/evaluation/findings/?verdict=FAIL")
    page.get_by_role("link", name="成员单位现有").first.click()
    page.get_by_role("link", name="交办整改").click()
    page.get_by_label("整改要求").fill("请在期限内吸纳一家社区卫生服务机构")
    page.get_by_label("整改期限").fill((timezone.localdate() + dt.timedelta(days=30)).isoformat())
    assert_accessible(page)
    page.get_by_role("button", name="交办整改").click()
    expect(page.get_by_text("已交办")).to_be_visible()
    expect(page.get_by_text("待整改")).to_be_visible()
    assert_accessible(page)
    address = page.url

    page.context.clear_cookies()
    sign_in(page, filer_of(Lead.objects.get(consortium=bad).institution))
    page.goto("/evaluation/rectifications/")
    page.get_by_role("link", name=bad.name).click()
    page.get_by_role("link", name="报送整改").click()
    page.get_by_label("整改情况").fill("已与社区卫生服务中心签订协议")
    program = tmp_path / "协议.exe"
    program.write_bytes(b"MZ")
    page.get_by_label("证明材料").set_input_files(program)
    page.get_by_role("button", name="报送整改").click()
    # Its panel stands open again, with what was typed.
    expect(page.get_by_label("整改情况")).to_have_value("已与社区卫生服务中心签订协议")
    expect(page.get_by_text("不是可以接收的文件").first).to_be_visible()
    assert_accessible(page)
    proof = tmp_path / "协议.pdf"
    proof.write_bytes(pdf().read())
    page.get_by_label("证明材料").set_input_files(proof)
    page.get_by_role("button", name="报送整改").click()
    expect(page.get_by_role("link", name="协议.pdf")).to_be_visible()

    page.context.clear_cookies()
    sign_in(page, evaluator)
    page.goto(address)
    page.get_by_role("link", name="核验销号").click()
    page.get_by_label("核验情况").fill("协议已核")
    page.get_by_role("button", name="核验销号").click()
    expect(page.get_by_text("已销号").first).to_be_visible()
    page.goto("/evaluation/rectifications/")
    expect(page.get_by_text("没有整改事项")).to_be_visible()
    assert_accessible(page)


def test_from_the_library_to_a_verdict_and_back(page, sign_in, assert_accessible, judged, commission):
    sign_in(page, leader_of(commission))
    page.goto("/policy/?q=社区卫生服务机构")
    page.goto("/policy/small-law/")
    tally = page.locator("#tally-T-01")
    expect(tally).to_contain_text("1")
    assert_accessible(page)
    tally.get_by_role("link").click()
    page.get_by_role("link", name="成员单位现有").first.click()
    page.get_by_role("link", name="T-01").last.click()
    expect(page.get_by_role("heading", name="测试用规划")).to_be_visible()


def test_the_table_of_rules_and_areas_leads_to_the_findings(
    page, sign_in, assert_accessible, judged, commission
):
    sign_in(page, leader_of(commission))
    page.goto("/evaluation/findings/?view=heat")
    region = page.get_by_role("region", name="规定与地区热力表")
    expect(region).to_contain_text("T-01")
    assert_accessible(page)
    region.get_by_role("link", name="1", exact=True).first.click()
    expect(page.get_by_text("乙医疗集团")).to_be_visible()
