"""Rules that contradict each other are listed for whoever may settle it, and foretold by a draft."""

import pytest
from django.urls import reverse

from registry.policy import drafts
from tests.actors import evaluator_of
from tests.factories import AuthorityFactory, CityFactory, CountyFactory, ProvinceFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("published")]
TEXT = "成员单位应当包含至少3类医疗机构。"
PACK = """
[document]
id = "city-2026"
title = "某市办法"
short_title = "某市办法"
issuer = "某市卫生健康委员会"
jurisdiction = "340200"
status = "formal"
effective_from = 2026-01-01
text = "x.txt"

[[rule]]
id = "MC-01"
clause = "一"
quote = "成员单位应当包含至少3类医疗机构"
modality = "应当"
handling = "check"
subject = "consortium"
applies_to = "城市医疗集团"
kinds = ["城市医疗集团"]
topic = "TOPIC"
check = "members_at_most"
params = { at_most = 7 }
RELATION
"""


@pytest.fixture
def wuhu():
    return AuthorityFactory(
        division=CityFactory(
            code="340200", name="芜湖市", kind="", parent=ProvinceFactory(code="340000", name="安徽省")
        )
    )


def draft_of(by, topic: str, relation: str = ""):
    source = PACK.replace("TOPIC", topic).replace("RELATION", relation)
    return drafts.start(by=by, source=source, text=TEXT, note="新")


def topic_of_wuhu() -> tuple[str, str]:
    from registry.policy.library import current_book

    rules = (rule for rule in current_book().packs["wuhu-2019"].rules if rule.topic)
    rule = next(rules)
    return rule.topic, rule.id


def test_a_draft_foretells_a_conflict_and_once_published_the_page_lists_it(client, wuhu):
    one, other = evaluator_of(wuhu), evaluator_of(wuhu)
    topic, number = topic_of_wuhu()
    draft = draft_of(one, topic)
    client.force_login(one)
    address = reverse("registry:policy_draft", args=[draft.pk])
    assert "发布后会有冲突的规定" in client.get(address).content.decode()
    assert "没有冲突的规定" in client.get(reverse("registry:policy_conflicts")).content.decode()
    drafts.propose(draft.pk, by=one, effective_on=draft.created_at.date(), seen=draft.digest)
    drafts.confirm(draft.pk, by=other, seen=draft.digest)
    listed = client.get(reverse("registry:policy_conflicts")).content.decode()
    assert "MC-01" in listed and number in listed and "芜湖市" in listed
    client.force_login(evaluator_of(AuthorityFactory(division=CountyFactory())))
    assert "没有冲突的规定" in client.get(reverse("registry:policy_conflicts")).content.decode()


def test_a_stated_relation_is_no_conflict(wuhu):
    topic, number = topic_of_wuhu()
    draft = draft_of(evaluator_of(wuhu), topic, f'adds = ["{number}"]')
    assert [pair for pair in (one.pair for one in drafts.new_conflicts(draft)) if number in pair] == []
