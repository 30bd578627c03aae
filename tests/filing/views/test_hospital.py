"""The hospital's pages: filling in with and without scripts, the live sheet, remarks at their field."""

import re

import pytest
from django.urls import reverse

from filing import editing, reviewing, transitions
from filing.models import Filing, Remark
from tests.factories.filing import ANSWERS, pdf
from tests.filing.pages import page, post, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("law")]


def test_filling_in_without_scripts(client, case):
    signed_in(client, case.filer)
    answer = post(client, "start", applicant=case.hospital.pk, consortium_kind="city_group")
    filing = Filing.objects.get()
    assert answer["Location"] == reverse("filing:section", args=[filing.pk, "A"])
    values = {**ANSWERS["A"], "name": "某医院医疗集团", "founded_on": "2020-09-18", "version": 2}
    answer = post(client, "section", filing.pk, "A", **values)
    assert answer["Location"] == reverse("filing:section", args=[filing.pk, "B"])
    filing.refresh_from_db()
    assert (filing.name, str(filing.due_on)) == ("某医院医疗集团", "2020-10-15")
    found = page(client, "section", filing.pk, "C", q=case.members[0].name)
    assert f'value="{case.members[0].pk}"' in found.text
    post(client, "members_add", filing.pk, institution=[m.pk for m in case.members])
    assert filing.members.count() == 2
    post(client, "material_add", filing.pk, kind="charter", file=pdf())
    assert filing.materials.get().original_name == "章程.pdf"


def test_a_part_that_may_stay_blank_is_not_said_to_be_filled_in(client, case):
    case.draft()

    def part_d() -> str:
        listed = page(signed_in(client, case.filer), "section", case.filing.pk, "A").text
        return re.search(r"<span>D</span>.*?</small>", listed, re.DOTALL).group()

    assert "选填，未填" in part_d() and "已填完" not in part_d()
    version = case.filing.sections.get(key="D").version
    editing.save_section(case.filing.pk, "D", {"council_chair": "陈院长"}, version=version, by=case.filer)
    assert "已填完" in part_d()


@pytest.mark.parametrize(("part", "rule"), [("C", "CQ-19"), ("E", "CQ-84")])
def test_what_a_list_lacks_is_said_at_the_list_itself(client, case, part, rule):
    """The mark 1 处要改 beside a part is of no use to whoever opens the part and finds nothing there."""
    signed_in(client, case.filer)
    post(client, "start", applicant=case.hospital.pk, consortium_kind="city_group")
    key = {"C": "members", "E": "materials"}[part]
    shown = page(client, "section", Filing.objects.get().pk, part).text
    assert rule in shown.partition(f'id="problems-{key}"')[2].partition("</section>")[0]


def test_autosave_answers_in_json_and_says_who_was_first(client, case):
    case.draft()
    signed_in(client, case.filer)
    url = reverse("filing:section", args=[case.filing.pk, "B"])
    version = case.filing.sections.get(key="B").version
    data = {"contact": "何静", "contact_phone": "023-63651000", "lead": case.hospital.pk, "version": version}
    saved = client.post(url, data, headers={"X-Autosave": "1"})
    assert saved.json() == {"saved_at": "10:00", "version": version + 1, "reload": False}
    stale = client.post(url, data, headers={"X-Autosave": "1"})
    assert stale.status_code == 409 and "10:00 已保存过" in stale.json()["message"]
    both = client.post(url, {**data, "contact": "李然"})
    assert both.status_code == 409 and "何静" in both.text and "李然" in both.text


def test_a_date_in_the_future_is_refused_with_both_dates(client, case):
    case.draft()
    data = {**ANSWERS["A"], "name": "x", "founded_on": "2020-10-14", "version": 2}
    answer = post(signed_in(client, case.filer), "section", case.filing.pk, "A", **data)
    assert answer.status_code == 422 and "成立日期不能晚于今天（2020-10-13）" in answer.text


def test_the_fragment_beside_the_form_says_what_the_page_says(client, case):
    case.members = case.members[:1]
    case.draft()
    signed_in(client, case.filer)
    whole = page(client, "section", case.filing.pk, "A").text
    part = client.get(
        reverse("filing:aside", args=[case.filing.pk, "A"]), headers={"HX-Request": "true"}
    ).text
    for identity in ("dl", "ck"):
        card = re.compile(rf'<section class="yl-card" aria-labelledby="{identity}".*?</section>', re.DOTALL)
        assert card.search(part).group() == card.search(whole).group()
    assert "CQ-19" in part and "现有 1 类" in part


def test_the_live_sheet_shows_clause_quote_verdict_and_evidence(client, case):
    case.members = case.members[:1]
    case.draft()
    text = page(signed_in(client, case.filer), "section", case.filing.pk, "C").text
    for words in (
        "CQ-18", "CQ-73", "CQ-80", "CQ-82", "CQ-83", "CQ-84",
        "成员单位应当包含区县医院、社区卫生服务机构、护理院、专业康复机构中至少2类医疗机构", "三(一)2", "现有类别",
    ):  # fmt: skip
        assert words in text, words


def test_remarks_stand_at_their_field_and_are_answered_there(client, case):
    case.submitted()
    reviewing.add_remark(case.filing.pk, section="A", field="name", text="请用全称", by=case.reviewer)
    hidden = page(signed_in(client, case.filer), "detail", case.filing.pk).text
    assert "请用全称" not in hidden, "a remark reaches the hospital with the return"
    transitions.send_back(case.filing.pk, by=case.reviewer)
    text = page(client, "section", case.filing.pk, "A").text
    assert "请用全称" in text.split('id="field-name"')[1].split('id="field-')[0]
    remark = Remark.objects.get()
    post(client, "remark_answer", remark.pk, filing=case.filing.pk, text="已改用全称")
    remark.refresh_from_db()
    assert (remark.answer, remark.answered_by) == ("已改用全称", case.filer)
    detail = page(signed_in(client, case.reviewer), "detail", case.filing.pk).text
    assert "已改用全称" not in detail, "an answer reaches the bureau with the submission"
    transitions.submit(case.filing.pk, by=case.filer)
    assert "已改用全称" in page(client, "detail", case.filing.pk).text
