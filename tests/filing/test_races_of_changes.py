"""Changes decided at the same moment, over real connections: neither is lost, and a conflict has one winner."""

import pytest

from filing import editing, starting, transitions, unchanged
from filing.models import Filing, UnchangedStatement
from registry.errors import Refused
from registry.models import Consortium
from tests.actors import reviewer_of
from tests.factories import InstitutionFactory
from tests.factories.changes import answer, change, closing, received
from tests.filing.test_races import case, refusals, together  # noqa: F401  the fixture

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_changes_of_one_item_registered_at_once_have_one_winner(case):  # noqa: F811
    case.registered()
    filings = [change(case, "governance") for _ in range(2)]
    for filing, chair in zip(filings, ("陈院长", "何院长"), strict=True):
        answer(filing, "D", case.filer, council_chair=chair)
        received(filing, case)
    people = (case.reviewer, reviewer_of(case.commission))
    results = together(
        *[lambda f=f, p=p: transitions.register(f.pk, by=p) for f, p in zip(filings, people, strict=True)]
    )
    (lost,) = refusals(results)
    assert isinstance(lost, Refused) and "与本件冲突" in str(lost)
    (won,) = Filing.objects.filter(kind="change", status="registered")
    chair = won.sections.get(key="D").content["council_chair"]
    assert Consortium.objects.get().council_chair == chair


def test_two_changes_of_different_members_registered_at_once_both_hold(case):  # noqa: F811
    case.registered()
    new = InstitutionFactory.create_batch(2, community_centre=True, division=case.county)
    filings = [change(case, "members") for _ in range(2)]
    for filing, member in zip(filings, new, strict=True):
        editing.add_members(filing.pk, [member.pk], by=case.filer)
        received(filing, case)
    results = together(*[lambda f=f: transitions.register(f.pk, by=case.reviewer) for f in filings])
    assert refusals(results) == []
    assert {m.pk for m in new} < set(
        Consortium.objects.get().memberships.values_list("institution", flat=True)
    )


def test_an_end_and_a_change_at_once_do_not_both_hold(case):  # noqa: F811
    case.registered()
    altered, ended = change(case, "governance"), closing(case)
    answer(altered, "D", case.filer, council_chair="陈院长")
    received(ended, case)
    results = together(
        lambda: transitions.register(ended.pk, by=case.reviewer),
        lambda: transitions.submit(altered.pk, by=case.filer),
    )
    assert len(refusals(results)) <= 1
    states = set(Filing.objects.filter(kind__in=["change", "close"]).values_list("kind", "status"))
    assert states in (
        {("close", "registered"), ("change", "draft")},
        {("close", "received"), ("change", "submitted")},
        {("close", "registered"), ("change", "submitted")},
    )


def test_no_change_is_stated_once_by_two_at_once(case):  # noqa: F811
    case.registered()
    pk = case.filing.consortium_id
    results = together(*[lambda: unchanged.state_unchanged(pk, by=case.filer)] * 2)
    assert len(refusals(results)) == 1 and UnchangedStatement.objects.count() == 1


def test_two_starts_of_a_change_make_two_changes(case):  # noqa: F811
    case.registered()
    pk = case.filing.consortium_id
    results = together(*[lambda: starting.start_change(pk, ["members"], by=case.filer)] * 2)
    assert refusals(results) == []
    assert Filing.objects.filter(kind="change").count() == 2
