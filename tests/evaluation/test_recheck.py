"""Judging again what changed: exactly that, by whatever door it changed, and nothing is ever missed."""

import datetime as dt
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from evaluation import missed, recheck, runs
from evaluation.areas import EVERYWHERE
from evaluation.models import Change, ComplianceRun, Finding, Touched
from evaluation.subjects import SOURCES, judged
from evaluation.touching import touched_by
from evaluation.watched import COLUMNS, DERIVED
from registry.models import AuditEntry, Consortium, Division, Institution, Job, Membership
from registry.policy.library import current_book
from registry.policy.verdict import Outcome
from tests.evaluation.nation import Nation
from tests.factories import (
    ConsortiumFactory,
    CountyFactory,
    InstitutionFactory,
    LeadFactory,
    MembershipFactory,
)

pytestmark = pytest.mark.django_db


def everything():
    """What a check of every subject would find now."""
    today, book = timezone.localdate(), current_book()
    return {
        (source.subject, subject.id, one.rule.id): (str(one.verdict.outcome), one.verdict.explanation)
        for source in SOURCES
        for subject, judgements in judged(source, source.ids(EVERYWHERE, today), book, today)
        for one in judgements
        if one.verdict.outcome is not Outcome.NA
    }


def standing():
    return {
        (row.subject_type, row.subject_id, row.provision): (row.verdict, row.explanation)
        for row in Finding.objects.standing()
    }


@pytest.fixture
def settled(law, good, bad, run_jobs):
    """Two groups, judged; nothing waits."""
    recheck.recheck()
    run_jobs()  # the law is new: its place is checked as a whole
    assert standing() == everything()
    return good, bad


def touched_since(settled):
    recheck.resolve_changes()
    return set(Touched.objects.values_list("subject_type", "subject_id"))


def test_a_membership_touches_its_consortium_and_institution_and_nobody_else(settled, yuzhong):
    _good, bad = settled
    joined = MembershipFactory(consortium=bad, institution__division=yuzhong)
    recheck.recheck()
    Membership.objects.filter(pk=joined.pk).delete()
    found = touched_since(settled)
    above = {("division", pk) for pk in Division.objects.values_list("pk", flat=True)}
    ours = {("consortium", bad.pk), ("filing", bad.pk)}
    assert {one for one in found if one[0] != "institution"} - above == ours
    assert {pk for kind, pk in found if kind == "institution"} == {joined.institution_id}


def test_a_changed_verdict_stands_within_one_pass(settled, yuzhong):
    _good, bad = settled
    assert Finding.objects.standing().get(subject_id=bad.pk, provision="T-01").verdict == "FAIL"
    MembershipFactory(consortium=bad, institution__division=yuzhong)
    recheck.recheck()
    assert Finding.objects.standing().get(subject_id=bad.pk, provision="T-01").verdict == "PASS"
    old = Finding.objects.get(subject_id=bad.pk, provision="T-01", verdict="FAIL")
    assert old.resolved_on == timezone.localdate()
    assert not Touched.objects.exists()
    assert not Change.objects.exists()


def test_plain_sql_is_noticed(settled):
    good, _bad = settled
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM registry_membership WHERE consortium_id = %s", [good.pk])
    recheck.recheck()
    assert Finding.objects.standing().get(subject_id=good.pk, provision="T-01").verdict == "FAIL"


def test_what_was_rolled_back_touches_nothing(settled):
    good, _bad = settled
    from django.db import transaction

    with pytest.raises(ZeroDivisionError), transaction.atomic():
        Membership.objects.filter(consortium=good).delete()
        raise ZeroDivisionError
    assert not Change.objects.exists()


def test_the_end_of_a_consortium_closes_its_findings(settled):
    _good, bad = settled
    bad.closed_on = timezone.localdate()
    bad.save(update_fields=["closed_on"])
    recheck.recheck()
    assert not Finding.objects.standing().filter(consortium=bad).exists()


def test_a_sign_in_touches_nobody(settled, django_user_model):
    person = django_user_model.objects.create(username="p")
    recheck.recheck()
    person.last_login = timezone.now()
    person.save(update_fields=["last_login"])
    assert touched_since(settled) == set()


def test_a_new_version_of_a_law_starts_a_run_over_its_place(settled, publish, chongqing, run_jobs):
    publish(at_least=2)
    recheck.recheck()
    run = ComplianceRun.objects.latest("pk")
    assert (run.origin, run.division, run.finished_at) == ("change", chongqing, None)
    run_jobs()
    assert standing() == everything()
    assert Finding.objects.standing().filter(provision="T-01", verdict="FAIL").count() == 2


def test_a_place_that_is_being_checked_waits_for_its_end(settled, publish, chongqing, run_jobs):
    runs._start(chongqing, timezone.localdate(), "on_demand", None)
    publish(at_least=2)
    before = ComplianceRun.objects.count()
    recheck.recheck()
    assert ComplianceRun.objects.count() == before
    run_jobs()
    recheck.recheck()
    assert ComplianceRun.objects.filter(origin="change").count() == before


def test_a_killed_worker_leaves_the_queue_as_it_was(settled, yuzhong, monkeypatch):
    _good, bad = settled
    MembershipFactory(consortium=bad, institution__division=yuzhong)
    recheck.resolve_changes()
    waiting = Touched.objects.count()
    monkeypatch.setattr(recheck, "judge_now", lambda kind, ids: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        recheck.recheck_next()
    assert Touched.objects.count() == waiting
    monkeypatch.undo()
    recheck.recheck()
    assert standing() == everything()


def test_one_subject_at_fault_does_not_hold_up_the_others(settled, yuzhong, monkeypatch):
    good, bad = settled
    Membership.objects.filter(consortium=good).delete()
    MembershipFactory(consortium=bad, institution__division=yuzhong)
    whole = recheck.record

    def record(run, source, ids, book):
        if good.pk in ids:
            raise ValueError("unreadable")
        return whole(run, source, ids, book)

    monkeypatch.setattr(recheck, "record", record)
    recheck.recheck()
    assert Finding.objects.standing().get(subject_id=bad.pk, provision="T-01").verdict == "PASS"


# -- What the night finds -----------------------------------------------------------------------------------
@pytest.fixture
def night(chongqing, run_jobs):
    def night() -> ComplianceRun:
        run = runs._start(chongqing, timezone.localdate(), "nightly", None)
        (job,) = run_jobs()
        assert job.state == Job.State.DONE, job.error
        run.refresh_from_db()
        return run

    return night


def test_the_first_night_has_nothing_to_compare_with(settled, night):
    ComplianceRun.objects.all().delete()
    assert night().missed is None


def test_the_night_finds_nothing_missed_after_changes(settled, night, yuzhong):
    night()
    MembershipFactory(consortium=settled[1], institution__division=yuzhong)
    recheck.recheck()
    assert night().missed == 0


def test_the_night_reports_a_change_that_nobody_noticed(settled, night, yuzhong, caplog):
    night()
    MembershipFactory(consortium=settled[1], institution__division=yuzhong)
    Change.objects.all().delete()  # as if a table had been forgotten
    run = night()
    assert run.missed == 1
    assert "its change was not noticed" in caplog.text


def test_a_change_still_in_the_queue_is_not_missed(settled, night, yuzhong):
    night()
    MembershipFactory(consortium=settled[1], institution__division=yuzhong)
    run = night()
    assert (run.missed, run.opened) == (0, 1)


def test_a_day_that_has_passed_is_not_a_miss(settled, night, yuzhong):
    """A membership known beforehand begins today: nobody wrote anything, and yet another verdict is right."""
    today = timezone.localdate()
    yesterday, tomorrow = today - dt.timedelta(days=1), today + dt.timedelta(days=1)
    joins = MembershipFactory(consortium=settled[1], institution__division=yuzhong, during=(tomorrow, None))
    recheck.recheck()
    assert standing() == everything()
    Membership.objects.filter(pk=joins.pk).update(during=(today, None))  # the calendar moves on by a day
    ComplianceRun.objects.update(as_of=yesterday)
    Finding.objects.update(reference_date=yesterday)
    Change.objects.all().delete()
    run = night()
    assert (run.opened, run.missed) == (1, 0)


def test_another_program_is_not_compared(settled, night):
    night()
    ComplianceRun.objects.update(code_version="another")
    run = night()
    assert not missed.is_comparable(run)
    assert run.missed is None


# -- Nothing is ever missed ---------------------------------------------------------------------------------
@pytest.mark.parametrize("seed", range(8))
def test_whatever_changes_is_judged_again(documents, seed):
    """Property: after any sequence of changes, by any door, what stands is what a check of everything finds."""
    nation = Nation(seed)
    recheck.recheck()
    assert standing() == everything()
    for _ in range(12):
        name = nation.change()
        recheck.recheck()
        assert standing() == everything(), name


def test_every_table_that_facts_read_is_watched(documents):
    """A kind of subject that learns to read another table is found here before it is forgotten there."""
    Nation(1)
    today = timezone.localdate()
    read = set()
    for source in SOURCES:
        ids = source.ids(EVERYWHERE, today)
        with CaptureQueriesContext(connection) as queries:
            source.describe(ids, today)
            list(source.read(ids, today))
        for query in queries:
            read |= set(re.findall(r'(?:FROM|JOIN) "(\w+)"', query["sql"]))
    assert read - set(COLUMNS) - set(DERIVED) == set()


def test_every_watched_column_exists():
    with connection.cursor() as cursor:
        for table, columns in COLUMNS.items():
            names = {column.name for column in connection.introspection.get_table_description(cursor, table)}
            assert set(columns) <= names, table


def test_looking_up_what_is_touched_costs_the_same_for_many_changes(documents):
    nation = Nation(2)
    counts = []
    for changed, level in ((nation.hospitals[:12], "3"), (nation.hospitals, "1")):
        last = AuditEntry.objects.order_by("pk").last().pk
        Institution.objects.filter(pk__in=[one.pk for one in changed]).update(level=level)
        with CaptureQueriesContext(connection) as queries:
            touched_by(AuditEntry.objects.filter(pk__gt=last).order_by("pk"))
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 24


@pytest.mark.parametrize("kind", Consortium.Kind.values)
def test_judging_one_consortium_again_takes_few_queries_whatever_its_size(documents, kind):
    county = Nation(3).counties[0]
    counts = []
    for size in (6, 60):
        consortium = ConsortiumFactory(division=county, kind=kind)
        LeadFactory(consortium=consortium, institution__division=county)
        for _ in range(size):
            MembershipFactory(consortium=consortium, institution=InstitutionFactory(division=county))
        recheck.judge_now("consortium", [consortium.pk])
        with CaptureQueriesContext(connection) as queries:
            recheck.judge_now("consortium", [consortium.pk])
        counts.append(len([q for q in queries if "SAVEPOINT" not in q["sql"]]))
    assert counts[0] == counts[1] <= 10, [q["sql"][:80] for q in queries]


def test_a_subject_elsewhere_is_left_alone(settled, chongqing):
    other = CountyFactory(code="500105", name="江北区", parent__parent=chongqing)
    InstitutionFactory(division=other)
    found = touched_since(settled)
    assert not {one for one in found if one[0] in ("consortium", "filing", "grid")}
