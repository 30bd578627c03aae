"""The state machine walked in full: every state has a next act for somebody or is final; nothing outside the table."""

import inspect

import pytest
import time_machine
from django.core.exceptions import PermissionDenied

from filing import transitions
from filing.models import Filing
from registry.errors import Refused
from tests import actors
from tests.actors import leader_of, planner_of, reviewer_of
from tests.factories.filing import Case
from tests.factories.registry import ConsortiumFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("law")]
S = Filing.Status
FINAL = {S.REFUSED, S.WITHDRAWN, S.REVOKED}
# The shortest way to each state from a complete draft: who makes which move.
WAYS = {
    S.DRAFT: [],
    S.SUBMITTED: ["submit"],
    S.RECEIVED: ["submit", "receive"],
    S.RETURNED: ["submit", "send_back"],
    S.REGISTERED: ["submit", "receive", "register"],
    S.REFUSED: ["submit", "refuse"],
    S.WITHDRAWN: ["withdraw"],
    S.REVOKED: ["submit", "receive", "register", "revoke"],
}


@pytest.fixture(autouse=True)
def within_the_time_limit():
    with time_machine.travel("2020-10-13T10:00:00+08:00"):
        yield


def make(case, action, person):
    function = getattr(transitions, action)
    note = {"note": "理由"} if "note" in inspect.signature(function).parameters else {}
    return function(case.filing.pk, by=person, **note)


def brought_to(state) -> Case:
    case = Case().draft()
    case.second = reviewer_of(case.commission)
    for action in WAYS[state]:
        person = case.filer if action in transitions.FILER_MOVES else case.reviewer
        make(case, action, case.second if action == "revoke" else person)
    return case.fresh()


def people(case) -> dict:
    return {
        "filer": case.filer,
        "reviewer": case.reviewer,
        "second reviewer": case.second,
        "reviewer below": reviewer_of(case.county_bureau),
        "leader": leader_of(case.commission),
        "planner": planner_of(case.commission),
        "stranger": actors.stranger(),
    }


def allowed(action, who) -> bool:
    if action in transitions.FILER_MOVES:
        return who == "filer"
    return who in ("reviewer", "second reviewer") and not (action == "revoke" and who == "reviewer")


@pytest.mark.parametrize("state", S.values)
def test_each_move_from_each_state_by_each_person(state):
    """The move is made exactly when table and person allow it; every other attempt changes nothing."""
    case = brought_to(state)
    assert case.filing.status == state
    possible = set()
    for action, move in transitions.MOVES.items():
        for who, person in people(case).items():
            expected = state in move.sources and allowed(action, who)
            reason = transitions.why_not(case.filing, action, person)
            assert (reason == "") == expected, (action, who, reason)
            if expected:
                possible.add(action)
                continue
            before = Filing.objects.values().get(pk=case.filing.pk)
            with pytest.raises((Refused, PermissionDenied)):
                make(case, action, person)
            assert Filing.objects.values().get(pk=case.filing.pk) == before
    assert bool(possible) == (state not in FINAL), "a dead end, or a way out of a final state"


@pytest.mark.parametrize(
    ("state", "action"),
    [(state, action) for action, move in transitions.MOVES.items() for state in sorted(move.sources)],
)
def test_each_line_of_the_table_can_be_made(state, action):
    case = brought_to(state)
    person = case.filer if action in transitions.FILER_MOVES else case.second
    assert make(case, action, person).status == transitions.MOVES[action].target
    event = case.filing.events.last()
    assert (event.action, event.from_status, event.to_status, event.by) == (
        action, state, transitions.MOVES[action].target, person
    )  # fmt: skip


def test_an_imported_case_that_waits_can_still_be_decided():
    case = Case()
    consortium = ConsortiumFactory(division=case.county, authority=case.commission)
    filing = Filing.objects.create(
        origin="imported", status="submitted", lead=case.hospital, authority=case.commission, consortium=consortium,
        name=consortium.name, consortium_kind="city_group", created_by=case.reviewer,
    )  # fmt: skip
    assert transitions.why_not(filing, "send_back", case.reviewer), "there is no hospital to send it back to"
    transitions.receive(filing.pk, by=case.reviewer)
    with pytest.raises(Refused, match="备案前还须处理"):
        transitions.register(filing.pk, by=case.reviewer)
    transitions.refuse(filing.pk, by=case.reviewer, note="资料不全")
