"""What nobody types, sent all the same: an answer in words, and nothing changed."""

import re

import pytest
from django.urls import reverse

from filing import editing, transitions
from filing.models import FilingMember, Remark
from registry.errors import Refused
from tests.factories.filing import ANSWERS
from tests.factories.registry import InstitutionFactory
from tests.filing.pages import page, post, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("law")]


@pytest.mark.parametrize("number", ["²", "９", "-1", "9" * 5000, "x"])
def test_numbers_that_are_none_change_nothing(client, case, number):
    case.draft()
    signed_in(client, case.filer)
    pk = case.filing.pk
    before = case.filing.members.count()
    assert page(client, "list", size=number).status_code == 200
    assert page(client, "form_print", pk, version=number).status_code == 200
    assert post(client, "members_add", pk, institution=number).status_code == 302
    assert post(client, "move", pk, "submit", version=number).status_code == 302
    assert case.filing.members.count() == before


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01"])
def test_a_member_does_not_leave_in_a_year_that_cannot_be_meant(client, case, day):
    case.draft()
    signed_in(client, case.filer)
    member = case.filing.members.order_by("pk").first()
    response = post(client, "member", member.pk, role=member.role, left_on=day, version=1)
    assert "请核对年份" in response.text
    assert FilingMember.objects.get(pk=member.pk).left_on == member.left_on


def test_a_remark_names_a_provision_that_can_be_one(client, case):
    case.submitted()
    signed_in(client, case.reviewer)
    post(client, "remark_add", case.filing.pk, section="A", field="name", text="x", provision="P" * 300)
    assert not Remark.objects.exists()


def test_the_cursor_of_another_list_is_as_good_as_none(client, case):
    case.submitted()
    for number in range(20):
        InstitutionFactory(name=f"甲医院{number}", division=case.hospital.division)
    signed_in(client, case.reviewer)
    institutions = client.get(reverse("registry:institution_list"), {"size": 20}).text
    cursor = re.search(r"after=([^&\"]+)", institutions)[1]
    assert case.hospital.name in page(client, "queue", after=cursor).text


def test_what_cannot_be_a_code_is_said_once_and_in_our_words(client, case):
    long = page(client, "verify", code="2" * 21).text
    assert long.count("查验码是 12 位字母和数字，请核对后重新输入。") == 1
    assert "没有这个查验码" not in long and "确保" not in long
    blank = page(client, "verify", code=" ").text
    assert "请输入查验码。" in blank and "没有这个查验码" not in blank


@pytest.mark.parametrize("sign", ["\u202e", "\u200b", "\u2066", "\x07", "\ufeff"])
def test_no_name_holds_a_sign_that_nobody_sees(client, case, sign):
    """Such a sign turns or hides what stands beside it, in every list and on the receipt."""
    case.draft()
    signed_in(client, case.filer)
    version = case.filing.sections.get(key="A").version
    values = {**ANSWERS["A"], "name": f"重庆{sign}第一\n医院　集团", "founded_on": "2020-09-18"}
    post(client, "section", case.filing.pk, "A", **values, version=version)
    assert case.fresh().filing.name == "重庆第一 医院 集团"
    version = case.filing.sections.get(key="A").version
    editing.save_section(case.filing.pk, "A", {"name": sign}, version=version, by=case.filer)
    with pytest.raises(Refused, match="未填医联体名称"):
        transitions.submit(case.filing.pk, by=case.filer)
    member = case.filing.members.order_by("pk").first()
    editing.save_member(member.pk, {"positioning": f"康{sign}复"}, version=1, by=case.filer)
    assert FilingMember.objects.get(pk=member.pk).positioning == "康复"


def test_a_limit_is_said_in_our_words(client, case):
    case.draft()
    answered = post(signed_in(client, case.filer), "section", case.filing.pk, "A", name="长" * 301, version=2)
    assert "最多 300 个字，现有 301 个。" in answered.text and "确保" not in answered.text
