"""The evaluator's two journeys in a browser: a yearly evaluation, and a compliance check opened down to its facts."""
# ruff: noqa: F811 (fixtures that are imported)

import datetime as dt

import openpyxl
import pytest
from playwright.sync_api import expect

from evaluation import schemes
from tests.actors import evaluator_of, leader_of
from tests.evaluation.conftest import bad, chongqing, commission, good, law, publish, yuzhong  # noqa: F401
from tests.factories import AuthorityFactory, CityFactory, ConsortiumFactory, CountyFactory, ProvinceFactory

pytestmark = pytest.mark.django_db(transaction=True)
THREE = ["第一人民医院医联体", "中西医结合医院医联体", "万桥医联体"]


@pytest.fixture
def chuzhou():
    anhui = ProvinceFactory(code="340000", name="安徽省")
    city = CityFactory(code="341100", name="滁州市", kind="", parent=anhui)
    langya = CountyFactory(code="341102", name="琅琊区", parent=city)
    for name in THREE:
        ConsortiumFactory(name=name, division=langya)
    schemes.load_all()
    return AuthorityFactory(division=city)


def fill(path, *, share, blank=(), fault=None):
    """Fill a downloaded workbook: primary care's share differs between the consortia, one figure stays blank."""
    book = openpyxl.load_workbook(path)
    sheet = book["指标值"]
    for row in sheet.iter_rows(min_row=3):
        name, code = row[0].value, row[1].value
        if (name, code) in blank:
            continue
        row[4].value = share[name] if code == "I001" else 40
        if row[5].value != "不填":
            row[6].value = 100
    if fault:
        sheet[fault[0]] = fault[1]
    book.save(path)


@pytest.mark.complaints("422")  # a workbook with a fault
def test_a_yearly_evaluation_from_the_workbook_to_the_ranking(
    page, sign_in, assert_accessible, chuzhou, run_jobs, tmp_path
):
    sign_in(page, evaluator_of(chuzhou))
    page.goto("/evaluation/campaigns/")
    page.get_by_role("link", name="新建考核").first.click()
    assert_accessible(page)
    page.get_by_role("button", name="建立考核").click()
    page.get_by_role("button", name="开始填报").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="下载填报表").click()
    path = tmp_path / "values.xlsx"
    download.value.save_as(path)
    share = dict(zip(THREE, (66, 52, 45), strict=True))
    fill(path, share=share, blank={(THREE[2], "I005")}, fault=("E3", "很多"))
    upload(page, path)
    expect(page.get_by_text("“很多”不是数。")).to_be_visible()
    expect(page.get_by_text("已填 0 / 30 项")).to_be_visible()
    fill(path, share=share, blank={(THREE[2], "I005")})
    upload(page, path)
    expect(page.get_by_text("新增 29 项")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("button", name="评分").click()
    expect(page.get_by_text("排队中")).to_be_visible()
    run_jobs()
    page.get_by_role("link", name="查看结果").click()
    page.get_by_role("link", name="排名与对比").click()
    ranked = page.get_by_role("region", name="按总分排名表").get_by_role("row")
    expect(ranked).to_have_count(3)
    expect(ranked.nth(1)).to_contain_text(THREE[0])
    expect(page.get_by_role("region", name="未完整的考核对象表")).to_contain_text(THREE[2])
    assert_accessible(page)
    page.get_by_role("link", name=THREE[2]).first.click()
    missing = page.get_by_role("row").filter(has_text="I005")
    expect(missing).to_contain_text("资料不足")
    expect(missing).to_contain_text("上级医院收治病种结构优化")
    assert_accessible(page)


def upload(page, path):
    page.locator("input[type=file]").set_input_files(path)
    page.get_by_role("button", name="导入指标值").click()


def test_a_check_is_started_watched_and_opened_down_to_the_facts(
    page,
    open_page,
    sign_in,
    assert_accessible,
    law,
    good,
    bad,
    commission,
    run_jobs,
):
    sign_in(page, evaluator_of(commission))
    page.goto("/evaluation/findings/")
    page.get_by_role("link", name="开始检查").click()
    expect(page.get_by_label("基准日")).to_have_value(dt.date.today().isoformat())
    page.get_by_role("button", name="开始检查").click()
    expect(page.get_by_text("排队中")).to_be_visible()
    run_jobs()
    expect(page.get_by_text("检查了")).to_be_visible()  # the page asks again by itself
    page.get_by_role("link", name="查看结果").click()
    page.get_by_role("link", name="不符合").first.click()
    page.get_by_label("条款编号", exact=False).fill("T-01")
    page.get_by_label("条款编号", exact=False).press("Enter")
    assert_accessible(page)
    page.get_by_role("link", name="要求至少 1 类").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("乙医疗集团")
    expect(page.get_by_text("成员单位应当包含社区卫生服务机构、护理院中至少1类医疗机构")).to_be_visible()
    assert_accessible(page)
    page.get_by_role("link", name="T-01").last.click()
    expect(page.get_by_role("heading", name="T-01 怎样处理")).to_be_visible()
    expect(page.locator("#tally-T-01")).to_contain_text("1")
    assert_accessible(page)
    leader = sign_in(open_page(), leader_of(commission))
    leader.goto("/")
    expect(leader.get_by_role("heading", name="重庆市医联体总览")).to_be_visible()
    assert_accessible(leader)
    leader.get_by_role("region", name="不符合热力表").get_by_role("link", name="1", exact=True).first.click()
    expect(leader.get_by_role("region", name="检查结果表")).to_contain_text("乙医疗集团")
