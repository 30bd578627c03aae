"""The moves of a filing, in the words of those who make them."""

import datetime as dt

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from filing import lifted, reviewing, transitions
from filing.models import Filing, ReviewMark
from registry.errors import Refused, Stale
from registry.models import Consortium
from tests.actors import reviewer_of
from tests.factories.filing import Case

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("law")]
IN_TIME = "2020-10-13T10:00:00+08:00"
LATE = "2020-10-20T10:00:00+08:00"


@pytest.fixture
def case():
    with time_machine.travel(IN_TIME):
        yield Case()


def test_the_whole_way(case):
    """首次提交 → 退回补正 → 答复 → 再提交 → 受理 → 备案; the return does not make it late."""
    case.submitted()
    filing, pk = case.filing, case.filing.pk
    assert (filing.case_number, filing.late_workdays, filing.due_on) == (
        "备2020-0001",
        0,
        dt.date(2020, 10, 15),
    )
    remark = reviewing.add_remark(
        pk, section="A", field="founded_on", text="请核对成立日期", by=case.reviewer
    )
    with time_machine.travel(LATE):
        transitions.send_back(pk, by=case.reviewer)
        with pytest.raises(Refused, match="1 条补正意见未答复"):
            transitions.submit(pk, by=case.filer)
        reviewing.answer_remark(remark.pk, text="已核对，与协议书一致", by=case.filer)
        transitions.submit(pk, by=case.filer)
        transitions.receive(pk, by=case.reviewer)
        transitions.register(pk, by=case.reviewer)
    filing = case.fresh().filing
    assert filing.status == "registered"
    assert (filing.submissions, filing.late_workdays) == (2, 0), "lateness is judged at the first submission"
    assert filing.registration_number == "医联备〔2020〕500000-0001号"
    assert [e.action for e in filing.events.all()] == [
        "start", "submit", "send_back", "submit", "receive", "register"
    ]  # fmt: skip
    consortium = filing.consortium
    assert consortium.founded_on == case.founded_on
    assert consortium.leads.get().institution == case.hospital
    assert sorted(m.institution_id for m in consortium.memberships.all()) == sorted(
        m.pk for m in case.members
    )
    assert consortium.memberships.first().during.lower == case.founded_on
    assert filing.versions.count() == 2 and filing.sheets.count() == 3


def test_a_late_filing_is_registered_and_says_by_how_much(case):
    with time_machine.travel(LATE):
        case.registered()
    assert case.filing.status == "registered"
    assert case.filing.late_workdays == 3, "2020-10-16, 19 and 20 after the deadline of 10-15"
    late = next(line for line in case.filing.sheet.receipts if line["rule"] == "CQ-83")
    assert late["outcome"] == "FAIL" and "逾期 3 个工作日" in late["explanation"]


def test_an_unmet_rule_blocks_registration_until_it_is_waived(case):
    case.members = case.members[:1]
    case.received()
    with pytest.raises(Refused, match="CQ-19 不符合"):
        transitions.register(case.filing.pk, by=case.reviewer)
    assert not Consortium.objects.exists(), "nothing is written by a refused registration"
    assert Filing.objects.get().registration_number == ""
    reviewing.set_mark(
        case.filing.pk, "CQ-19", decision="waived", note="紧缺", approver="王主任", document="渝卫〔2020〕1号",
        by=case.reviewer,
    )  # fmt: skip
    transitions.register(case.filing.pk, by=case.reviewer)
    case.fresh()
    assert case.filing.sheet.tally["WAIVED"] == 1
    waiver = case.filing.consortium.waivers.get()
    assert (waiver.provision, waiver.kind, waiver.official) == ("CQ-19", "waiver", "王主任")


def test_a_deviation_that_was_let_pass_enters_the_register_and_none_is_entered_twice(case):
    case.registered()
    consortium = case.filing.consortium
    mark = ReviewMark(
        filing=case.filing, provision="CQ-32", decision="approved", note="历史原因", approver="李处长",
        by=case.reviewer, at=timezone.now(),
    )  # fmt: skip
    lifted.write([mark], consortium)
    lifted.write([mark], consortium)
    waiver = consortium.waivers.get()
    assert (waiver.kind, waiver.official, waiver.document) == ("deviation", "李处长", "")


def test_an_approver_longer_than_his_column_is_refused_in_words(case):
    case.members = case.members[:1]
    case.received()
    given = {"decision": "waived", "note": "紧缺", "document": "渝卫〔2020〕1号", "by": case.reviewer}
    with pytest.raises(Refused, match="批准人最多 60 个字"):
        reviewing.set_mark(case.filing.pk, "CQ-19", approver="批" * 61, **given)


def test_missing_charter_blocks_and_the_generated_form_counts(case):
    case.draft()
    case.filing.materials.filter(kind="charter").delete()
    transitions.submit(case.filing.pk, by=case.filer)
    transitions.receive(case.filing.pk, by=case.reviewer)
    with pytest.raises(Refused, match="CQ-84 不符合（缺少章程）"):
        transitions.register(case.filing.pk, by=case.reviewer)


def test_a_declared_capacity_counts_once_the_reviewer_accepts_it(case):
    """CQ-18: a third-level hospital of the county needs 区域辐射能力 declared by it and accepted by the reviewer."""
    case.hospital.affiliation = "county"
    case.hospital.save(update_fields=["affiliation"])
    bureau_reviewer = reviewer_of(case.county_bureau)
    case.submitted()
    assert case.filing.authority == case.county_bureau
    transitions.receive(case.filing.pk, by=bureau_reviewer)
    with pytest.raises(Refused, match="CQ-18 待判断"):
        transitions.register(case.filing.pk, by=bureau_reviewer)
    reviewing.set_mark(case.filing.pk, "CQ-18", decision="met", by=bureau_reviewer)
    transitions.register(case.filing.pk, by=bureau_reviewer)


def test_what_was_declared_is_kept_as_accepted(case):
    case.hospital.affiliation = "county"
    case.hospital.save(update_fields=["affiliation"])
    bureau_reviewer = reviewer_of(case.county_bureau)
    case.draft()
    section = case.filing.sections.get(key="B")
    section.content["radiating_capacity"] = "年接收区外转诊 3.2 万人次"
    section.save(update_fields=["content"])
    transitions.submit(case.filing.pk, by=case.filer)
    transitions.receive(case.filing.pk, by=bureau_reviewer)
    reviewing.set_mark(case.filing.pk, "CQ-18", decision="met", by=bureau_reviewer)
    transitions.register(case.filing.pk, by=bureau_reviewer)
    filing = case.fresh().filing
    line = next(line for line in filing.sheet.receipts if line["rule"] == "CQ-18")
    assert line["outcome"] == "PASS" and "已采信" in line["explanation"]
    declaration = filing.consortium.declarations.get(key="radiating_capacity")
    assert (declaration.state, declaration.decided_by) == ("accepted", bureau_reviewer)


def test_a_mark_no_longer_counts_when_what_it_was_about_has_changed(case):
    case.hospital.affiliation = "county"
    case.hospital.save(update_fields=["affiliation"])
    bureau_reviewer = reviewer_of(case.county_bureau)
    case.submitted()
    reviewing.set_mark(case.filing.pk, "CQ-18", decision="met", by=bureau_reviewer)
    transitions.send_back(case.filing.pk, note="补充", by=bureau_reviewer)
    section = case.filing.sections.get(key="B")
    section.content["radiating_capacity"] = "改写过的说明"
    section.save(update_fields=["content"])
    transitions.submit(case.filing.pk, by=case.filer)
    transitions.receive(case.filing.pk, by=bureau_reviewer)
    with pytest.raises(Refused, match="CQ-18 待判断"):
        transitions.register(case.filing.pk, by=bureau_reviewer)


def test_a_return_needs_a_reason_or_a_remark(case):
    case.submitted()
    with pytest.raises(Refused, match="写明理由"):
        transitions.send_back(case.filing.pk, by=case.reviewer)


def test_what_is_not_complete_is_not_submitted(case):
    case.draft(name="")
    with pytest.raises(Refused, match="医联体部分未填医联体名称"):
        transitions.submit(case.filing.pk, by=case.filer)
    assert Filing.objects.get().case_number == ""


def test_nobody_reviews_the_own_filing(case):
    from registry import access

    case.submitted()
    access.grant(case.filer, "reviewer", case.commission)
    with pytest.raises(Refused, match="不能审查本单位的备案"):
        transitions.receive(case.filing.pk, by=case.filer)


def test_only_the_right_people_may_move(case):
    other = Case("另一家医院")
    county_reviewer = reviewer_of(case.county_bureau)
    case.draft()
    with pytest.raises(PermissionDenied):
        transitions.submit(case.filing.pk, by=other.filer)
    transitions.submit(case.filing.pk, by=case.filer)
    for person in (county_reviewer, case.filer):
        with pytest.raises(PermissionDenied):
            transitions.receive(case.filing.pk, by=person)


def test_a_page_that_is_out_of_date_decides_nothing(case):
    case.submitted()
    seen = case.filing.version
    transitions.receive(case.filing.pk, by=case.reviewer, version=seen)
    transitions.send_back(case.filing.pk, by=case.reviewer, note="补充材料")
    transitions.submit(case.filing.pk, by=case.filer)
    with pytest.raises(Stale):
        transitions.receive(case.filing.pk, by=case.reviewer, version=seen)


def test_undoing_takes_a_second_person_and_keeps_the_number(case):
    case.registered()
    number = case.filing.registration_number
    with pytest.raises(Refused, match="另一人"):
        transitions.revoke(case.filing.pk, by=case.reviewer, note="误办")
    second = reviewer_of(case.commission)
    transitions.revoke(case.filing.pk, by=second, note="误办")
    case.fresh()
    assert (case.filing.status, case.filing.registration_number) == ("revoked", number)
    assert not Consortium.objects.active_on(dt.date(2020, 10, 13)).exists()
    again = Case("重庆测试医院二").registered()
    assert again.filing.registration_number == "医联备〔2020〕500000-0002号", "no number is given twice"


def test_a_refusal_and_a_withdrawal_keep_the_case_number(case):
    case.submitted()
    transitions.refuse(case.filing.pk, by=case.reviewer, note="不属于医联体")
    assert case.fresh().filing.case_number == "备2020-0001"
    second = Case("第二测试医院").submitted()
    with pytest.raises(Refused, match="理由"):
        transitions.withdraw(second.filing.pk, by=second.filer, note=" ")
    transitions.withdraw(second.filing.pk, by=second.filer, note="重新组建")
    assert (second.fresh().filing.case_number, second.filing.status) == ("备2020-0002", "withdrawn")


def test_marks_that_do_not_fit_the_verdict_are_refused(case):
    case.submitted()
    with pytest.raises(Refused, match="不能这样处理"):
        reviewing.set_mark(case.filing.pk, "CQ-19", decision="waived", note="x", approver="y", document="z",
                           by=case.reviewer)  # fmt: skip
    assert not ReviewMark.objects.exists()


def test_announced_after_commit_with_the_id_alone(case, django_capture_on_commit_callbacks):
    from filing.signals import filing_moved

    heard = []
    filing_moved.connect(lambda sender, **kwargs: heard.append(kwargs), weak=False, dispatch_uid="heard")
    try:
        case.draft()
        with django_capture_on_commit_callbacks(execute=True):
            transitions.submit(case.filing.pk, by=case.filer)
    finally:
        filing_moved.disconnect(dispatch_uid="heard")
    assert [(k["filing_id"], k["action"]) for k in heard] == [(case.filing.pk, "submit")]


def test_the_audit_names_the_person_and_the_act(case):
    from registry.models import AuditEntry

    case.submitted()
    entry = AuditEntry.objects.filter(table_name="filing_filing", after__status="submitted").get()
    assert entry.actor_id == case.filer.pk and entry.context["reason"] == "提交"


def test_two_consortia_of_one_name_and_place_are_not_both_registered(case):
    case.registered()
    twin = Case(founded_on=case.founded_on)
    twin.hospital, twin.county, twin.filer = case.hospital, case.county, case.filer
    twin.received()
    with pytest.raises(Refused, match="已有名为“重庆测试医院医疗集团”的医联体"):
        transitions.register(twin.filing.pk, by=twin.reviewer)


def test_one_consortium_is_not_under_review_twice(case):
    case.submitted()
    number, first = case.filing.case_number, case.filing.pk
    with pytest.raises(Refused, match=f"同名医联体的备案在办（申报编号 {number}）"):
        case.submitted()
    transitions.withdraw(first, note="重复申报", by=case.filer)
    transitions.submit(case.filing.pk, by=case.filer)


def test_a_member_does_not_leave_before_it_joins(case):
    case.draft()
    case.filing.members.order_by("pk").filter(institution=case.members[0]).update(left_on=dt.date(2020, 9, 1))
    with pytest.raises(Refused, match="退出日期早于加入日期"):
        transitions.submit(case.filing.pk, by=case.filer)
