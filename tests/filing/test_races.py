"""Two people at once, over real connections: exactly one wins, and numbers have neither gap nor double."""

import threading

import pytest
import time_machine
from django.db import connection, transaction

from filing import desk, editing, materials, numbering, reviewing, transitions
from filing.models import Filing, NumberSeries
from registry.errors import Refused, Stale
from registry.models import Consortium
from tests.actors import reviewer_of
from tests.factories.filing import Case, pdf
from tests.factories.registry import AuthorityFactory
from tests.servers import wait_for
from tests.together import refusals, together

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def case(law):
    with time_machine.travel("2020-10-13T10:00:00+08:00"):
        yield Case()


def test_two_reviewers_cannot_both_win(case):
    case.received()
    pk, other = case.filing.pk, reviewer_of(case.commission)
    results = together(
        lambda: transitions.register(pk, by=case.reviewer),
        lambda: transitions.refuse(pk, by=other, note="不同意"),
    )
    (lost,) = refusals(results)
    assert isinstance(lost, Refused) and "备案当前为" in str(lost)
    case.fresh()
    assert case.filing.events.count() == 4, "start, submit, receive and one decision"
    assert Consortium.objects.count() == (1 if case.filing.status == "registered" else 0)


def test_of_two_who_take_a_case_one_has_it(case):
    case.submitted()
    pk, other = case.filing.pk, reviewer_of(case.commission)
    results = together(lambda: desk.take(pk, by=case.reviewer), lambda: desk.take(pk, by=other))
    (lost,) = refusals(results)
    assert "刚由" in str(lost)
    assert case.fresh().filing.held_by in (case.reviewer, other)
    assert case.filing.events.filter(action="take").count() == 1


def test_submitting_twice_gives_one_number(case):
    case.draft()
    results = together(*[lambda: transitions.submit(case.filing.pk, by=case.filer)] * 3)
    assert len(refusals(results)) == 2
    assert case.fresh().filing.submissions == 1
    assert NumberSeries.objects.get(series="case").last == 1


def test_registering_twice_writes_one_consortium(case):
    case.received()
    results = together(*[lambda: transitions.register(case.filing.pk, by=case.reviewer)] * 2)
    assert len(refusals(results)) == 1
    assert Consortium.objects.count() == 1
    assert NumberSeries.objects.get(series="registration").last == 1


def test_case_numbers_have_no_gap_and_no_double(case):
    cases = [Case(f"第{n}并发医院") for n in range(5)]
    for one in cases:
        one.draft()
    cases[2].filing.sections.filter(key="F").update(content={})
    results = together(*[lambda one=one: transitions.submit(one.filing.pk, by=one.filer) for one in cases])
    assert len(refusals(results)) == 1
    numbers = (
        Filing.objects.exclude(case_number="").order_by("case_number").values_list("case_number", flat=True)
    )
    assert list(numbers) == [f"备2020-{n:04d}" for n in range(1, 5)]


def test_the_first_numbers_of_a_series_taken_at_once(case):
    filing = Filing(authority=AuthorityFactory(), kind="establish")

    def take():
        with transaction.atomic():
            return numbering.take_registration_number(filing)

    results = together(*[take] * 6)
    assert refusals(results) == []
    assert sorted(results) == [f"医联备〔2020〕{filing.authority.code}-{n:04d}号" for n in range(1, 7)]


def test_two_saves_of_one_section_do_not_overwrite_each_other(case):
    case.draft()
    section = case.filing.sections.get(key="B")
    results = together(
        *[
            lambda name=name: editing.save_section(
                case.filing.pk, "B", {"contact": name}, version=section.version, by=case.filer
            )
            for name in ("罗静", "何静")
        ]
    )
    (lost,) = refusals(results)
    assert isinstance(lost, Stale)
    section.refresh_from_db()
    assert lost.current.content["contact"] == section.content["contact"]
    assert connection.is_usable()


def _waiting_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")  # else a transaction sees what it saw first
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return cursor.fetchone()[0] > 0


def _while_held(case, act, meanwhile):
    """Run `meanwhile` in the transaction that holds the case, once `act` waits for it; answers what `act` gave."""
    result = []
    thread = threading.Thread(target=lambda: result.extend(together(act)))
    with transaction.atomic():
        transitions.locked(case.filing.pk)
        thread.start()
        wait_for(lambda: _waiting_for_a_lock() or result, "the other act does not wait")
        meanwhile()
    thread.join(timeout=60)
    return result[0]


def test_a_remark_taken_back_while_the_case_goes_back(case):
    """Both lock the case first: whoever comes second waits, and nobody dies of the other."""
    case.submitted()
    pk = case.filing.pk
    remark = reviewing.add_remark(pk, section="A", field="name", text="请核对", by=case.reviewer)
    lost = _while_held(
        case,
        lambda: reviewing.remove_remark(remark.pk, by=case.reviewer),
        lambda: transitions.send_back(pk, by=reviewer_of(case.commission)),
    )
    assert isinstance(lost, Refused) and case.filing.remarks.get().sent_at


def test_a_file_removed_while_another_takes_its_place(case):
    case.draft()
    charter = case.filing.materials.get(kind="charter")
    gone = _while_held(
        case,
        lambda: materials.remove(charter.pk, by=case.filer),
        lambda: materials.add(case.filing.pk, "charter", pdf("新章程.pdf"), by=case.filer),
    )
    assert not isinstance(gone, Exception)
    assert [m.original_name for m in materials.current(case.filing).filter(kind="charter")] == ["新章程.pdf"]
