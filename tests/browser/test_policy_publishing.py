"""A rule is changed in a draft, whom it would hit is looked at, two persons publish it, and the library has the new version."""
# ruff: noqa: F811 (fixtures that are imported)

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from evaluation import recheck
from registry.models import PolicyDocument
from tests.actors import evaluator_of
from tests.evaluation.conftest import bad, chongqing, commission, good, law, publish, yuzhong  # noqa: F401
from tests.factories.filing import pdf

pytestmark = pytest.mark.django_db(transaction=True)


def judge_all() -> None:
    recheck.resolve_changes()
    while recheck.recheck_next():
        pass


def test_two_persons_publish_a_changed_rule_after_seeing_whom_it_hits(
    open_page, sign_in, assert_accessible, law, good, bad, commission, worker
):
    first, second = open_page(), open_page()
    sign_in(first, evaluator_of(commission, name="曾莉"))
    sign_in(second, evaluator_of(commission, name="袁岚"))
    before = PolicyDocument.objects.get(code="small-law").version

    first.goto("/policy/")
    first.get_by_role("link", name="草稿与发布").click()
    first.get_by_label("文件", exact=True).select_option("small-law")
    first.get_by_label("缘由").first.fill("成员单位须有两类机构")
    first.get_by_role("button", name="起草修订").click()
    assert_accessible(first)
    first.get_by_role("row").filter(has_text="T-01").get_by_role("link", name="修改").click()
    first.get_by_label("至少").fill("2")
    assert_accessible(first)
    first.get_by_role("button", name="保存到草稿").click()
    expect(first.get_by_role("region", name="改动表")).to_contain_text("参数 至少")
    address = first.url

    first.get_by_role("button", name="预览影响").click()
    flips = first.get_by_role("region", name="会改变判定的对象表")
    row = flips.get_by_role("row").filter(has_text="甲医疗集团")
    expect(row).to_be_visible(timeout=60_000)
    for word in ("T-01", "符合", "不符合"):
        expect(row).to_contain_text(word)
    expect(flips).not_to_contain_text("乙医疗集团")
    assert_accessible(first)

    first.goto(address)
    first.get_by_role("link", name="提请发布").click()
    first.get_by_role("button", name="提请发布").click()
    expect(first.get_by_text("须由提请人以外的另一人确认")).to_be_visible()
    assert PolicyDocument.objects.get(code="small-law").version == before

    second.goto(address)
    expect(second.get_by_text("项判定会改变")).to_be_visible()
    second.get_by_role("link", name="确认发布").click()
    second.get_by_role("button", name="确认发布").click()
    expect(second.get_by_text("已发布，受影响的地区正在重新判定")).to_be_visible()
    assert_accessible(second)

    second.goto("/policy/")
    today = timezone.localdate().isoformat()
    expect(second.get_by_role("row").filter(has_text="测试用规划")).to_contain_text(f"{today} 起")
    second.get_by_role("link", name="测试用规划").click()
    second.locator("summary").filter(has_text="版本").click()
    expect(second.get_by_text("曾莉 提请，袁岚 确认")).to_be_visible()
    second.get_by_role("link", name="随程序载入").or_(
        second.locator("li", has_text="随程序载入").get_by_role("link")
    ).click()
    expect(second.get_by_text("以前的版本", exact=True)).to_be_visible()
    assert_accessible(second)


def test_a_rule_is_lifted_from_its_finding_and_the_verdict_says_so(
    page, sign_in, assert_accessible, law, bad, commission, tmp_path
):
    judge_all()
    sign_in(page, evaluator_of(commission, name="曾莉"))
    page.goto("/evaluation/findings/?verdict=FAIL")
    page.get_by_role("link", name="成员单位现有").first.click()
    page.get_by_role("link", name="登记豁免或偏离").click()
    assert_accessible(page)
    page.get_by_label("理由").fill("区内没有社区卫生服务机构")
    page.get_by_label("批准文件", exact=False).first.fill("渝卫函〔2026〕1号")
    scan = tmp_path / "批复.pdf"
    scan.write_bytes(pdf("批复.pdf").read())
    page.get_by_label("批准文件扫描件").set_input_files(scan)
    page.get_by_role("button", name="登记").click()
    expect(page.get_by_text("已登记豁免")).to_be_visible()
    expect(page.get_by_role("link", name="批复.pdf")).to_be_visible()
    assert_accessible(page)
    judge_all()
    page.get_by_role("link", name="看判定").click()
    expect(page.get_by_role("region", name="检查结果表")).to_contain_text("已由曾莉于")
    page.goto("/waivers/")
    assert_accessible(page)
    page.get_by_role("link", name=bad.name).click()
    page.get_by_role("link", name="撤销").click()
    page.get_by_label("撤销原因").fill("已设社区卫生服务站")
    page.get_by_role("button", name="撤销").click()
    expect(page.get_by_text("已撤销，判定随后更新")).to_be_visible()
    judge_all()
    page.goto("/evaluation/findings/?verdict=FAIL")
    expect(page.get_by_text(bad.name)).to_be_visible()
