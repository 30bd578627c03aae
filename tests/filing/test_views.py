"""The pages: who sees what, at what cost, and that a fragment says what the page says."""

import re

import pytest
import time_machine
from django.urls import reverse

from filing import editing, reviewing, transitions
from filing.models import Filing, FilingMember, Material, Remark
from registry.errors import Refused
from registry.models import AccessLog, Consortium
from tests.actors import filer_of, reviewer_of, stranger
from tests.factories.filing import ANSWERS, Case, pdf
from tests.factories.registry import InstitutionFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("law")]
NOW = "2020-10-13T10:00:00+08:00"


@pytest.fixture(autouse=True)
def within_the_time_limit():
    with time_machine.travel(NOW):
        yield


@pytest.fixture
def case():
    return Case()


def signed_in(client, person):
    client.force_login(person)
    return client


def page(client, view, /, *args, **query):
    return client.get(reverse(f"filing:{view}", args=args), query)


def post(client, view, /, *args, **data):
    return client.post(reverse(f"filing:{view}", args=args), data)


# -- Who sees what ------------------------------------------------------------------------------------------
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


# -- Cost ---------------------------------------------------------------------------------------------------
def queries(django_assert_max_num_queries, at_most, act):
    with django_assert_max_num_queries(at_most) as captured:
        act()
    return len(captured)


@pytest.mark.parametrize("name", ["list", "queue"])
def test_lists_cost_the_same_for_few_and_many(client, case, django_assert_max_num_queries, name):
    case.submitted()
    signed_in(client, case.filer if name == "list" else case.reviewer)
    page(client, name)
    few = queries(django_assert_max_num_queries, 14, lambda: page(client, name))
    row = Filing.objects.values().get()
    del row["id"]
    Filing.objects.bulk_create(
        Filing(**{**row, "case_number": f"备2020-{n:04d}", "sheet_id": row["sheet_id"]})
        for n in range(100, 130)
    )
    assert queries(django_assert_max_num_queries, 14, lambda: page(client, name)) == few


def test_pages_of_one_filing_cost_the_same_for_few_and_many_members(
    client, case, django_assert_max_num_queries
):
    case.draft()
    signed_in(client, case.filer)

    def cost(key):
        return queries(
            django_assert_max_num_queries, 37, lambda: page(client, "section", case.filing.pk, key)
        )

    cost("A")  # the count of the inbox is remembered from here on
    few = {key: cost(key) for key in "ABCDEF"}
    many = InstitutionFactory.create_batch(20, community_centre=True, division=case.county)
    editing.add_members(case.filing.pk, [m.pk for m in many], by=case.filer)
    assert {key: cost(key) for key in "ABCDEF"} == few


# -- The hospital -------------------------------------------------------------------------------------------
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


def test_autosave_answers_in_json_and_says_who_was_first(client, case):
    case.draft()
    signed_in(client, case.filer)
    url = reverse("filing:section", args=[case.filing.pk, "B"])
    version = case.filing.sections.get(key="B").version
    data = {"contact": "何静", "contact_phone": "1", "lead": case.hospital.pk, "version": version}
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


# -- The bureau ---------------------------------------------------------------------------------------------
def test_the_queue_is_ordered_by_deadline_and_keeps_its_state_in_the_address(client, case):
    import datetime as dt

    case.submitted()
    early = Case("早期医院", founded_on=dt.date(2020, 8, 10)).submitted()
    text = page(signed_in(client, case.reviewer), "queue").text
    assert text.index(early.filing.name) < text.index(case.filing.name)
    assert "迟" in text
    late = page(client, "queue", view="late").text
    assert early.filing.name in late and case.filing.name not in late
    assert early.filing.name in page(client, "queue", q="早期").text
    assert case.filing.name not in page(client, "queue", q="早期").text


def test_the_decision_bar_names_what_blocks(client, case):
    case.members = case.members[:1]
    case.received()
    text = page(signed_in(client, case.reviewer), "detail", case.filing.pk).text
    bar = text.split('class="yl-decide"')[1]
    assert "备案前还须处理" in bar and "还有 1 项须处理" in bar
    post(client, "move", case.filing.pk, "register")
    assert case.fresh().filing.status == "received" and not Consortium.objects.exists()


def test_remark_mark_and_moves_by_the_pages(client, case):
    case.submitted()
    signed_in(client, case.reviewer)
    form = page(client, "remark_add", case.filing.pk, section="A", field="founded_on")
    assert "成立日期" in form.text
    post(client, "remark_add", case.filing.pk, section="A", field="founded_on", text="请核对")
    post(client, "move", case.filing.pk, "send_back", version=case.filing.version)
    assert case.fresh().filing.status == "returned" and Remark.objects.get().sent_at
    stale = client.post(
        reverse("filing:move", args=[case.filing.pk, "send_back"]), {"version": 1, "note": "x"}, follow=True
    )
    assert "备案当前为“退回补正”" in stale.text


def test_receipt_says_number_code_and_lateness(client, case):
    with time_machine.travel("2020-10-20T10:00:00+08:00"):
        case.registered()
    text = page(signed_in(client, case.filer), "receipt", case.filing.pk).text
    for words in (case.filing.registration_number, case.filing.verification_code, "逾期 3 个工作日", "2 家"):
        assert words in text
    draft = Case("未备案医院").draft()
    assert page(signed_in(client, draft.filer), "receipt", draft.filing.pk).status_code == 404


def test_the_printed_form_is_the_one_that_was_submitted(client, case):
    case.submitted()
    case.hospital.name = "改名后的医院"
    case.hospital.save(update_fields=["name"])
    text = page(signed_in(client, case.reviewer), "form_print", case.filing.pk).text
    assert "重庆测试医院医疗集团" in text and "改名后的医院" not in text.split("<article")[1]


# -- Everybody ----------------------------------------------------------------------------------------------
def test_anybody_may_check_a_code_but_not_guess_many(client, case):
    case.registered()
    code = case.filing.verification_code.lower().replace("-", " ")
    text = page(client, "verify", code=code).text
    assert "备案有效" in text and case.filing.registration_number in text
    assert "没有这个查验码" in page(client, "verify", code="2222-2222-2222").text
    answers = [page(client, "verify", code=f"2222-2222-{n:04d}").status_code for n in range(25)]
    assert answers[-1] == 429


def test_a_revoked_receipt_says_so(client, case):
    case.registered()
    transitions.revoke(case.filing.pk, by=reviewer_of(case.commission), note="误办")
    assert "备案已撤销" in page(client, "verify", code=case.filing.verification_code).text


# -- What nobody types --------------------------------------------------------------------------------------
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
