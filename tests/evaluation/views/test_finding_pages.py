"""Pages of findings: filters, groups, export, evidence, days gone by; who sees which, and what they cost."""

import datetime as dt
import io

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from evaluation import runs
from evaluation.fact_words import lines_of
from evaluation.models import ComplianceRun, Finding
from registry.models import AccessLog
from registry.policy.book import RuleBook
from tests.actors import evaluator_of, filer_of, leader_of, registry_admin_of, reviewer_of, stranger
from tests.evaluation.pages import page
from tests.factories import (
    AuthorityFactory,
    CityFactory,
    ConsortiumFactory,
    CountyFactory,
    LeadFactory,
    MembershipFactory,
)
from tests.registry.policy.shipped import PACKS

pytestmark = pytest.mark.django_db


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


def test_verdicts_that_are_not_kept_are_not_counted_as_none(client, checked, commission):
    client.force_login(leader_of(commission))
    strip = page(client, "findings").split('class="yl-tally"')[1].split("</ul>")[0]
    assert "符合" in strip and "不适用" not in strip


def test_a_hospital_sees_the_findings_of_its_own_consortia(client, checked, good, bad):
    client.force_login(filer_of(good.leads.get().institution))
    text = page(client, "findings")
    assert "甲医疗集团" in text
    assert "乙医疗集团" not in text


def test_a_hospital_is_not_sent_to_the_runs_that_it_may_not_open(client, checked, good):
    client.force_login(filer_of(good.leads.get().institution))
    url = reverse("evaluation:findings")
    for query in ({}, {"verdict": "WAIVED"}, {"on": "2020-01-01"}):
        text = client.get(url, query).content.decode()
        assert reverse("evaluation:runs") not in text
    assert client.get(reverse("evaluation:runs")).status_code == 404


def test_the_code_that_stands_for_the_cities_of_a_municipality_is_shown_as_no_place(commission):
    stand_in = CityFactory(code="500100", name="市辖区", kind="直辖占位", parent=commission.division)
    lines = lines_of({"name": "甲医院", "province": "500000", "city": stand_in.code})
    assert {line.label: line.text for line in lines} == {"名称": "甲医院", "省": commission.division.name}


def test_what_was_declared_and_counted_stands_among_the_facts_in_words(db):
    facts = {
        "roster": {"township_health": 4, "village_health": 0},
        "declarations": {"some_item": {"value": "yes", "evidenced": True}},
    }
    lines = {line.label: line for line in lines_of(facts)}
    assert lines["辖区机构数"].text == "乡镇卫生院 4 家、村级医疗机构 0 家"
    assert lines["申报事实"].entries == ("some_item：内容 是，有依据 是",)


def test_units_of_a_county_are_institutions_and_those_of_a_grid_townships(db):
    county = {
        "townships": [{"name": "七星岗街道"}],
        "units": [{"name": "东镇卫生院", "communities": ["甲医共体"]}],
    }
    lines = {line.label: line.entries for line in lines_of(county)}
    assert lines == {
        "街道、乡镇": ("七星岗街道",), "乡镇卫生院、社区卫生服务中心": ("东镇卫生院（加入的医共体 甲医共体）",),
    }  # fmt: skip
    grid = {"units": [{"code": "500103001", "name": "七星岗街道"}]}
    assert {line.label: line.entries for line in lines_of(grid)} == {
        "街道、乡镇": ("七星岗街道（代码 500103001）",)
    }


def test_a_declared_fact_is_called_what_the_document_of_the_place_calls_it(db, monkeypatch):
    monkeypatch.setattr("evaluation.fact_words.current_book", lambda: RuleBook(PACKS))
    facts = {"ancestry": ["500000"], "declarations": {"referral_procedure": {"value": "章程第六条"}}}
    assert [line.entries for line in lines_of(facts)] == [("双向转诊流程：内容 章程第六条",)]


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
    assert "现在成立的判定" in page(client, "findings", age="365", on="0001-01-01")


@pytest.mark.parametrize(
    ("on", "words"),
    [("1700-01-01", "请核对年份"), ("2098-01-01", "2098-01-01 还没有到"), ("去年", "有效的日期")],
)
def test_a_day_of_which_nothing_can_be_recorded_is_told_at_the_field(client, checked, commission, on, words):
    client.force_login(leader_of(commission))
    text = page(client, "findings", on=on, q="乙医疗")
    told = text[text.index('id="id_on_error"') :].partition("</form>")[0]
    assert words in told and "没有按它筛选" in told
    assert 'aria-describedby="id_on_error"' in text
    assert "现在成立的判定" in text and "乙医疗集团" in text and "甲医疗集团" not in text
    answer = client.get(reverse("evaluation:findings"), {"on": on, "export": 1})
    assert words in answer.text, "no workbook of today under the name of that day"


def test_on_a_past_day_the_age_is_that_of_the_day(client, checked, commission):
    today = dt.date.today()
    Finding.objects.filter(subject_name="乙医疗集团").update(first_seen=today - dt.timedelta(days=100))
    Finding.objects.filter(subject_name="甲医疗集团").update(first_seen=today - dt.timedelta(days=45))
    client.force_login(leader_of(commission))
    text = page(client, "findings", on=today - dt.timedelta(days=40), age="30")
    assert "乙医疗集团" in text and "甲医疗集团" not in text


def test_the_picture_of_a_day_is_not_asked_for_another_day(client, checked, commission, chongqing, run_jobs):
    run = runs.start(division=chongqing, by=evaluator_of(commission), as_of=dt.date(2019, 6, 30))
    run_jobs()
    client.force_login(leader_of(commission))
    whole = client.get(reverse("evaluation:findings"), {"run": run.pk}).context
    asked = client.get(
        reverse("evaluation:findings"), {"run": run.pk, "age": "365", "on": "2020-01-01"}
    ).context
    assert asked["total"] == whole["total"] > 0
    assert not {"age", "on"} & asked["filter_form"].fields.keys()


def test_each_number_of_the_heat_table_leads_to_as_many_findings(
    client, checked, commission, chongqing, yuzhong
):
    """Also what is found of the area itself, and on a day gone by."""
    Finding.objects.update(first_seen=dt.date(2020, 1, 1))
    local = Finding.objects.filter(provision="T-02").first()
    Finding.objects.filter(pk=local.pk).update(
        division=chongqing, resolved_on=dt.date(2020, 6, 1), last_seen=dt.date(2020, 5, 31)
    )
    client.force_login(leader_of(commission))
    shown = client.get(
        reverse("evaluation:findings"), {"view": "heat", "verdict": "INFO", "on": "2020-03-01"}
    )
    numbers = []
    for number, address in [cell for row in shown.context["heat"].rows for cell in row["cells"]]:
        numbers.append(number)
        assert len(client.get(address).context["page"].rows) == number, address
    assert sorted(numbers) == [1, 1]
    assert "只看本级" in client.get(address).text


def test_findings_by_rule_and_area_link_to_their_list(client, checked, commission, yuzhong):
    client.force_login(leader_of(commission))
    with CaptureQueriesContext(connection) as queries:
        text = page(client, "findings", view="heat", verdict="FAIL")
    assert "规定与地区热力表" in text
    assert f"rule=T-01&amp;verdict=FAIL&amp;area={yuzhong.code}" in text
    assert len(queries) <= 20


def test_a_finding_that_no_longer_stands_leads_to_the_one_that_does(client, checked, commission):
    client.force_login(evaluator_of(commission))
    past = Finding.objects.get(provision="T-01", verdict="FAIL")
    now = Finding.objects.get(pk=past.pk)
    Finding.objects.filter(pk=past.pk).update(
        resolved_on=past.first_seen + dt.timedelta(days=1), last_seen=past.first_seen
    )
    now.pk, now.verdict = None, "PASS"
    now.save(force_insert=True)
    text = client.get(reverse("evaluation:finding", args=[past.pk])).text
    told = text[text.index("历次判定") :]
    assert reverse("evaluation:finding", args=[now.pk]) in told and "现在的判定" in told


def test_the_findings_of_a_hospital_are_found_from_its_own_consortia(commission):
    """Not by looking at every consortium of a nation, one after the other."""
    own = LeadFactory()
    plan = Finding.objects.visible_to(filer_of(own.institution)).standing().explain()
    assert "registry_lead" in plan
    assert "registry_consortium" not in plan
