"""Pages of evaluation: who sees what, what they cost, and what they say."""

import datetime as dt
import io

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from evaluation import runs
from evaluation.models import Campaign, ComplianceRun, Finding, IndicatorValue
from registry.models import AccessLog, Job
from tests.actors import evaluator_of, filer_of, leader_of, registry_admin_of, reviewer_of, stranger
from tests.factories import (
    AuthorityFactory,
    ConsortiumFactory,
    CountyFactory,
    LeadFactory,
    MembershipFactory,
)
from tests.factories.evaluation import (
    CampaignFactory,
    IndicatorFactory,
    IndicatorValueFactory,
    ParticipantFactory,
)

pytestmark = pytest.mark.django_db


def page(client, name, *args, **query):
    response = client.get(reverse(f"evaluation:{name}", args=args), query)
    assert response.status_code == 200, response.status_code
    return response.content.decode()


@pytest.fixture
def checked(law, good, bad, chongqing, commission, run_jobs):
    """Chongqing, checked once."""
    run = runs.start(division=chongqing, by=evaluator_of(commission))
    run_jobs()
    run.refresh_from_db()
    return run


# -- Findings -----------------------------------------------------------------------------------------------
def test_findings_come_worst_first_with_clause_and_quote(client, checked, commission):
    client.force_login(leader_of(commission))
    text = page(client, "findings")
    assert text.index("乙医疗集团") < text.index("甲医疗集团")
    assert "成员单位应当包含社区卫生服务机构、护理院中至少1类医疗机构" in text
    assert "规划期已满" in text


@pytest.mark.parametrize(
    ("query", "seen", "unseen"),
    [
        ({"verdict": "FAIL"}, "乙医疗集团", "甲医疗集团"),
        ({"q": "甲医疗"}, "甲医疗集团", "乙医疗集团"),
        ({"rule": "T-01", "verdict": "PASS"}, "甲医疗集团", "乙医疗集团"),
        ({"kind": "county_community"}, "没有符合条件的判定", "乙医疗集团"),
        ({"area": "500105"}, "没有符合条件的判定", "乙医疗集团"),
        ({"area": "500103", "modality": "应当", "verdict": "FAIL"}, "乙医疗集团", "甲医疗集团"),
        ({"pack": "small-law", "subject": "consortium", "verdict": "FAIL"}, "乙医疗集团", "甲医疗集团"),
    ],
)
def test_filters_narrow_the_list(client, checked, commission, chongqing, query, seen, unseen):
    CountyFactory(code="500105", name="江北区", parent__parent=chongqing)
    client.force_login(leader_of(commission))
    text = page(client, "findings", **query)
    assert seen in text
    assert unseen not in text


@pytest.mark.parametrize(
    ("sort", "first"), [("-severity", "甲医疗集团"), ("subject", "乙医疗集团"), ("-subject", "甲医疗集团")]
)
def test_the_list_sorts_by_the_columns_it_offers(client, checked, commission, sort, first):
    client.force_login(leader_of(commission))
    text = page(client, "findings", sort=sort, subject="consortium", rule="T-01")
    names = ["甲医疗集团", "乙医疗集团"]
    assert min(names, key=text.index) == first


def test_what_is_exported_is_what_is_filtered_and_it_is_logged(client, checked, commission):
    leader = leader_of(commission)
    client.force_login(leader)
    answer = client.get(reverse("evaluation:findings"), {"verdict": "FAIL", "rule": "T-01", "export": 1})
    rows = list(openpyxl.load_workbook(io.BytesIO(answer.content))["检查结果"].values)
    assert [row[6] for row in rows[1:]] == ["乙医疗集团"]
    assert "要求至少 1 类" in rows[1][9]
    assert AccessLog.objects.filter(user=leader, kind="export", subject="evaluation.finding").exists()


def _exported(client, person, **query) -> set[str]:
    """The consortia in the workbook that a person takes out."""
    client.force_login(person)
    answer = client.get(reverse("evaluation:findings"), {**query, "export": 1})
    rows = list(openpyxl.load_workbook(io.BytesIO(answer.content))["检查结果"].values)
    return {row[6] for row in rows[1:]}


def test_an_export_holds_what_belongs_to_the_person_and_nothing_else(
    client, law, good, bad, yuzhong, chongqing, commission, run_jobs
):
    jiangbei = CountyFactory(code="500105", name="江北区", parent__parent=chongqing)
    theirs = ConsortiumFactory(name="丙医疗集团", division=jiangbei)
    LeadFactory(consortium=theirs, institution__division=jiangbei)
    runs.start(division=chongqing, by=evaluator_of(commission))
    run_jobs()
    both = {"rule": "T-01"}
    assert _exported(client, leader_of(commission), **both) == {"甲医疗集团", "乙医疗集团", "丙医疗集团"}
    assert _exported(client, leader_of(AuthorityFactory(division=jiangbei)), **both) == {"丙医疗集团"}
    local = reviewer_of(AuthorityFactory(division=yuzhong))
    assert _exported(client, local, **both) == {"甲医疗集团", "乙医疗集团"}
    assert "丙医疗集团" not in _exported(client, local, **both, area="500105"), "nor opened by asking for it"
    assert _exported(client, filer_of(theirs.leads.get().institution), **both) == {"丙医疗集团"}
    run = ComplianceRun.objects.get()
    assert _exported(client, filer_of(good.leads.get().institution), **both, run=run.pk) <= {"甲医疗集团"}


def test_groups_by_rule_and_by_consortium(client, checked, commission, bad):
    client.force_login(leader_of(commission))
    by_rule = page(client, "findings", view="rule")
    assert by_rule.index("T-01") < by_rule.index("T-02")
    by_consortium = page(client, "findings", view="consortium")
    assert f"consortium={bad.pk}" in by_consortium
    assert "不符合 1" in by_consortium


def test_a_county_sees_only_its_own_findings(client, checked, chongqing):
    elsewhere = CountyFactory(code="500105", name="江北区", parent__parent=chongqing)
    finding = Finding.objects.filter(consortium__isnull=False).first()
    for unit, code in ((elsewhere, 404), (finding.division, 200)):
        client.force_login(reviewer_of(AuthorityFactory(division=unit)))
        assert client.get(reverse("evaluation:finding", args=[finding.pk])).status_code == code
    client.force_login(reviewer_of(AuthorityFactory(division=elsewhere)))
    assert "没有符合条件的判定" in page(client, "findings")


def test_a_hospital_sees_the_findings_of_its_own_consortia(client, checked, good, bad):
    client.force_login(filer_of(good.leads.get().institution))
    text = page(client, "findings")
    assert "甲医疗集团" in text
    assert "乙医疗集团" not in text


@pytest.mark.parametrize("actor", [stranger, lambda: registry_admin_of(AuthorityFactory())])
def test_others_see_no_finding_at_all(client, checked, actor):
    client.force_login(actor())
    assert client.get(reverse("evaluation:findings")).status_code == 404
    finding = Finding.objects.first()
    assert client.get(reverse("evaluation:finding", args=[finding.pk])).status_code == 404


def test_a_finding_opens_to_evidence_facts_and_receipt(client, checked, commission):
    client.force_login(leader_of(commission))
    finding = Finding.objects.select_related("rule").get(verdict="FAIL", provision="T-01")
    text = page(client, "finding", finding.pk)
    for words in (
        "要求至少 1 类", "成员单位应当包含", "《测试规划》一(一)", "如何改正", "所用事实", "城市医疗集团", "综合医院",
        finding.rule.version, finding.facts_id[:16], finding.code_version, "渝中区",
    ):  # fmt: skip
        assert words in text, words


def test_the_list_costs_the_same_for_few_and_many(client, checked, commission, yuzhong, run_jobs, chongqing):
    client.force_login(leader_of(commission))
    page(client, "findings")
    with CaptureQueriesContext(connection) as few:
        page(client, "findings")
    for number in range(8):
        consortium = ConsortiumFactory(name=f"医疗集团{number}", division=yuzhong)
        MembershipFactory(consortium=consortium, institution__division=yuzhong)
    runs.start(division=chongqing, by=evaluator_of(commission))
    run_jobs()
    with CaptureQueriesContext(connection) as many:
        page(client, "findings")
    assert len(few) == len(many) <= 12


# -- Runs ---------------------------------------------------------------------------------------------------
def test_an_evaluator_starts_a_run_from_the_page_and_watches_it(
    client, law, bad, chongqing, commission, run_jobs
):
    client.force_login(evaluator_of(commission))
    answer = client.post(
        reverse("evaluation:runs"), {"division": chongqing.pk, "as_of": dt.date.today().isoformat()}
    )
    run = ComplianceRun.objects.get()
    assert answer.url == reverse("evaluation:run", args=[run.pk])
    assert "hx-trigger" in page(client, "run", run.pk)
    Job.objects.update(state=Job.State.RUNNING, done=3, total=8, phase="已检查")
    fragment = client.get(
        reverse("evaluation:run", args=[run.pk]), headers={"HX-Request": "true"}
    ).content.decode()
    assert 'value="3" max="8"' in fragment
    assert "<html" not in fragment
    Job.objects.update(state=Job.State.QUEUED)
    run_jobs()
    text = page(client, "run", run.pk)
    assert "hx-trigger" not in text
    assert "查看结果" in text


def test_starting_the_same_area_again_is_refused_in_words(client, law, bad, chongqing, commission):
    evaluator = evaluator_of(commission)
    runs.start(division=chongqing, by=evaluator)
    client.force_login(evaluator)
    answer = client.post(
        reverse("evaluation:runs"), {"division": chongqing.pk, "as_of": dt.date.today().isoformat()}
    )
    assert "还没有结束" in answer.content.decode()


def test_a_run_can_be_stopped_by_who_started_it(client, law, bad, chongqing, commission):
    evaluator = evaluator_of(commission)
    run = runs.start(division=chongqing, by=evaluator)
    client.force_login(evaluator)
    client.post(reverse("evaluation:run_cancel", args=[run.pk]))
    run.job.refresh_from_db()
    assert run.job.state == Job.State.CANCELLED
    assert "已停止" in page(client, "run", run.pk)


def test_a_leader_reads_runs_but_cannot_start_one(client, checked, chongqing, commission):
    client.force_login(leader_of(commission))
    assert "开始检查" not in page(client, "runs")
    page(client, "run", checked.pk)
    answer = client.post(
        reverse("evaluation:runs"), {"division": chongqing.pk, "as_of": dt.date.today().isoformat()}
    )
    assert answer.status_code == 403
    assert ComplianceRun.objects.count() == 1


def test_a_run_elsewhere_does_not_exist_for_a_stranger(client, checked):
    client.force_login(stranger())
    assert client.get(reverse("evaluation:run", args=[checked.pk])).status_code == 404
    assert client.get(reverse("evaluation:runs")).status_code == 404


# -- Overview and library -----------------------------------------------------------------------------------
def test_the_overview_counts_what_fails_by_rule_and_district(client, checked, commission):
    client.force_login(leader_of(commission))
    text = page(client, "overview")
    assert "重庆市医联体总览" in text
    assert "T-01" in text
    assert "渝中" in text
    assert "rule=T-01&amp;verdict=FAIL&amp;area=500103" in text


def test_the_overview_costs_the_same_whatever_the_area_holds(
    client, checked, commission, chongqing, yuzhong, run_jobs
):
    client.force_login(leader_of(commission))
    page(client, "overview")
    with CaptureQueriesContext(connection) as few:
        page(client, "overview")
    for number in range(6):
        ConsortiumFactory(name=f"医疗集团{number}", division=CountyFactory(parent__parent=chongqing))
    runs.start(division=chongqing, by=evaluator_of(commission))
    run_jobs()
    with CaptureQueriesContext(connection) as many:
        page(client, "overview")
    assert len(few) == len(many) <= 32


def test_verdict_counts_come_beside_each_provision(client, checked, commission):
    client.force_login(leader_of(commission))
    text = page(client, "tallies", "small-law")
    assert 'id="tally-T-01"' in text
    assert "hx-swap-oob" in text
    client.force_login(stranger())
    assert "tally-" not in page(client, "tallies", "small-law")


def test_a_document_is_read_with_each_provision_in_its_place(client, law):
    client.force_login(stranger())
    answer = client.get(reverse("registry:policy_document", args=["small-law"]), {"open": "T-01"})
    text = answer.content.decode()
    assert '<mark class="is-on">成员单位应当包含社区卫生服务机构、护理院中至少1类医疗机构</mark>' in text
    assert "成员单位至少分属若干类" in text
    assert reverse("evaluation:tallies", args=["small-law"]) in text
    library = client.get(reverse("registry:policy_library"), {"q": "跨网格"}).content.decode()
    assert "T-02" in library
    assert "规划期已满" in library


# -- Campaigns ----------------------------------------------------------------------------------------------
@pytest.fixture
def campaign(commission):
    campaign = CampaignFactory(authority=commission)
    IndicatorFactory(scheme=campaign.scheme, code="I001", position=1)
    for number in range(2):
        ParticipantFactory(campaign=campaign, consortium__name=f"医联体{number}")
    return campaign


def test_a_campaign_from_the_form_to_the_score_sheet(client, commission, yuzhong, run_jobs):
    evaluator = evaluator_of(commission)
    indicator = IndicatorFactory(scheme__jurisdiction="500000")
    one = ConsortiumFactory(name="甲医联体", division=yuzhong)
    client.force_login(evaluator)
    year = dt.date.today().year - 1
    answer = client.post(
        f"{reverse('evaluation:campaign_new')}?authority={commission.code}&year={year}",
        {"title": "年度考核", "scheme": indicator.scheme_id, "consortia": [one.pk]},
    )
    campaign = Campaign.objects.get()
    assert answer.url == reverse("evaluation:campaign", args=[campaign.pk])
    client.post(reverse("evaluation:campaign_open", args=[campaign.pk]))
    IndicatorValueFactory(participant=campaign.participants.get(), indicator=indicator)
    answer = client.post(reverse("evaluation:campaign_score", args=[campaign.pk]))
    assert answer.url == reverse("registry:job_detail", args=[Job.objects.get().pk])
    run_jobs()
    ranking = page(client, "ranking", campaign.pk)
    assert "甲医联体" in ranking
    sheet = page(client, "score_sheet", campaign.pk, campaign.participants.get().pk)
    for words in ("50.0%", "65.0%", "7.50", "基层诊疗量占比", "四(三)", "文件一(三)"):
        assert words in sheet, words
    client.post(reverse("evaluation:campaign_publish", args=[campaign.pk]))
    campaign.refresh_from_db()
    assert campaign.state == "published"


def test_a_missing_figure_shows_on_ranking_and_sheet(client, campaign, commission, run_jobs):
    first, second = campaign.participants.order_by("pk")
    IndicatorValueFactory(participant=first, indicator=campaign.scheme.indicators.get())
    client.force_login(evaluator_of(commission))
    client.post(reverse("evaluation:campaign_score", args=[campaign.pk]))
    run_jobs()
    ranking = page(client, "ranking", campaign.pk)
    assert ranking.index(first.name) < ranking.index("未完整") < ranking.rindex(second.name)
    sheet = page(client, "score_sheet", campaign.pk, second.pk)
    assert "资料不足" in sheet
    assert "未完整" in sheet


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("campaign", (404, 404, 200, 200)),
        ("campaign_workbook", (404, 404, 200, 200)),
        ("campaign_open", (404, 404, 403, 302)),
        ("campaign_score", (404, 404, 403, 302)),
        ("campaign_publish", (404, 404, 403, 302)),
        ("campaign_reopen", (404, 404, 403, 302)),
        ("campaign_values", (404, 404, 403, 200)),
    ],
)
def test_who_may_do_what_with_a_campaign(client, campaign, commission, name, codes):
    county = AuthorityFactory(division=CountyFactory(parent__parent=commission.division))
    people = (stranger(), evaluator_of(county), leader_of(commission), evaluator_of(commission))
    for person, code in zip(people, codes, strict=True):
        client.force_login(person)
        url = reverse(f"evaluation:{name}", args=[campaign.pk])
        answer = client.get(url) if name in ("campaign", "campaign_workbook") else client.post(url)
        assert answer.status_code == code, person
    assert not IndicatorValue.objects.exists()


def test_results_do_not_exist_before_scoring(client, campaign, commission):
    client.force_login(evaluator_of(commission))
    assert client.get(reverse("evaluation:ranking", args=[campaign.pk])).status_code == 404


@pytest.mark.parametrize("number", [1, 9])
def test_a_campaign_page_costs_the_same_whatever_the_number_of_participants(client, commission, number):
    campaign = CampaignFactory(authority=commission)
    indicator = IndicatorFactory(scheme=campaign.scheme)
    for one in range(number):
        participant = ParticipantFactory(campaign=campaign, consortium__name=f"医联体{one}")
        IndicatorValueFactory(participant=participant, indicator=indicator)
    client.force_login(evaluator_of(commission))
    with CaptureQueriesContext(connection) as queries:
        page(client, "campaign", campaign.pk)
    assert len(queries) <= 12


# -- Days gone by, age, areas -------------------------------------------------------------------------------
def test_the_verdicts_of_a_past_day_are_those_that_stood_then(client, checked, commission):
    today = dt.date.today()
    Finding.objects.filter(subject_name="乙医疗集团", provision="T-01").update(
        first_seen=today - dt.timedelta(days=40), last_seen=today, resolved_on=today
    )
    ComplianceRun.objects.update(as_of=today - dt.timedelta(days=40))
    client.force_login(leader_of(commission))
    text = page(client, "findings", on=today - dt.timedelta(days=10))
    assert "乙医疗集团" in text
    assert "甲医疗集团" not in text
    assert "当天成立的判定" in text
    assert "第一次检查是" in page(client, "findings", on=today - dt.timedelta(days=100))


def test_findings_can_be_chosen_by_age(client, checked, commission):
    Finding.objects.filter(subject_name="乙医疗集团").update(
        first_seen=dt.date.today() - dt.timedelta(days=31)
    )
    client.force_login(leader_of(commission))
    text = page(client, "findings", age="30")
    assert "乙医疗集团" in text
    assert "甲医疗集团" not in text
    assert "甲医疗集团" in page(client, "findings", age="abc")


def test_findings_by_rule_and_area_link_to_their_list(client, checked, commission, yuzhong):
    client.force_login(leader_of(commission))
    with CaptureQueriesContext(connection) as queries:
        text = page(client, "findings", view="heat", verdict="FAIL")
    assert "规定与地区热力表" in text
    assert f"rule=T-01&amp;verdict=FAIL&amp;area={yuzhong.code}" in text
    assert len(queries) <= 20


def test_a_run_that_missed_something_says_so(client, checked, commission):
    client.force_login(evaluator_of(commission))
    ComplianceRun.objects.update(missed=0)
    assert "没有遗漏" in page(client, "run", checked.pk)
    ComplianceRun.objects.update(missed=2)
    assert "没有被随改随查发现" in page(client, "run", checked.pk)
