"""Two people on one thing: the second save is shown beside the first, and nothing is overwritten unseen."""

import datetime as dt

import pytest
import time_machine
from django.urls import reverse

from filing import editing, reviewing, starting, transitions
from filing.models import FilingMember
from registry import access
from registry.errors import Refused, Stale
from tests.factories.changes import change
from tests.factories.filing import Case
from tests.filing.pages import post

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("law")]


@pytest.fixture(autouse=True)
def within_the_time_limit():
    with time_machine.travel("2020-10-13T10:00:00+08:00"):
        yield


@pytest.fixture
def case():
    return Case().draft()


@pytest.fixture
def line(case) -> FilingMember:
    return case.filing.members.order_by("pk").first()


def as_saved(member: FilingMember) -> FilingMember:
    return FilingMember.objects.get(pk=member.pk)


def test_a_line_saved_by_another_is_shown_beside_and_not_overwritten(client, case, line):
    client.force_login(case.filer)
    assert post(client, "member", line.pk, role="member", positioning="康复", version=1).status_code == 302
    second = post(
        client, "member", line.pk, role="participant", positioning="护理", remote_equipment="false", version=1
    )
    assert second.status_code == 409 and f"{case.filer} 在 10:00 已保存过“{line.institution}”" in second.text
    rows = [row.split("</tr>")[0] for row in second.text.split("<tr>")[2:]]
    assert [("角色" in row, "功能定位" in row, "具备远程" in row) for row in rows] == [
        (True, False, False), (False, True, False), (False, False, True),
    ]  # fmt: skip
    assert "康复" in rows[1] and "护理" in rows[1] and "否" in rows[2]
    assert as_saved(line).positioning == "康复"
    over = post(client, "member", line.pk, role="participant", positioning="护理", version=2)
    assert over.status_code == 302 and as_saved(line).positioning == "护理"


def test_the_same_line_saved_twice_is_no_conflict(client, case, line):
    client.force_login(case.filer)
    post(client, "member", line.pk, role="member", positioning="康复", version=1)
    again = post(client, "member", line.pk, role="member", positioning="康复", version=1)
    assert again.status_code == 302 and as_saved(line).version == 2


def test_a_line_is_not_saved_without_saying_which_was_seen(client, case, line):
    client.force_login(case.filer)
    assert post(client, "member", line.pk, role="member", positioning="康复").status_code == 422
    assert as_saved(line).positioning == ""


def test_a_line_written_anew_is_not_removed_by_who_has_not_seen_it(client, case, line):
    client.force_login(case.filer)
    page = client.get(reverse("filing:section", args=[case.filing.pk, "C"])).text
    form = page.split(reverse("filing:member_remove", args=[line.pk]))[1].split("</form>")[0]
    assert 'name="version" value="1"' in form
    editing.save_member(line.pk, {"positioning": "康复"}, version=1, by=case.filer)
    answered = client.post(reverse("filing:member_remove", args=[line.pk]), {"version": 1}, follow=True)
    assert "没有移除" in answered.text and FilingMember.objects.filter(pk=line.pk).exists()
    post(client, "member_remove", line.pk, version=2)
    assert not FilingMember.objects.filter(pk=line.pk).exists()


def test_blank_and_missing_are_the_same_on_the_page_of_both_sides(client, case):
    """A question never answered is kept as nothing, a field left empty arrives as an empty text."""
    client.force_login(case.filer)
    filing = case.filing
    section = filing.sections.get(key="B")
    section.content = {"contact": "罗静"}
    section.save(update_fields=["content"])
    answered = post(
        client, "section", filing.pk, "B", contact="李然", contact_email="", version=section.version - 1
    )
    assert answered.status_code == 409
    labels = [row.split("</th>")[0] for row in answered.text.split('<th scope="row">')[1:]]
    assert labels == ["牵头医疗机构", "联系人"]


def test_an_update_from_the_register_makes_the_name_newer_too(case):
    registered = Case("另一家医院").registered()
    filing = change(registered, "name")
    seen = filing.sections.get(key="A").version
    type(registered.filing.consortium).objects.update(name="名录中的新名称")
    starting.follow_register(filing.pk, by=registered.filer)
    with pytest.raises(Stale):
        editing.save_section(filing.pk, "A", {"name": "旧页上的名称"}, version=seen, by=registered.filer)


# -- Remarks ------------------------------------------------------------------------------------------------
def test_a_remark_not_yet_sent_does_not_exist_for_the_hospital(client, case):
    transitions.submit(case.filing.pk, by=case.filer)
    unsent = reviewing.add_remark(
        case.filing.pk, section="A", field="name", text="先记下，核实后再说", by=case.reviewer
    )
    client.force_login(case.filer)
    for view in ("remark_answer", "remark_resolve", "remark_remove"):
        assert post(client, view, unsent.pk, text="探一下").status_code == 404, view
    transitions.send_back(case.filing.pk, by=case.reviewer)
    assert post(client, "remark_answer", unsent.pk, text="已核对").status_code == 302
    assert post(client, "remark_remove", unsent.pk).status_code == 403


def test_an_answer_given_by_another_is_not_overwritten(client, case):
    transitions.submit(case.filing.pk, by=case.filer)
    remark = reviewing.add_remark(case.filing.pk, section="A", field="name", text="请核对", by=case.reviewer)
    transitions.send_back(case.filing.pk, by=case.reviewer)
    client.force_login(case.filer)
    url = reverse("filing:remark_answer", args=[remark.pk])
    client.post(url, {"text": "已改用全称"})
    second = client.post(url, {"text": "名称无误"}, follow=True).text
    assert f"{case.filer}已答复：“已改用全称”。您写的没有保存：“名称无误”。" in second
    assert case.filing.remarks.get().answer == "已改用全称"


def test_a_remark_on_a_question_no_longer_asked_can_still_be_answered(client, case):
    """Another kind of consortium is not asked for the ways of cooperation; the remark must not bar the way for good."""
    transitions.submit(case.filing.pk, by=case.filer)
    remark = reviewing.add_remark(
        case.filing.pk, section="A", field="cooperation", text="请逐项说明", by=case.reviewer
    )
    transitions.send_back(case.filing.pk, by=case.reviewer)
    version = case.filing.sections.get(key="A").version
    values = {"consortium_kind": "specialty_alliance"}
    editing.save_section(case.filing.pk, "A", values, version=version, by=case.filer)
    client.force_login(case.filer)
    page = client.get(reverse("filing:section", args=[case.filing.pk, "A"])).text
    assert "请逐项说明" in page and "合作方式" in page and f'id="answer-text-{remark.pk}"' in page


# -- Lines that cannot be -----------------------------------------------------------------------------------
def test_lines_that_cannot_be_are_named_before_a_submission(case, line):
    other = case.filing.members.order_by("pk").last()
    day = case.founded_on - dt.timedelta(days=1)
    editing.save_member(line.pk, {"joined_on": day}, version=1, by=case.filer)
    type(other.institution).objects.filter(pk=other.institution_id).update(status="closed", closed_on=day)
    access.grant(case.filer, "filer", line.institution)
    version = case.filing.sections.get(key="B").version
    editing.save_section(case.filing.pk, "B", {"lead": line.institution}, version=version, by=case.filer)
    with pytest.raises(Refused) as refused:
        transitions.submit(case.filing.pk, by=case.filer)
    for words in (
        f"“{line.institution}”的加入日期早于成立日期（{case.founded_on}）",
        f"“{line.institution}”是牵头医院，不列入成员单位",
        f"“{other.institution}”在名录中已注销",
    ):
        assert words in str(refused.value)
