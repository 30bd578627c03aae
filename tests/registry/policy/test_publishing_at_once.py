"""Two publishers at the same moment, over two connections: one is published, the other is told why not."""

import pytest

from registry.errors import Refused
from registry.models import PolicyDocument, PolicyDraft, PolicyVersion, Rule
from registry.policy import drafts
from tests.actors import evaluator_of
from tests.registry.policy.test_hostile_packs import HEAD, RULE
from tests.together import refusals, together

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def people(commission):
    """One who drafts and proposes, and two who confirm."""
    return [evaluator_of(commission) for _ in range(3)]


def proposed(by, source: str) -> PolicyDraft:
    draft = drafts.start(by=by, source=source, text="应当备案。", note="新")
    return drafts.propose(draft.pk, by=by, effective_on=draft.created_at.date(), seen=draft.digest)


def test_two_documents_with_the_same_rule_at_the_same_moment(people):
    drafter, first, second = people
    one = proposed(drafter, HEAD + RULE)
    two = proposed(drafter, HEAD.replace("own-2026", "own-2027") + RULE)
    results = together(
        lambda: drafts.confirm(one.pk, by=first, seen=one.digest),
        lambda: drafts.confirm(two.pk, by=second, seen=two.digest),
    )
    (lost,) = refusals(results)
    assert isinstance(lost, Refused), lost
    assert Rule.objects.in_force().filter(provision="OW-01").count() == 1
    states = dict(PolicyDraft.objects.order_by("pk").values_list("code", "state"))
    published = PolicyDocument.objects.get(code__startswith="own-").code
    assert states.pop(published) == "published"
    assert set(states.values()) == {"proposed"}, "nothing half-done is left of the one that lost"


def test_two_who_confirm_the_same_draft_publish_it_once(people):
    drafter, first, second = people
    draft = proposed(drafter, HEAD + RULE)
    results = together(
        lambda: drafts.confirm(draft.pk, by=first, seen=draft.digest),
        lambda: drafts.confirm(draft.pk, by=second, seen=draft.digest),
    )
    (lost,) = refusals(results)
    assert isinstance(lost, Refused) and "请刷新页面" in str(lost)
    assert PolicyVersion.objects.filter(document__code="own-2026").count() == 1
    assert Rule.objects.filter(provision="OW-01").count() == 1
