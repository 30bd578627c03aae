"""Who has a case, by when, and who may be the second: the commission's own order of work."""

import datetime as dt

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from filing import (
    checklist,
    delegation,
    desk,
    editing,
    limits,
    materials,
    reviewing,
    second,
    timing,
    transitions,
    urging,
)
from filing.models import Delegation, Filing, ReviewMark, ReviewSettings
from registry import access
from registry.errors import Refused
from tests.actors import filer_of, leader_of, planner_of, reviewer_of
from tests.factories import UserFactory
from tests.factories.filing import Case, pdf, settle

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("law")]
NOW = "2020-10-13T10:00:00+08:00"  # a Tuesday after the holiday


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW) as traveller:
        yield traveller


@pytest.fixture
def case():
    return Case()


def rules(case, **values):
    admin = UserFactory()
    access.grant(admin, "authority_admin", case.commission)
    given = {"handling_workdays": None, "second_reviewer": False, "undo_workdays": 5}
    return limits.save_settings(case.commission.pk, given | values, by=admin)


# -- Desk ---------------------------------------------------------------------------------------------------
def test_taking_releasing_and_taking_over_are_traced(case):
    case.submitted()
    other = reviewer_of(case.commission)
    desk.take(case.filing.pk, by=case.reviewer)
    with pytest.raises(Refused, match="刚由"):
        desk.take(case.filing.pk, by=other)
    desk.take(case.filing.pk, by=other, seen_holder=case.reviewer.pk)
    assert case.fresh().filing.held_by == other
    with pytest.raises(Refused, match="不由您经办"):
        desk.release(case.filing.pk, by=case.reviewer)
    desk.release(case.filing.pk, by=other)
    assert case.fresh().filing.held_by is None
    assert [event.action for event in case.filing.events.all()][-3:] == ["take", "take_over", "release"]


def test_assigning_many_says_what_was_left_and_why(case):
    case.submitted()
    local = Case("第二医院").submitted().filing
    type(local).objects.filter(pk=local.pk).update(authority=case.county_bureau)
    desk_ids = [case.filing.pk, local.pk]
    done, left = desk.assign(desk_ids, reviewer_of(case.county_bureau), by=case.reviewer)
    assert [filing.pk for filing in done] == [local.pk]
    assert len(left) == 1 and "不审查" in left[0]
    with pytest.raises(PermissionDenied):
        desk.assign(desk_ids, case.reviewer, by=leader_of(case.commission))


def test_nobody_can_be_given_what_he_filed_himself(case):
    case.submitted()
    access.grant(case.filer, "reviewer", case.commission)
    done, left = desk.assign([case.filing.pk], case.filer, by=case.reviewer)
    assert done == [] and "办理过这件备案的申报" in left[0]


def test_nobody_hands_on_what_his_own_hospital_filed(case):
    case.submitted()
    access.grant(case.filer, "reviewer", case.commission)
    done, left = desk.assign([case.filing.pk], case.reviewer, by=case.filer)
    assert done == [] and "不能审查本单位的备案" in left[0]


# -- Limits -------------------------------------------------------------------------------------------------
def test_the_handling_limit_runs_from_each_submission_and_stops_with_a_return(case):
    rules(case, handling_workdays=5)
    case.submitted()
    assert case.filing.handle_by == dt.date(2020, 10, 20)
    transitions.send_back(case.filing.pk, note="补正", by=case.reviewer)
    assert case.fresh().filing.handle_by is None
    assert case.filing.due_on == dt.date(2020, 10, 15), "the hospital's deadline is another one"


def test_a_changed_limit_counts_again_for_what_is_in_hand(case):
    case.submitted()
    assert case.filing.handle_by is None
    rules(case, handling_workdays=3)
    assert case.fresh().filing.handle_by == dt.date(2020, 10, 16)
    with pytest.raises(PermissionDenied):
        limits.save_settings(case.commission.pk, {"handling_workdays": 1}, by=case.reviewer)


def test_an_acceptance_can_be_undone_within_its_time_only(case, clock):
    rules(case, undo_workdays=2)
    case.registered()
    other = reviewer_of(case.commission)
    clock.move_to("2020-10-16T10:00:00+08:00")
    assert "撤销时限为 2020-10-15" in transitions.why_not(case.filing, "revoke", other)
    with pytest.raises(Refused, match="撤销时限"):
        transitions.revoke(case.filing.pk, by=other, note="误办")
    clock.move_to("2020-10-15T10:00:00+08:00")
    transitions.revoke(case.filing.pk, by=other, note="误办")
    assert case.fresh().filing.status == "revoked"


# -- Two persons --------------------------------------------------------------------------------------------
def test_where_two_are_asked_for_one_proposes_and_another_registers(case):
    rules(case, second_reviewer=True)
    case.received()
    other = reviewer_of(case.commission)
    with pytest.raises(Refused, match="须经复核"):
        transitions.register(case.filing.pk, by=case.reviewer)
    reviewing.propose(case.filing.pk, by=case.reviewer, note="同意")
    with pytest.raises(Refused, match="另一人"):
        transitions.register(case.filing.pk, by=case.reviewer)
    transitions.register(case.filing.pk, by=other)
    assert case.fresh().filing.status == "registered"


def test_a_proposal_falls_when_a_mark_changes_after_it(case):
    rules(case, second_reviewer=True)
    case.received()
    reviewing.propose(case.filing.pk, by=case.reviewer)
    assert second.standing(case.filing)
    reviewing.set_mark(case.filing.pk, "CQ-15", decision="met", by=case.reviewer)
    assert second.standing(case.fresh().filing) is None


# -- Checklist ----------------------------------------------------------------------------------------------
def test_the_checklist_holds_the_provisions_left_to_a_person(case):
    case.submitted()
    content = checklist.content_under_review(case.filing)
    items = checklist.items(case.filing, content, {})
    ids = [item.id for item in items]
    assert {"CQ-10", "CQ-15", "CQ-02"} <= set(ids)
    assert "CQ-27" not in ids, "of county communities only"
    assert [item.regional for item in items] == sorted(item.regional for item in items)


def test_not_met_blocks_for_the_consortium_and_not_for_the_region(case):
    case.received()
    reviewing.set_mark(case.filing.pk, "CQ-02", decision="not_met", note="规划未出", by=case.reviewer)
    reviewing.set_mark(case.filing.pk, "CQ-15", decision="not_met", note="实力不足", by=case.reviewer)
    with pytest.raises(Refused, match="CQ-15 核对为不符合") as refusal:
        transitions.register(case.filing.pk, by=case.reviewer)
    assert "CQ-02" not in str(refusal.value)
    reviewing.set_mark(case.filing.pk, "CQ-15", decision="na", by=case.reviewer)
    transitions.register(case.filing.pk, by=case.reviewer)
    with pytest.raises(Refused, match="须写明理由"):
        reviewing.set_mark(
            Case("另一医院").submitted().filing.pk, "CQ-15", decision="not_met", by=case.reviewer
        )


def test_a_mark_on_the_checklist_falls_when_members_change(case):
    case.submitted()
    reviewing.set_mark(case.filing.pk, "CQ-15", decision="met", by=case.reviewer)
    reviewing.set_mark(case.filing.pk, "CQ-02", decision="met", by=case.reviewer)
    content = checklist.content_under_review(case.filing)
    fewer = content | {"members": content["members"][:1]}
    marks = {mark.provision: mark for mark in ReviewMark.objects.all()}
    states = {item.id: item for item in checklist.items(case.filing, fewer, marks)}
    assert states["CQ-15"].mark is None and states["CQ-15"].stale
    assert states["CQ-02"].mark, "the region has not changed"


# -- Delegation ---------------------------------------------------------------------------------------------
def lend(case, to, days=3):
    today = dt.date(2020, 10, 13)
    return delegation.delegate(
        authority=case.commission, to=to, start=today, end=today + dt.timedelta(days=days), reason="出差",
        by=case.reviewer,
    )  # fmt: skip


def test_a_stand_in_without_the_role_acts_for_the_delegator_until_the_last_day(case, clock):
    case.submitted()
    colleague = planner_of(case.commission)
    with pytest.raises(PermissionDenied):
        transitions.receive(case.filing.pk, by=colleague)
    lend(case, colleague)
    transitions.receive(case.filing.pk, by=UserFactory._meta.model.objects.get(pk=colleague.pk))
    event = case.filing.events.last()
    assert (event.by, event.on_behalf_of) == (colleague, case.reviewer)
    clock.move_to("2020-10-17T00:30:00+08:00")
    late = type(colleague).objects.get(pk=colleague.pk)
    assert not access.covers(late, "review_filings", case.commission)


def test_a_fellow_reviewer_stands_in_only_for_what_the_delegator_has(case):
    case.submitted()
    fellow = reviewer_of(case.commission)
    row = lend(case, fellow)
    assert row.assignment is None, "he reviews there himself"
    fellow = type(fellow).objects.get(pk=fellow.pk)
    assert delegation.principal(fellow, case.filing) is None
    desk.take(case.filing.pk, by=case.reviewer)
    assert delegation.principal(fellow, case.fresh().filing) == case.reviewer


def test_taking_a_delegation_back_takes_the_right_back(case):
    colleague = planner_of(case.commission)
    row = lend(case, colleague)
    with pytest.raises(Refused, match="只有委托人"):
        delegation.cancel(row.pk, by=colleague)
    delegation.cancel(row.pk, by=case.reviewer)
    colleague = type(colleague).objects.get(pk=colleague.pk)
    assert not access.may(colleague, "review_filings")
    assert Delegation.objects.get().cancelled_at


def test_what_cannot_be_lent(case):
    colleague = planner_of(case.commission)
    lend(case, colleague)
    for message, arguments in (
        ("已经委托给别人", {"to": leader_of(case.commission)}),
        ("不是.*人员", {"to": planner_of(case.county_bureau)}),
        ("不能早于今天", {"start": dt.date(2020, 10, 12)}),
        ("结束日期不能早于", {"end": dt.date(2020, 10, 12)}),
        ("最长一年", {"end": dt.date(2022, 1, 1)}),
    ):
        given = {"authority": case.commission, "to": colleague, "start": dt.date(2020, 10, 13),
                 "end": dt.date(2020, 10, 14), "by": case.reviewer} | arguments  # fmt: skip
        with pytest.raises(Refused, match=message):
            delegation.delegate(**given)
    lent = type(colleague).objects.get(pk=colleague.pk)
    with pytest.raises(Refused, match="本人在任"):
        delegation.delegate(authority=case.commission, to=case.reviewer, start=dt.date(2020, 10, 13),
                            end=dt.date(2020, 10, 14), by=lent)  # fmt: skip


def test_a_stand_in_is_bound_by_what_the_delegator_filed(case):
    case.submitted()
    Filing.objects.filter(pk=case.filing.pk).update(created_by=case.reviewer)
    colleague = planner_of(case.commission)
    lend(case, colleague)
    with pytest.raises(Refused, match="不能代为审查"):
        transitions.receive(case.filing.pk, by=type(colleague).objects.get(pk=colleague.pk))


# -- Urging -------------------------------------------------------------------------------------------------
def test_only_a_bureau_above_urges_and_the_one_in_charge_acknowledges(case):
    case.hospital.affiliation = "county"
    case.hospital.save(update_fields=["affiliation"])
    case.submitted()
    local = reviewer_of(case.county_bureau)
    with pytest.raises(Refused, match="上级机关"):
        urging.urge(case.filing.pk, text="请办理", by=local)
    row = urging.urge(case.filing.pk, text="请本周办结", by=case.reviewer)
    with pytest.raises(Refused, match="承办机关签收"):
        urging.acknowledge(row.pk, by=case.reviewer)
    urging.acknowledge(row.pk, answer="明日办结", by=local)
    assert [event.action for event in case.filing.events.all()][-2:] == ["urge", "urge_seen"]


def test_a_case_left_out_is_named_by_its_number_and_name(client, case):
    case.submitted()
    transitions.refuse(case.filing.pk, note="不属于备案范围", by=case.reviewer)
    client.force_login(case.reviewer)
    answered = client.post(
        reverse("filing:assign"), {"ids": [case.filing.pk], "to": case.reviewer.pk}, follow=True
    ).text
    assert (
        f"1 件没有交办：{case.filing.case_number}“{case.filing.name}”：备案当前为“不予备案”，不需要经办人。"
        in answered
    )
    assert f"第 {case.filing.pk} 件" not in answered


def test_an_acceptance_is_not_taken_back_by_whom_its_giver_sends(case):
    case.registered()
    stand_in, other = planner_of(case.commission), reviewer_of(case.commission)
    lend(case, stand_in)
    for person in (case.reviewer, stand_in):
        assert "以外的另一人" in transitions.why_not(case.filing, "revoke", person)
        with pytest.raises(Refused, match="以外的另一人"):
            transitions.revoke(case.filing.pk, by=person, note="误办")
    assert transitions.why_not(case.filing, "revoke", other) == ""


def test_what_a_stand_in_accepted_is_not_taken_back_by_whom_he_stands_in_for(case):
    case.received()
    settle(case.filing, case.reviewer)
    stand_in = planner_of(case.commission)
    lend(case, stand_in)
    transitions.register(case.filing.pk, by=stand_in)
    with pytest.raises(Refused, match="以外的另一人"):
        transitions.revoke(case.filing.pk, by=case.reviewer, note="误办")


def test_a_stand_in_does_not_confirm_what_the_delegator_proposed(case):
    case.received()
    ReviewSettings.objects.create(authority=case.commission, second_reviewer=True, saved_by=case.reviewer)
    settle(case.filing, case.reviewer)
    reviewing.propose(case.filing.pk, by=case.reviewer)
    stand_in = planner_of(case.commission)
    lend(case, stand_in)
    with pytest.raises(Refused, match="另一人复核"):
        transitions.register(case.filing.pk, by=stand_in)
    transitions.register(case.filing.pk, by=reviewer_of(case.commission))


# -- Two reviewers on one line ------------------------------------------------------------------------------
def test_a_mark_of_another_reviewer_is_not_overwritten_unseen(case):
    case.received()
    other = reviewer_of(case.commission)
    reviewing.set_mark(case.filing.pk, "CQ-15", decision="not_met", note="未见方案", by=case.reviewer)
    with pytest.raises(Refused, match=f"{case.reviewer}已处理 CQ-15"):
        reviewing.set_mark(case.filing.pk, "CQ-15", decision="met", by=other)
    assert case.filing.marks.get(provision="CQ-15").by == case.reviewer
    reviewing.clear_mark(case.filing.pk, "CQ-15", by=other)
    reviewing.set_mark(case.filing.pk, "CQ-15", decision="met", by=other)
    assert case.filing.marks.get(provision="CQ-15").by == other


@pytest.mark.parametrize("trace", ["section", "member", "material", "answer", "asked"])
def test_who_has_written_any_of_it_does_not_review_it(case, trace):
    """A colleague of the filer's who has since gone over to the commission."""
    case.draft()
    pk, colleague = case.filing.pk, filer_of(case.hospital)
    if trace == "section":
        version = case.filing.sections.get(key="B").version
        editing.save_section(pk, "B", {"contact": "周敏"}, version=version, by=colleague)
    elif trace == "member":
        line = case.filing.members.order_by("pk").first()
        editing.save_member(line.pk, {"positioning": "康复"}, version=1, by=colleague)
    elif trace == "material":
        materials.add(pk, "agreement", pdf("补充协议.pdf"), by=colleague)
    elif trace == "asked":
        timing.ask(pk, kind="extend", workdays=5, ground="疫情", by=colleague)
    transitions.submit(pk, by=case.filer)
    if trace == "answer":
        remark = reviewing.add_remark(pk, section="A", field="name", text="请核对", by=case.reviewer)
        transitions.send_back(pk, by=case.reviewer)
        reviewing.answer_remark(remark.pk, text="已核对", by=colleague)
        transitions.submit(pk, by=case.filer)
    colleague.assignments.all().delete()
    access.grant(colleague, "reviewer", case.commission)
    gone_over = type(colleague).objects.get(pk=colleague.pk)
    assert "您办理过这件备案的申报" in transitions.why_not(case.fresh().filing, "receive", gone_over)
    with pytest.raises(Refused, match="您办理过这件备案的申报"):
        transitions.receive(pk, by=gone_over)
