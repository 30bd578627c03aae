"""The papers of a filing: what the print page says, the Word file says too."""

import io
import re

import pytest
import time_machine
from django.urls import reverse
from docx import Document

from filing import reviewing, snapshots, starting, transitions
from filing.documents.edition import edition
from filing.form import form_of
from filing.models import Filing
from registry.qr import svg
from tests.actors import reviewer_of
from tests.factories import AuthorityFactory, CountyFactory
from tests.factories.changes import FROM, answer
from tests.factories.filing import Case

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("law")]


@pytest.fixture(autouse=True)
def in_time():
    with time_machine.travel("2020-09-21T10:00:00+08:00"):
        yield


@pytest.fixture
def case(in_time):
    return Case()


def words_of_page(response) -> str:
    """The text of the printed article, without white space."""
    article = response.text.partition("<article")[2].partition("</article>")[0].partition(">")[2]
    return re.sub(r"\s+|<[^>]+>", "", article).replace("&quot;", '"')


def words_of_word(response) -> str:
    """The text of a Word file in the order of the page, without white space."""
    document = Document(io.BytesIO(response.content))
    texts = []
    for child in document.element.body.iterchildren():
        texts.append("".join(node.text or "" for node in child.iter() if node.tag.endswith("}t")))
    return re.sub(r"\s+", "", "".join(texts))


def papers(client, case, url: str, *arguments: int) -> tuple[str, str]:
    """The same paper as page and as Word."""
    client.force_login(case.filer)
    page = client.get(reverse(f"filing:{url}", args=[case.filing.pk, *arguments]))
    name = "form_word" if url == "form_print" else f"{url}_word"
    word = client.get(reverse(f"filing:{name}", args=[case.filing.pk, *arguments]))
    assert page.status_code == word.status_code == 200
    assert word["Content-Disposition"].startswith("attachment")
    return words_of_page(page), words_of_word(word)


def event(case, action: str) -> int:
    return case.filing.events.filter(action=action).latest("pk").pk


def test_the_form_says_the_same_on_paper_and_in_word(client, case):
    case.submitted()
    page, word = papers(client, case, "form_print")
    for words in ("医联体备案表", "重庆测试医院医疗集团", case.filing.case_number, "章程.pdf", "联系人罗静"):
        assert words in page and words in word
    for member in case.members:
        assert member.name in word


def test_the_form_ends_with_its_edition_in_words(client, case):
    """Digests are of no use to whoever holds the paper: the documents are named that added questions."""
    case.submitted()
    said = "表单版本：2026年第2版，并按《重庆市医疗联合体建设规划(2018—2020年)》增减栏目"
    for paper in papers(client, case, "form_print"):
        assert paper.endswith(said)
        assert "+chongqing" not in paper


def test_an_older_version_is_said_too():
    assert edition("3") == "第 3 版"
    assert edition("2026-2+a-document-taken-away.0123abcd") == "2026 年第 2 版"


def test_the_form_of_a_submission_by_night_bears_the_day_in_china(client):
    with time_machine.travel("2020-09-22T02:00:00+08:00"):
        page, word = papers(client, Case().submitted(), "form_print")
    assert "第1次提交，2020年9月22日" in word
    assert word == page


def test_the_form_of_a_change_is_called_so_in_word_and_says_what_changes(client, case):
    case.registered()
    filing = starting.start_change(case.filing.consortium_id, [Filing.Part.NAME], by=case.filer)
    answer(
        filing, "A", case.filer, effective_on=FROM, change_reason="理事会决定", name="重庆测试医院新医疗集团"
    )
    client.force_login(case.filer)
    page = words_of_page(client.get(reverse("filing:form_print", args=[filing.pk])))
    word = words_of_word(client.get(reverse("filing:form_word", args=[filing.pk])))
    title = form_of(filing).title
    assert title != "医联体备案表" and word.startswith(title) and title in page
    assert "变更内容名称" in word
    assert f"变更前：{case.filing.name}变更后：重庆测试医院新医疗集团" in word


def test_a_version_of_before_the_days_of_joining_were_kept_prints_as_it_did(client, case, monkeypatch):
    today = snapshots._member
    monkeypatch.setattr(
        snapshots, "_member", lambda *of: {k: v for k, v in today(*of).items() if k != "since"}
    )
    case.submitted()
    page, word = papers(client, case, "form_print")
    assert f"成员{case.founded_on}" in page and f"成员{case.founded_on}" in word


def test_a_draft_prints_as_a_draft(client, case):
    case.draft()
    page, word = papers(client, case, "form_print")
    assert "未提交" in page and "未提交" in word


def test_the_notice_of_receipt_of_papers(client, case):
    case.submitted()
    transitions.receive(case.filing.pk, by=case.reviewer)
    page, word = papers(client, case, "notice", event(case, "receive"))
    assert page == word
    assert "受理通知书" in word and "材料齐全，决定予以受理" in word and case.filing.case_number in word


def test_the_notice_of_correction_has_every_remark_of_this_return_and_its_clause(client, case):
    case.submitted()
    pk, by = case.filing.pk, case.reviewer
    remark = reviewing.add_remark(
        pk, section="A", field="name", text="请用第一名称。", provision="CQ-73", by=by
    )
    transitions.send_back(pk, note="共一处。", by=by)
    first = event(case, "send_back")
    reviewing.answer_remark(remark.pk, text="已改。", by=case.filer)
    transitions.submit(pk, by=case.filer)
    reviewing.add_remark(pk, section="E", field="", text="协议书缺一页。", by=by)
    transitions.send_back(pk, by=by)
    page, word = papers(client, case, "notice", first)
    assert page == word
    assert "请用第一名称。" in word and "四(二)" in word and "共一处。" in word and "协议书缺一页" not in word
    page, word = papers(client, case, "notice", event(case, "send_back"))
    assert "协议书缺一页。" in word and "请用第一名称" not in word


def test_an_issued_paper_keeps_its_words_when_the_hospital_rewrites_its_form(client, case):
    case.submitted()
    transitions.send_back(case.filing.pk, by=case.reviewer, note="请核对。")
    before = papers(client, case, "notice", event(case, "send_back"))
    type(case.filing).objects.filter(pk=case.filing.pk).update(
        name="改过的名称", consortium_kind="county_community"
    )
    assert papers(client, case, "notice", event(case, "send_back")) == before


def test_the_refusal_names_reasons_and_remedy(client, case):
    case.submitted(name="简称医疗集团")
    transitions.refuse(case.filing.pk, note="名称不符合规定。", by=case.reviewer)
    page, word = papers(client, case, "notice", event(case, "refuse"))
    assert page == word
    for words in ("不予备案决定书", "名称不符合规定。", "四(二)", "行政复议", "行政诉讼"):
        assert words in word


def test_the_receipt_says_number_code_and_lateness(client, case):
    with time_machine.travel("2020-10-20T10:00:00+08:00"):
        case.registered()
    page, word = papers(client, case, "receipt")
    assert page == word
    filing = case.filing
    for words in (filing.registration_number, filing.verification_code, "逾期3个工作日", "2家"):
        assert words in word
    client.force_login(case.filer)
    address = reverse("filing:receipt", args=[filing.pk])
    assert "<svg" in client.get(address).text
    images = Document(io.BytesIO(client.get(address + "word/").content)).part.package.image_parts
    assert [image.content_type for image in images] == ["image/png"]


def test_a_code_differs_with_the_address_and_holds_no_text():
    assert svg("https://example.org/?code=A") != svg("https://example.org/?code=B")
    assert "example" not in svg("https://example.org/")


def test_what_a_person_typed_is_text_in_word(client, case):
    case.submitted(name="{{ 7*7 }}<b>&{% if %}医疗集团")
    _, word = papers(client, case, "form_print")
    assert "{{7*7}}<b>&{%if%}医疗集团" in word


def test_a_submission_has_no_paper_and_another_case_not_this_one(client, case):
    case.submitted()
    other = Case("另一医院").submitted()
    transitions.receive(other.filing.pk, by=other.reviewer)
    client.force_login(case.filer)
    for number in (event(case, "submit"), event(other, "receive")):
        assert client.get(reverse("filing:notice", args=[case.filing.pk, number])).status_code == 404


@pytest.mark.parametrize("who", ["the filer of another hospital", "the reviewer of another district"])
def test_the_papers_of_others_do_not_exist(client, case, who):
    case.registered()
    elsewhere = Case("第二医院")
    person = elsewhere.filer if "filer" in who else reviewer_of(AuthorityFactory(division=CountyFactory()))
    client.force_login(person)
    act = case.filing.events.get(action="receive").pk
    for url, args in (
        ("receipt", []), ("receipt_word", []), ("notice", [act]), ("notice_word", [act]), ("form_print", []), ("form_word", []),
    ):  # fmt: skip
        assert client.get(reverse(f"filing:{url}", args=[case.filing.pk, *args])).status_code == 404, url
