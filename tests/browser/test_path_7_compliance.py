"""Step 7: the whole register is checked by night and on demand; what is found opens down to its evidence."""

import pytest
from celery import current_app
from playwright.sync_api import expect

from evaluation import runs
from evaluation.models import ComplianceRun, Finding
from tests.actors import evaluator_of
from tests.browser.keyboard import tab_walk
from tests.browser.people import bureau
from tests.servers import wait_for

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("register", "worker")]


def test_a_run_on_demand_moves_its_bar_and_its_findings_open_down_to_the_evidence(
    page, sign_in, hold, assert_accessible
):
    seen = hold(runs, "check_next", 4)
    sign_in(page, evaluator_of(bureau("500000")))
    page.goto("/")
    page.get_by_role("link", name="开始检查").click()
    assert_accessible(page)
    page.get_by_role("button", name="开始检查").click()
    bar = page.locator("progress[max]:not([value='0'])")
    bar.wait_for(timeout=60_000)
    done, of = float(bar.get_attribute("value")), float(bar.get_attribute("max"))
    assert 0 < done < of
    assert_accessible(page)
    seen.set()
    expect(page.get_by_text("检查了")).to_be_visible(timeout=120_000)
    expect(page.get_by_role("button", name="停止检查")).to_have_count(0)
    assert_accessible(page)
    page.get_by_role("link", name="查看结果").click()
    expect(page.get_by_role("region", name="检查结果表")).to_be_visible()
    assert_accessible(page)
    assert tab_walk(page) > 20

    page.goto("/evaluation/findings/?q=CQ-19&verdict=FAIL")
    rows = page.get_by_role("region", name="检查结果表").locator("tbody tr")
    wanted = Finding.objects.filter(provision="CQ-19", verdict="FAIL").count()
    assert wanted
    expect(rows).to_have_count(wanted)
    for view, text in (("rule", "成员单位应当包含"), ("consortium", "城市医疗集团")):
        page.goto(f"/evaluation/findings/?q=CQ-19&view={view}")
        expect(page.locator("main tbody")).to_contain_text(text)
        assert_accessible(page)
    page.goto("/evaluation/findings/?area=500106")
    expect(page.locator("main tbody")).to_contain_text("沙坪坝区")

    finding = Finding.objects.filter(provision="CQ-19", verdict="FAIL").earliest("pk")
    page.goto("/evaluation/findings/?q=CQ-19&verdict=FAIL")
    page.get_by_role("link", name=finding.explanation[:12]).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(finding.subject_name)
    for text in ("成员单位应当包含区县医院、社区卫生服务机构", "CQ-19", "所用事实", "凭据"):
        expect(page.locator("main")).to_contain_text(text)
    assert_accessible(page)


def test_the_nightly_task_checks_every_province_that_has_consortia(page, sign_in, assert_accessible):
    current_app.send_task("evaluation.tasks.nightly_compliance")
    wait_for(
        lambda: ComplianceRun.objects.filter(finished_at__isnull=False).count() == 2, "no nightly runs", 240
    )
    assert set(ComplianceRun.objects.values_list("division__name", "origin")) == {
        ("重庆市", "nightly"), ("安徽省", "nightly"),
    }  # fmt: skip
    packs = set(Finding.objects.values_list("rule__document__code", flat=True))
    assert {"chongqing-2018", "wuhu-2019", "chuzhou-2020"} <= packs
    sign_in(page, evaluator_of(bureau("340000")))
    page.goto("/evaluation/findings/runs/")
    expect(page.get_by_role("region", name="检查记录表")).to_contain_text("安徽省")
    assert_accessible(page)
