"""Who sees a filing, its files and what is still being written."""

import pytest

from filing import editing, transitions
from filing.models import FilingMember, Material
from registry.errors import Refused
from registry.models import AccessLog
from tests.actors import filer_of, reviewer_of, stranger
from tests.factories.filing import pdf
from tests.factories.registry import InstitutionFactory
from tests.filing.pages import page, post, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("law")]


OBJECT_PAGES = ["detail", "form_print"]


@pytest.mark.parametrize("name", OBJECT_PAGES)
@pytest.mark.parametrize(
    ("state", "who", "code"),
    [
        ("draft", "filer", 200),
        ("draft", "reviewer", 404),
        ("submitted", "reviewer", 200),
        ("submitted", "district reviewer", 404),
        ("submitted", "filer of another hospital", 404),
        ("submitted", "stranger", 404),
        ("submitted", "nobody", 302),
    ],
)
def test_who_sees_a_filing(client, case, name, state, who, code):
    getattr(case, state)()
    people = {
        "filer": case.filer,
        "reviewer": case.reviewer,
        "district reviewer": reviewer_of(case.county_bureau),
        "filer of another hospital": filer_of(InstitutionFactory()),
        "stranger": stranger(),
    }
    if who in people:
        client.force_login(people[who])
    assert page(client, name, case.filing.pk).status_code == code


def test_the_bureau_of_the_municipality_sees_what_a_district_receives(client, case):
    case.hospital.affiliation = "county"
    case.hospital.save(update_fields=["affiliation"])
    case.submitted()
    assert case.filing.authority == case.county_bureau
    assert page(signed_in(client, case.reviewer), "detail", case.filing.pk).status_code == 200
    assert case.hospital.name in page(client, "queue").text


def test_a_file_is_seen_by_the_bureau_only_once_it_was_submitted(client, case):
    case.submitted()
    transitions.send_back(case.filing.pk, note="补章程", by=case.reviewer)
    charter = case.filing.materials.get(kind="charter")
    fresh = editing_upload(case)
    signed_in(client, case.reviewer)
    assert b"".join(page(client, "material", charter.pk).streaming_content)
    assert page(client, "material", fresh.pk).status_code == 404
    assert page(signed_in(client, filer_of(InstitutionFactory())), "material", charter.pk).status_code == 404


def editing_upload(case) -> Material:
    from filing import materials

    return materials.add(case.filing.pk, "other", pdf("补充.pdf"), by=case.filer)


def test_what_the_hospital_rewrites_after_a_return_is_its_own_until_it_submits(client, case):
    case.submitted()
    transitions.send_back(case.filing.pk, note="请更正联系人", by=case.reviewer)
    editing.save_section(case.filing.pk, "B", {"contact": "何静"}, version=2, by=case.filer)
    seen = page(signed_in(client, case.reviewer), "detail", case.filing.pk).text
    assert "罗静" in seen and "何静" not in seen
    assert "何静" in page(signed_in(client, case.filer), "detail", case.filing.pk).text


def test_a_reviewer_does_not_fill_in_the_form(client, case):
    case.submitted()
    signed_in(client, case.reviewer)
    assert page(client, "section", case.filing.pk, "A").status_code == 403
    assert post(client, "member_remove", FilingMember.objects.first().pk).status_code == 403
    assert post(client, "move", case.filing.pk, "withdraw").status_code == 403


def test_a_member_who_leaves_before_joining_is_told_at_the_field(client, case):
    case.draft()
    signed_in(client, case.filer)
    days = {"joined_on": "2020-09-10", "left_on": "2020-09-01"}
    answered = post(
        client, "member", FilingMember.objects.first().pk, role="member", version=1, **days
    ).content.decode()
    assert "退出日期不能早于加入日期。" in answered
    assert "约束" not in answered


def test_a_reason_that_nobody_can_see_is_none(client, case):
    case.submitted()
    with pytest.raises(Refused):
        transitions.send_back(case.filing.pk, note=" \u3000\u200b\u202e ", by=case.reviewer)


def test_what_another_person_has_just_removed_is_told(client, case, monkeypatch):
    """Between the page's look and the act the line goes: as when two people press at once."""
    case.draft()
    member = case.filing.members.first()
    inner = editing._with_members

    def slow(filing_id, *, by):
        filing = inner(filing_id, by=by)
        FilingMember.objects.filter(pk=member.pk).delete()
        return filing

    monkeypatch.setattr(editing, "_with_members", slow)
    signed_in(client, case.filer)
    answered = post(client, "member", member.pk, role="member", joined_on="2020-09-01", version=1)
    assert "刚被别人删除" in answered.content.decode()


def test_a_file_is_sent_so_that_no_browser_guesses(client, case):
    case.draft()
    material = case.filing.materials.get(kind="charter")
    response = page(signed_in(client, case.filer), "material", material.pk)
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Disposition"].startswith("attachment")
    assert b"".join(response.streaming_content).startswith(b"%PDF-")
    shown = page(client, "material", material.pk, inline="1")
    assert shown["Content-Disposition"].startswith("inline") and shown["Content-Type"] == "application/pdf"
    assert b"".join(shown.streaming_content)
    assert AccessLog.objects.filter(kind="read", user=case.filer).count() == 2
