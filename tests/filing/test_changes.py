"""Changes of a registered consortium: what they write, what they leave alone, where two of them meet."""

import datetime as dt

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.utils.formats import date_format

from filing import changes, editing, starting, transitions
from filing.documents.notices import notice_of
from filing.models import Filing
from registry.errors import Refused
from registry.models import Consortium
from tests.actors import filer_of, reviewer_of
from tests.factories import GridAssignmentFactory, GridFactory, InstitutionFactory
from tests.factories.changes import FROM, answer, change, fresh, received, registered
from tests.factories.filing import Case

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("law")]


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel("2020-10-13T10:00:00+08:00"):
        yield


@pytest.fixture
def case():
    return Case().registered()


def centre(case, name="新桥社区卫生服务中心"):
    return InstitutionFactory(community_centre=True, name=name, division=case.county)


def members(consortium) -> dict[str, tuple]:
    rows = consortium.memberships.select_related("institution").order_by("pk")
    return {row.institution.name: (row.during.lower, row.during.upper) for row in rows}


def picture(consortium: Consortium) -> list:
    """The whole register of a consortium, version aside."""
    row = Consortium.objects.values().get(pk=consortium.pk)
    row.pop("version")
    sets = ("leads", "memberships", "declarations", "grid_assignments")
    return [row, *[list(getattr(consortium, name).order_by("pk").values()) for name in sets]]


def test_a_change_begins_as_the_register_stands(case):
    filing = starting.start_change(case.filing.consortium_id, ["members", "name"], by=case.filer)
    assert sorted(filing.members.values_list("institution", flat=True)) == sorted(m.pk for m in case.members)
    assert filing.name == case.filing.name
    assert changes.differences(fresh(filing)) == []
    with pytest.raises(Refused, match="没有任何改动"):
        answer(filing, "A", case.filer, effective_on=FROM, change_reason="x")
        answer(filing, "B", case.filer, contact="罗静", contact_phone="1")
        answer(filing, "F", case.filer, handler="罗静", truthful=True)
        transitions.submit(filing.pk, by=case.filer)


def test_members_join_and_leave_from_the_day_of_the_change(case):
    new, consortium = centre(case), case.filing.consortium
    third = centre(case, "龙溪社区卫生服务中心")
    filing = change(case, "members")
    editing.add_members(filing.pk, [new.pk, third.pk], by=case.filer)
    leaving = filing.members.get(institution=case.members[0])
    editing.remove_member(leaving.pk, by=case.filer)
    shown = {d.label: (d.now != "", d.after != "") for d in changes.differences(fresh(filing))}
    assert shown == {
        f"成员单位：{new.name}": (False, True),
        f"成员单位：{third.name}": (False, True),
        f"成员单位：{case.members[0].name}": (True, False),
    }
    done = registered(filing, case)
    assert done.case_number == "变2020-0002" and done.registration_number.startswith("医联备〔2020〕")
    assert members(consortium) == {
        case.members[0].name: (case.founded_on, FROM),
        case.members[1].name: (case.founded_on, None),
        new.name: (FROM, None),
        third.name: (FROM, None),
    }
    said = {m["name"]: m["since"] for m in done.versions.get().content["members"]}
    assert said == {
        case.members[1].name: case.founded_on.isoformat(),
        new.name: FROM.isoformat(),
        third.name: FROM.isoformat(),
    }
    facts = dict(notice_of(done.events.get(action="register"), "https://example.org/").facts)
    assert facts["生效日期"] == date_format(FROM, "Y年n月j日")
    assert f"成员单位：{case.members[0].name}：" in facts["变更内容"] and "→ 移除" in facts["变更内容"]
    assert "成员单位" not in facts


def test_a_new_lead_leads_from_the_day_and_the_old_one_stays_as_a_member(case):
    heir = InstitutionFactory(name="重庆接任医院", municipal_hospital=True, division=case.county)
    consortium = case.filing.consortium
    filing = change(case, "lead")
    answer(filing, "B", case.filer, lead=heir)
    answer(filing, "A", case.filer, old_lead_stays="member")
    done = registered(filing, case)
    leads = [
        (row.institution, row.during.lower, row.during.upper) for row in consortium.leads.order_by("during")
    ]
    assert leads == [(case.hospital, case.founded_on, FROM), (heir, FROM, None)]
    assert consortium.memberships.get(institution=case.hospital).during.lower == FROM
    with pytest.raises(PermissionDenied):
        starting.start_change(consortium.pk, ["name"], by=case.filer)
    assert starting.start_change(consortium.pk, ["name"], by=filer_of(heir)).applicant == heir
    assert done.applicant == case.hospital, "the old lead files the change"


def test_a_name_is_changed_and_a_taken_one_refused(case):
    other = Case("第二测试医院").registered().filing.consortium
    filing = change(case, "name")
    answer(filing, "A", case.filer, name=f"{case.hospital.name}城市医疗集团")
    Consortium.objects.filter(pk=other.pk).update(
        name=f"{case.hospital.name}城市医疗集团", division=case.filing.consortium.division
    )
    received(filing, case)
    blocked = [
        row for row in fresh(filing).sheet.receipts if row["outcome"] == "FAIL" and not row["unrelated"]
    ]
    assert [row["rule"] for row in blocked] == ["CQ-73"]


def test_a_change_of_the_name_is_not_held_up_by_rules_about_members(case):
    """CQ-19 fails in the register already; it is shown, and stands in nobody's way here."""
    consortium = case.filing.consortium
    consortium.memberships.filter(institution=case.members[1]).delete()
    filing = change(case, "governance")
    answer(filing, "D", case.filer, council_chair="陈院长")
    done = registered(filing, case)
    line = next(row for row in done.sheet.receipts if row["rule"] == "CQ-19")
    assert (line["outcome"], line["unrelated"]) == ("FAIL", True)
    consortium.refresh_from_db()
    assert consortium.council_chair == "陈院长"


def test_grids_come_into_force_and_end_with_the_change(case):
    kept, given_up, new = (GridFactory(division=case.county, authority=case.county_bureau) for _ in range(3))
    consortium = case.filing.consortium
    for grid in (kept, given_up):
        GridAssignmentFactory(grid=grid, consortium=consortium, during=(case.founded_on, None))
    filing = change(case, "grids")
    assert filing.sections.get(key="A").content["grid_ids"] == sorted([kept.pk, given_up.pk])
    answer(filing, "A", case.filer, grid_ids=[kept.pk, new.pk])
    registered(filing, case)
    held = {
        row.grid: (row.status, row.during.lower, row.during.upper)
        for row in consortium.grid_assignments.all()
    }
    assert held == {
        kept: ("in_force", case.founded_on, None),
        given_up: ("in_force", case.founded_on, FROM),
        new: ("in_force", FROM, None),
    }


def test_a_grid_that_another_one_holds_is_refused_by_name_and_nothing_is_written(case):
    grid = GridFactory(division=case.county, authority=case.county_bureau)
    holder = GridAssignmentFactory(grid=grid).consortium
    filing = change(case, "grids")
    answer(filing, "A", case.filer, grid_ids=[grid.pk])
    received(filing, case)
    before = picture(case.filing.consortium)
    with pytest.raises(Refused, match=f"已由“{holder}”负责"):
        transitions.register(filing.pk, by=case.reviewer)
    assert picture(case.filing.consortium) == before and fresh(filing).registration_number == ""


def test_a_grid_of_another_authority_becomes_a_claim(case):
    foreign = GridFactory()
    foreign.authority.path = "/510000/"
    foreign.authority.save(update_fields=["path"])
    filing = change(case, "grids")
    answer(filing, "A", case.filer, grid_ids=[foreign.pk])
    registered(filing, case)
    assert case.filing.consortium.grid_assignments.get().status == "claimed"


# -- Two changes at once ------------------------------------------------------------------------------------
def test_changes_of_different_parts_go_side_by_side(case):
    new = centre(case)
    one, other = change(case, "members"), change(case, "governance")
    editing.add_members(one.pk, [new.pk], by=case.filer)
    answer(other, "D", case.filer, council_chair="陈院长")
    assert changes.overlaps(fresh(one), drafts=True) == []
    registered(one, case)
    registered(other, case)
    consortium = Consortium.objects.get(pk=case.filing.consortium_id)
    assert consortium.council_chair == "陈院长" and new.name in members(consortium)


def test_two_changes_of_members_that_touch_different_ones_both_hold(case):
    new, third = centre(case), centre(case, "龙溪社区卫生服务中心")
    one, other = change(case, "members"), change(case, "members")
    editing.add_members(one.pk, [new.pk], by=case.filer)
    editing.add_members(other.pk, [third.pk], by=case.filer)
    registered(one, case)
    assert changes.has_moved_on(fresh(other)) and not changes.conflicts(fresh(other))
    registered(other, case)
    assert {new.name, third.name} < set(members(case.filing.consortium)), "neither undid the other"


def test_a_conflict_is_shown_refused_at_registration_and_settled_by_following_the_register(case):
    one, other = change(case, "governance"), change(case, "governance")
    answer(one, "D", case.filer, council_chair="陈院长")
    answer(other, "D", case.filer, council_chair="何院长")
    (overlap,) = changes.overlaps(fresh(one), drafts=True)
    assert overlap.filing == other and [d.after for d in overlap.differences] == ["何院长"]
    received(other, case)
    registered(one, case)
    (clash,) = changes.conflicts(fresh(other))
    assert (clash.label, clash.base, clash.now, clash.after) == ("理事长", "", "陈院长", "何院长")
    with pytest.raises(Refused, match="理事长：名录现为“陈院长”，本件改为“何院长”"):
        transitions.register(other.pk, by=case.reviewer)
    transitions.send_back(other.pk, note="与已备案的变更冲突", by=case.reviewer)
    starting.follow_register(other.pk, by=case.filer)
    assert changes.conflicts(fresh(other)) == []
    registered(other, case)
    assert Consortium.objects.get(pk=case.filing.consortium_id).council_chair == "何院长"


def test_following_the_register_keeps_what_was_changed_and_takes_the_rest(case):
    new, third = centre(case), centre(case, "龙溪社区卫生服务中心")
    one, other = change(case, "members"), change(case, "members")
    editing.add_members(one.pk, [new.pk], by=case.filer)
    editing.add_members(other.pk, [third.pk], by=case.filer)
    editing.remove_member(other.members.get(institution=case.members[0]).pk, by=case.filer)
    registered(one, case)
    starting.follow_register(other.pk, by=case.filer)
    named = set(other.members.values_list("institution__name", flat=True))
    assert named == {case.members[1].name, new.name, third.name}


def test_a_bureau_sees_nothing_of_a_draft_of_the_hospital(case):
    one, other = change(case, "governance"), change(case, "governance")
    answer(one, "D", case.filer, council_chair="陈院长")
    answer(other, "D", case.filer, council_chair="何院长")
    received(one, case)
    assert changes.overlaps(fresh(one), drafts=False) == []


# -- Taking back --------------------------------------------------------------------------------------------
def test_undoing_a_change_restores_the_register_exactly(case):
    grid = GridFactory(division=case.county, authority=case.county_bureau)
    GridAssignmentFactory(grid=grid, consortium=case.filing.consortium, during=(case.founded_on, None))
    before = picture(case.filing.consortium)
    filing = change(case, "members", "governance", "grids", "name", "lead")
    heir = InstitutionFactory(name="重庆接任医院", municipal_hospital=True, division=case.county)
    editing.remove_member(filing.members.get(institution=case.members[0]).pk, by=case.filer)
    editing.add_members(filing.pk, [centre(case).pk], by=case.filer)
    answer(filing, "D", case.filer, council_chair="陈院长")
    answer(filing, "B", case.filer, lead=heir)
    answer(filing, "A", case.filer, name=f"{heir.name}医疗集团", grid_ids=[], old_lead_stays="member")
    registered(filing, case)
    assert picture(case.filing.consortium) != before
    transitions.revoke(filing.pk, note="误办", by=reviewer_of(case.commission))
    assert picture(case.filing.consortium) == before


def test_a_change_on_which_a_later_one_stands_is_not_undone(case):
    one = change(case, "governance")
    answer(one, "D", case.filer, council_chair="陈院长")
    registered(one, case)
    two = change(case, "governance")
    answer(two, "D", case.filer, council_chair="何院长")
    registered(two, case)
    second = reviewer_of(case.commission)
    with pytest.raises(Refused, match="理事长"):
        transitions.revoke(one.pk, note="误办", by=second)
    with pytest.raises(Refused, match="已有后续备案"):
        transitions.revoke(case.filing.pk, note="误办", by=second)
    transitions.revoke(two.pk, note="误办", by=second)
    transitions.revoke(one.pk, note="误办", by=second)
    assert Consortium.objects.get(pk=case.filing.consortium_id).council_chair == ""


def test_only_the_lead_of_today_changes_and_only_what_exists(case):
    stranger = filer_of(InstitutionFactory())
    with pytest.raises(PermissionDenied):
        starting.start_change(case.filing.consortium_id, ["name"], by=stranger)
    with pytest.raises(Refused, match="至少一项"):
        starting.start_change(case.filing.consortium_id, ["nonsense"], by=case.filer)
    assert not Filing.objects.filter(kind="change").exists()


def test_a_change_does_not_begin_before_the_consortium(case):
    filing = change(case, "governance", on=case.founded_on - dt.timedelta(days=1))
    answer(filing, "D", case.filer, council_chair="陈院长")
    with pytest.raises(Refused, match="生效日期应晚于成立日期"):
        transitions.submit(filing.pk, by=case.filer)


def test_a_part_that_is_not_changed_is_not_written(case):
    filing = change(case, "name")
    with pytest.raises(Refused, match="不涉及成员单位"):
        editing.add_members(filing.pk, [centre(case).pk], by=case.filer)
    with pytest.raises(Refused, match="不填这一部分"):
        editing.save_section(filing.pk, "D", {"council_chair": "x"}, version=1, by=case.filer)
