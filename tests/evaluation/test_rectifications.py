"""Putting right what was found: asked, reported with proof, sent back, closed; nobody but those who may."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from evaluation import recheck, rectifications
from evaluation.models import Finding, Rectification
from registry.access import Denied
from registry.errors import Refused
from registry.models import Lead, Notification, Rule
from tests.actors import evaluator_of, filer_of, leader_of, planner_of
from tests.factories import AuthorityFactory, CountyFactory, MembershipFactory
from tests.factories.filing import pdf

pytestmark = pytest.mark.django_db


@pytest.fixture
def soon():
    return timezone.localdate() + dt.timedelta(days=30)


@pytest.fixture
def evaluator(commission):
    return evaluator_of(commission)


@pytest.fixture
def yuzhong_bureau(commission, yuzhong):
    return AuthorityFactory(division=yuzhong, parent=commission)


@pytest.fixture
def finding(law, good, bad):
    recheck.resolve_changes()
    while recheck.recheck_next():
        pass
    return Finding.objects.get(provision="T-01", verdict="FAIL")


@pytest.fixture
def filer(bad):
    return filer_of(Lead.objects.get(consortium=bad).institution)


@pytest.fixture
def asked(finding, evaluator, soon):
    return rectifications.ask(finding=finding, by=evaluator, due_on=soon, text="请补社区卫生服务机构")


def test_the_lead_hospital_answers_for_its_consortium(asked, filer, bad):
    assert asked.responsible == Lead.objects.get(consortium=bad).institution
    assert [(step.act, step.text) for step in asked.steps.all()] == [("ask", "请补社区卫生服务机构")]
    assert rectifications.acts_of(asked, filer) == {"report"}


def test_whoever_the_provision_binds_is_asked_first(client, finding, evaluator, bad, yuzhong_bureau):
    client.force_login(evaluator)
    address = reverse("evaluation:finding", args=[finding.pk])
    hospital = Lead.objects.get(consortium=bad).institution
    units = lambda: list(client.get(address).context["asking"].fields["unit"].choices)  # noqa: E731
    assert units() == [("hospital", hospital.name), ("bureau", yuzhong_bureau.name)]
    Lead.objects.filter(consortium=bad).delete()
    assert units() == [("bureau", yuzhong_bureau.name)]
    Finding.objects.filter(pk=finding.pk).update(
        subject_type="institution", subject_id=hospital.pk, consortium=None
    )
    Rule.objects.filter(pk=finding.rule_id).update(
        body=finding.rule.body | {"applies_to": "卫生健康行政部门"}
    )
    assert units() == [("bureau", yuzhong_bureau.name), ("hospital", hospital.name)]


def test_a_bureau_puts_right_what_those_above_it_verify(finding, evaluator, soon, yuzhong_bureau):
    below, planner = evaluator_of(yuzhong_bureau), planner_of(yuzhong_bureau)
    row = rectifications.ask(finding=finding, by=evaluator, due_on=soon, text="请划分网格", unit="bureau")
    assert (row.unit, row.own_initiative) == (yuzhong_bureau, False)
    assert Rectification.objects.visible_to(planner).get() == row
    assert rectifications.acts_of(row, planner) == rectifications.acts_of(row, below) == {"report"}
    assert rectifications.acts_of(row, evaluator) == {"extend", "close", "withdraw"}
    with pytest.raises(Denied, match="责任单位的考核人或规划处"):
        rectifications.report(row.pk, by=evaluator, text="代报", proof=pdf())
    row = rectifications.report(row.pk, by=planner, text="已划分", proof=pdf())
    with pytest.raises(Denied, match="上级机关"):
        rectifications.close(row.pk, by=below, text="已核")
    assert rectifications.close(row.pk, by=evaluator, text="已核").state == "closed"


def test_what_a_bureau_asks_of_itself_it_verifies_itself(finding, soon, yuzhong_bureau, evaluator):
    below = evaluator_of(yuzhong_bureau)
    row = rectifications.ask(finding=finding, by=below, due_on=soon, text="本区自查", unit="bureau")
    assert row.own_initiative
    assert rectifications.acts_of(row, below) == {"report", "extend", "close", "withdraw"}
    rectifications.report(row.pk, by=below, text="已改", proof=pdf())
    assert rectifications.close(row.pk, by=below, text="已核").closed_by == below


def test_staff_of_another_county_have_no_part_in_it(client, finding, evaluator, soon, yuzhong_bureau):
    row = rectifications.ask(finding=finding, by=evaluator, due_on=soon, text="请划分网格", unit="bureau")
    stranger = planner_of(AuthorityFactory(division=CountyFactory()))
    client.force_login(stranger)
    assert client.get(reverse("evaluation:rectification", args=[row.pk])).status_code == 404
    assert rectifications.acts_of(row, stranger) == set()


def test_a_unit_that_does_not_answer_for_it_cannot_be_asked(client, finding, evaluator, soon, bad):
    with pytest.raises(Refused, match="重新选择责任单位"):
        rectifications.ask(finding=finding, by=evaluator, due_on=soon, text="请改正", unit="ministry")
    client.force_login(evaluator)
    asked = reverse("evaluation:rectification_ask", args=[finding.pk])
    client.post(asked, {"text": "请改正", "due_on": soon, "unit": "ministry"})
    assert not Rectification.objects.exists()


def test_the_bureau_hears_or_else_those_above_it(
    finding, evaluator, soon, yuzhong_bureau, django_capture_on_commit_callbacks
):
    colleague = evaluator_of(yuzhong_bureau.parent)
    with django_capture_on_commit_callbacks(execute=True):
        row = rectifications.ask(finding=finding, by=evaluator, due_on=soon, text="请划分", unit="bureau")
    assert [one.recipient for one in Notification.objects.all()] == [colleague]
    planner = planner_of(yuzhong_bureau)
    with django_capture_on_commit_callbacks(execute=True):
        rectifications.extend(row.pk, by=evaluator, due_on=soon, text="延期")
    assert [
        one.recipient for one in Notification.objects.filter(event__endswith=str(row.steps.last().pk))
    ] == [planner]


def test_from_asking_to_closing_with_proof(asked, filer, evaluator):
    row = rectifications.report(asked.pk, by=filer, text="已签协议", proof=pdf("协议.pdf"))
    assert row.state == "reported"
    row = rectifications.close(asked.pk, by=evaluator, text="已核协议")
    assert (row.state, row.closed_by) == ("closed", evaluator)
    proof = row.steps.get(act="report")
    assert (proof.original_name, proof.content_type, len(proof.sha256)) == ("协议.pdf", "application/pdf", 64)
    assert rectifications.acts_of(row, evaluator) == set()


def test_what_is_not_enough_goes_back_with_a_new_day(asked, filer, evaluator, soon):
    rectifications.report(asked.pk, by=filer, text="已改", proof=pdf())
    later = soon + dt.timedelta(days=10)
    row = rectifications.send_back(asked.pk, by=evaluator, text="缺公章", due_on=later)
    assert (row.state, row.due_on) == ("asked", later)
    assert rectifications.report(asked.pk, by=filer, text="已盖章", proof=pdf()).state == "reported"


def test_nothing_is_closed_on_words_alone(asked, evaluator):
    with pytest.raises(Refused, match="也没有收到整改材料"):
        rectifications.close(asked.pk, by=evaluator, text="电话说已改")
    assert rectifications.close(asked.pk, by=evaluator, text="现场核验", proof=pdf()).state == "closed"


def test_a_verdict_that_holds_no_more_is_proof(asked, bad, yuzhong, evaluator):
    MembershipFactory(consortium=bad, institution__division=yuzhong)
    recheck.resolve_changes()
    while recheck.recheck_next():
        pass
    assert rectifications.close(asked.pk, by=evaluator, text="已符合").state == "closed"


def test_a_finding_is_asked_for_once_at_a_time(asked, finding, evaluator, soon):
    with pytest.raises(Refused, match="已经交办"):
        rectifications.ask(finding=finding, by=evaluator, due_on=soon, text="再来")
    rectifications.withdraw(asked.pk, by=evaluator, text="交办有误")
    rectifications.ask(finding=finding, by=evaluator, due_on=soon, text="再来")
    assert Rectification.objects.count() == 2


def test_what_is_met_needs_no_rectification(finding, evaluator, soon):
    met = Finding.objects.get(provision="T-01", verdict="PASS")
    with pytest.raises(Refused, match="可以交办整改"):
        rectifications.ask(finding=met, by=evaluator, due_on=soon, text="改")


def test_a_day_gone_by_is_refused(finding, evaluator):
    with pytest.raises(Refused, match="已经过去"):
        rectifications.ask(finding=finding, by=evaluator, due_on=dt.date(2020, 1, 1), text="改")


def test_who_may_do_what(asked, finding, filer, commission, soon, evaluator):
    leader = leader_of(commission)
    with pytest.raises(Denied):
        rectifications.ask(finding=finding, by=leader, due_on=soon, text="改")
    with pytest.raises(Denied):
        rectifications.close(asked.pk, by=filer, text="自己销号", proof=pdf())
    with pytest.raises(Denied):
        rectifications.report(asked.pk, by=evaluator, text="代报", proof=pdf())


def test_two_clicks_cannot_both_close(asked, evaluator):
    rectifications.close(asked.pk, by=evaluator, text="现场核验", proof=pdf())
    with pytest.raises(Refused, match="已销号"):
        rectifications.close(asked.pk, by=evaluator, text="现场核验", proof=pdf())


# -- Pages --------------------------------------------------------------------------------------------------
def test_the_whole_way_through_the_pages(client, finding, evaluator, filer, soon):
    client.force_login(evaluator)
    assert "交办整改" in client.get(reverse("evaluation:finding", args=[finding.pk])).content.decode()
    client.post(
        reverse("evaluation:rectification_ask", args=[finding.pk]),
        {"text": "请补", "due_on": soon, "unit": "hospital"},
    )
    row = Rectification.objects.get()
    client.force_login(filer)
    listed = client.get(reverse("evaluation:rectifications")).content.decode()
    assert "乙医疗集团" in listed
    page = reverse("evaluation:rectification", args=[row.pk])
    assert "报送整改" in client.get(page).content.decode()
    client.post(
        reverse("evaluation:rectification_report", args=[row.pk]), {"text": "已补", "proof": pdf("协议.pdf")}
    )
    step = row.steps.get(act="report")
    download = client.get(reverse("evaluation:rectification_proof", args=[row.pk, step.pk]))
    assert b"".join(download.streaming_content).startswith(b"%PDF")
    client.force_login(evaluator)
    client.post(reverse("evaluation:rectification_close", args=[row.pk]), {"text": "已核"})
    row.refresh_from_db()
    assert row.state == "closed"
    assert "没有整改事项" in client.get(reverse("evaluation:rectifications")).content.decode()
    assert "乙医疗集团" in client.get(reverse("evaluation:rectifications"), {"view": "all"}).content.decode()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"text": "改", "due_on": "2020-13-01"}, "整改期限"),
        ({"text": "改", "due_on": "2099-01-01"}, "责任单位"),
        ({"text": "改", "due_on": "2020-01-01"}, "已经过去"),
        ({"text": "", "due_on": "2099-01-01"}, "整改要求"),
    ],
)
def test_bad_input_is_said_in_words(client, finding, evaluator, data, message):
    client.force_login(evaluator)
    if message != "责任单位":
        data = data | {"unit": "hospital"}
    response = client.post(reverse("evaluation:rectification_ask", args=[finding.pk]), data)
    assert response.status_code == 422
    shown = response.content.decode()
    assert message in shown
    assert "data-side-open" in shown
    assert f">{data['text']}</textarea>" in shown.replace("\r\n", "").replace("\n", "")
    assert not Rectification.objects.exists()


def test_what_somebody_else_has_done_meanwhile_is_said(client, asked, evaluator):
    """The page has no panel for the act any more, so nothing could stand open again."""
    data = {"text": "再交办", "due_on": "2099-01-01", "unit": "hospital"}
    client.force_login(evaluator)
    again = client.post(
        reverse("evaluation:rectification_ask", args=[asked.finding_id]), data, follow=True
    ).content.decode()
    assert "已经交办整改，还没有销号" in again
    rectifications.withdraw(asked.pk, by=evaluator, text="误交办")
    late = client.post(
        reverse("evaluation:rectification_close", args=[asked.pk]), {"text": "已核"}, follow=True
    )
    assert "不能核验销号。请刷新页面" in late.content.decode()


def test_a_file_that_is_none_of_the_kinds_is_refused(client, asked, filer):
    from django.core.files.uploadedfile import SimpleUploadedFile

    client.force_login(filer)
    response = client.post(
        reverse("evaluation:rectification_report", args=[asked.pk]),
        {"text": "协议已补签", "proof": SimpleUploadedFile("a.exe", b"MZ..")},
    )
    assert response.status_code == 422
    shown = response.content.decode()
    assert "不是可以接收的文件" in shown
    assert "协议已补签</textarea>" in shown  # what was typed is not lost
    assert asked.steps.count() == 1


def test_the_list_costs_a_fixed_number_of_queries(client, asked, evaluator):
    client.force_login(evaluator)
    with CaptureQueriesContext(connection) as queries:
        client.get(reverse("evaluation:rectifications"))
    assert len(queries) <= 9


def test_each_side_hears_what_the_other_has_done(
    finding, evaluator, filer, soon, django_capture_on_commit_callbacks
):
    def titles(person) -> list[str]:
        told = Notification.objects.filter(recipient=person, kind="rectification").order_by("pk")
        return [one.title.partition("：")[2] for one in told]

    with django_capture_on_commit_callbacks(execute=True):
        row = rectifications.ask(finding=finding, by=evaluator, due_on=soon, text="请补社区卫生服务机构")
    with django_capture_on_commit_callbacks(execute=True):
        rectifications.report(row.pk, by=filer, text="已签协议", proof=pdf("协议.pdf"))
    with django_capture_on_commit_callbacks(execute=True):
        rectifications.close(row.pk, by=evaluator, text="已核协议")
    assert titles(filer) == [f"须整改，期限 {soon}", "整改已核验销号"]
    assert titles(evaluator) == ["已报送整改，等待核验"]
    told = Notification.objects.filter(recipient=filer).earliest("pk")
    assert told.text == "请补社区卫生服务机构"
    assert told.url == reverse("evaluation:rectification", args=[row.pk])
