"""Files that were made to hurt, or were damaged on their way: told in words, quickly, and nothing of them is kept."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError
from django.urls import reverse

from registry.errors import Refused
from registry.models import PolicyDocument, PolicyDraft, Rule
from registry.policy import drafts
from registry.policy.toml_edit import with_rule
from tests.actors import evaluator_of
from tests.factories import AuthorityFactory, CountyFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("published")]
HEAD = """[document]
id = "own-2026"
title = "某市办法"
short_title = "某市办法"
issuer = "某市卫生健康委员会"
jurisdiction = "500000"
status = "formal"
text = "x.txt"
"""
RULE = """
[[rule]]
id = "OW-01"
clause = "一"
quote = "应当备案"
modality = "应当"
handling = "context"
subject = "consortium"
applies_to = "各医联体"
"""


@pytest.fixture
def officer(client, commission):
    person = evaluator_of(commission)
    client.force_login(person)
    return person


def sent(client, pack, text="应当备案。") -> tuple[int, str]:
    pack = pack.encode() if isinstance(pack, str) else pack
    given = {"pack": SimpleUploadedFile("x.toml", pack), "note": "缘由"}
    if text:
        given["text"] = SimpleUploadedFile("x.txt", text.encode() if isinstance(text, str) else text)
    answer = client.post(reverse("registry:policy_draft_upload"), given)
    return answer.status_code, answer.content.decode()


def test_an_honest_pack_is_kept(client, officer):
    assert sent(client, HEAD + RULE)[0] == 302
    assert PolicyDraft.objects.get().code == "own-2026"


@pytest.mark.parametrize(
    ("pack", "words"),
    [
        ("", "文件是空的"),
        ("x" * (drafts.LARGEST + 1), "超过 1 MB"),
        ((HEAD + RULE).encode("gb18030"), "不是 UTF-8"),
        ((HEAD + RULE).encode("utf-16"), "不是 UTF-8"),
        (b"PK\x03\x04" + bytes(200), "控制字符"),
        (HEAD + RULE.replace("应当备案", "没有这句话"), "引文不在所存原文中"),
        (HEAD + RULE.replace('quote = "应当备案"\n', ""), "缺少 quote"),
        (HEAD + RULE.replace('clause = "一"\n', ""), "缺少 clause"),
        (HEAD.replace("500000", "999999") + RULE, "没有区划代码 999999"),
        ("a." * 3000 + "a = 1", "超过 4000 字"),
        ("a." * 500 + "a = 1", "名称里的点太多"),
        ("a = " + "[" * 900 + "]" * 900, "嵌套太深"),
        ("a = " + "9" * 3900, "不认识的内容 a"),
        (HEAD + 'note = "\\u0000"\n' + RULE, "控制字符"),
        (HEAD + RULE + '[[named.x]]\nname = "甲"\nvalue = nan\n', "nan 或 inf"),
        (HEAD + RULE * 2001, "条款超过 2000 条"),
        (HEAD + RULE + RULE, "条款编号重复"),
        (HEAD + RULE.replace("OW-01", "CQ-19"), "条款编号重复"),
        (HEAD + RULE.replace("OW-01", "<script>"), "条款编号只能用字母"),
        (HEAD + f'[[named.planned_facilities]]\nname = "{"长" * 101}"\n' + RULE, "name 超过 100 字"),
    ],
    ids=lambda value: value[-20:] if isinstance(value, str) else "bytes",
)
def test_what_is_sent_in_bad_shape_is_told(client, officer, pack, words):
    status, page = sent(client, pack)
    assert status == 422
    assert words in page
    assert not PolicyDraft.objects.exists()


def test_a_text_in_another_encoding_is_told(client, officer):
    status, page = sent(client, HEAD + RULE, "应当备案。".encode("gb18030"))
    assert status == 422 and "不是 UTF-8" in page


def test_a_rule_inside_a_long_text_is_not_taken_for_one(client, officer):
    trap = HEAD.replace('text = "x.txt"', 'text = "x.txt"\nnote = """\n[[rule]]\nid: OW-01\n"""')
    assert sent(client, trap + RULE)[0] == 302
    changed = with_rule(PolicyDraft.objects.get().source, "OW-01", {"modality": "鼓励"})
    assert changed.count('modality = "鼓励"') == 1 and "id: OW-01" in changed


def test_a_document_of_another_place_cannot_be_taken_over(client, officer):
    wuhu = PolicyDocument.objects.get(code="wuhu-2019")
    moved = wuhu.source.replace('jurisdiction = "340200"', 'jurisdiction = "500000"')
    status, _page = sent(client, moved, wuhu.text)
    assert status in (403, 422) and not PolicyDraft.objects.exists()
    elsewhere = evaluator_of(AuthorityFactory(division=CountyFactory()))
    client.force_login(elsewhere)
    status, page = sent(client, HEAD + RULE)
    assert status == 422 and "不在您起草的范围内" in page, "the form stays, with what is wrong with it"
    assert not PolicyDraft.objects.exists()


def test_two_documents_with_the_same_numbers_cannot_both_be_published(officer, commission, monkeypatch):
    """The second was checked before the first was published: the database refuses it, and it is said in words."""
    other = evaluator_of(commission)
    draft = drafts.start(by=officer, source=HEAD + RULE, text="应当备案。", note="一")
    drafts.propose(draft.pk, by=officer, effective_on=draft.created_at.date(), seen=draft.digest)

    def overtaken(*args, **kwargs):
        raise IntegrityError("rule_in_force_once")

    monkeypatch.setattr(drafts, "publish", overtaken)
    with pytest.raises(Refused, match="同样的标识或条款编号"):
        drafts.confirm(draft.pk, by=other, seen=draft.digest)
    draft.refresh_from_db()
    assert draft.state == "proposed" and not Rule.objects.filter(provision="OW-01").exists()


def test_what_was_previewed_is_what_is_published(officer, commission):
    """A draft that was changed after the second person had looked at it is not published by his click."""
    other = evaluator_of(commission)
    draft = drafts.start(by=officer, source=HEAD + RULE, text="应当备案。", note="一")
    seen = draft.digest
    drafts.propose(draft.pk, by=officer, effective_on=draft.created_at.date(), seen=seen)
    drafts.reject(draft.pk, by=other, note="改", seen=seen)
    changed = drafts.edit_rule(
        draft.pk, by=officer, provision="OW-01", changes={"modality": "鼓励"}, seen=seen
    )
    drafts.propose(draft.pk, by=officer, effective_on=draft.created_at.date(), seen=changed.digest)
    with pytest.raises(Refused, match="已经被修改过"):
        drafts.confirm(draft.pk, by=other, seen=seen)
    assert not PolicyDocument.objects.filter(code="own-2026").exists()
