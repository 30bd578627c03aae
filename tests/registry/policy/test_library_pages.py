"""The library's pages: what is decided of a document itself, its versions with their days and persons, earlier ones to read."""

import pytest
from django.urls import reverse

from registry.models import PolicyDocument
from registry.policy import drafts
from tests.actors import evaluator_of, leader_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("published")]
FIVE = {
    "chongqing-2018": ("CQ-01", "规划期至 2020-12-31"),
    "zhejiang-2020": ("ZJ-30", "没有县域的条款"),
    "chuzhou-2020": ("CZ-103", "皖卫体改〔2019〕14号"),
    "yunnan": ("YN-01", "文件未载"),
    "wuhu-2019": ("WH-01", "规划期至 2020-12-31"),
}


def page(client, name: str, *args, **query) -> str:
    return client.get(reverse(f"registry:{name}", args=args), query).content.decode()


@pytest.mark.parametrize("code", FIVE)
def test_what_is_decided_of_the_document_itself_stands_on_its_page(client, commission, code):
    client.force_login(leader_of(commission))
    provision, words = FIVE[code]
    text = page(client, "policy_document", code)
    told = text[text.index(f'id="{provision}"') :].split('<div class="yl-prov"')[0]
    assert "提示" in told and words in told


def test_a_published_change_is_dated_and_the_earlier_version_stays_readable(
    client, commission, time_machine, django_assert_max_num_queries
):
    one, other = evaluator_of(commission, name="曾莉"), evaluator_of(commission, name="袁岚")
    before = PolicyDocument.objects.get(code="chongqing-2018").version
    time_machine.move_to("2026-06-01T02:00:00Z")
    draft = drafts.revise("chongqing-2018", by=one, note="改")
    draft = drafts.edit_rule(
        draft.pk, by=one, provision="CQ-19", changes={"modality": "鼓励"}, seen=draft.digest
    )
    drafts.propose(draft.pk, by=one, effective_on=draft.created_at.date(), seen=draft.digest)
    drafts.confirm(draft.pk, by=other, seen=draft.digest)
    client.force_login(leader_of(commission))
    listed = page(client, "policy_library")
    assert "2026-06-01</time> 起" in listed and "2026-03-02</time> 起" in listed
    with django_assert_max_num_queries(24):
        now = page(client, "policy_document", "chongqing-2018", open="CQ-19")
    assert "曾莉 提请，袁岚 确认" in now and "随程序载入" in now
    past = page(client, "policy_document", "chongqing-2018", open="CQ-19", version=before)
    assert "以前的版本" in past and "以前的版本" not in now
    assert "<dt>要求</dt><dd>鼓励</dd>" in now and "<dt>要求</dt><dd>应当</dd>" in past
    assert "以前的版本" not in page(client, "policy_document", "chongqing-2018", version="none-such")


def test_the_pages_of_the_library_are_under_its_entry_in_the_bar(client, commission):
    client.force_login(evaluator_of(commission))
    for name in ("policy_library", "waivers", "policy_conflicts", "policy_drafts"):
        bar = page(client, name).split("</nav>")[0]
        assert 'aria-current="page"' in bar and bar.rindex("政策库") > bar.rindex('aria-current="page"')
