"""Changes and ends walked like the first filing: the same table, the same people, no dead end."""

import pytest
import time_machine
from django.core.exceptions import PermissionDenied

from filing import transitions
from filing.models import Filing
from registry.errors import Refused
from tests.actors import reviewer_of
from tests.factories.changes import answer, change, closing, fresh
from tests.factories.filing import Case
from tests.filing.test_walk import FINAL, WAYS, allowed, make, people

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("law")]
S = Filing.Status


@pytest.fixture(autouse=True)
def within_the_time_limit():
    with time_machine.travel("2020-10-13T10:00:00+08:00"):
        yield


def brought_to(kind: str, state: str) -> Case:
    case = Case().registered()
    case.second = reviewer_of(case.commission)
    if kind == "change":
        filing = change(case, "governance")
        answer(filing, "D", case.filer, council_chair="陈院长")
    else:
        filing = closing(case)
    case.filing = fresh(filing)
    for action in WAYS[state]:
        person = case.filer if action in transitions.FILER_MOVES else case.reviewer
        make(case, action, case.second if action == "revoke" else person)
    return case.fresh()


@pytest.mark.parametrize("kind", ["change", "close"])
@pytest.mark.parametrize("state", S.values)
def test_each_move_of_a_change_and_an_end(kind, state):
    case = brought_to(kind, state)
    assert (case.filing.kind, case.filing.status) == (kind, state)
    possible = set()
    for action, move in transitions.MOVES.items():
        for who, person in people(case).items():
            expected = state in move.sources and allowed(action, who)
            assert (transitions.why_not(case.filing, action, person) == "") == expected, (action, who)
            if expected:
                possible.add(action)
                continue
            before = Filing.objects.values().get(pk=case.filing.pk)
            with pytest.raises((Refused, PermissionDenied)):
                make(case, action, person)
            assert Filing.objects.values().get(pk=case.filing.pk) == before
    assert bool(possible) == (state not in FINAL)


@pytest.mark.parametrize(
    ("action", "words"),
    [
        ("submit", "提交申请"),
        ("receive", "受理审查"),
        ("register", "同意"),
        ("refuse", "不同意"),
        ("revoke", "撤销同意"),
    ],
)
def test_the_moves_of_a_prior_approval_have_their_own_words(action, words):
    assert transitions.label(Filing(kind="approval"), action) == words
    assert transitions.label(Filing(kind="close"), action) == transitions.MOVES[action].label
