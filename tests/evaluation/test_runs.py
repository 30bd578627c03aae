"""Compliance runs: what is found, kept, not written twice, carried on after a kill, and never run twice at once."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from evaluation import recording, runs, sheets, writing
from evaluation.models import ComplianceRun, Finding, RunItem
from evaluation.tasks import nightly_compliance
from registry import jobs
from registry.access import Denied
from registry.errors import Refused
from registry.models import FactSheet, Job
from registry.policy.library import current_book
from registry.policy.receipts import FactRecord, Receipt, recompute
from tests.actors import evaluator_of, leader_of
from tests.factories import ConsortiumFactory, CountyFactory, MembershipFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def evaluator(commission):
    return evaluator_of(commission)


@pytest.fixture
def check(chongqing, evaluator, run_jobs):
    """Run a check over Chongqing to its end."""

    def check(division=chongqing, **options) -> ComplianceRun:
        run = runs.start(division=division, by=evaluator, **options)
        (job,) = run_jobs()
        assert job.state == Job.State.DONE, job.error
        run.refresh_from_db()
        return run

    return check


def verdicts(rows):
    return {(row.subject_name, row.provision): row.verdict for row in rows}


def test_a_run_finds_what_holds_and_what_does_not(law, good, bad, check):
    run = check()
    assert verdicts(Finding.objects.standing()) == {
        ("甲医疗集团", "T-01"): "PASS",
        ("甲医疗集团", "T-02"): "INFO",
        ("乙医疗集团", "T-01"): "FAIL",
        ("乙医疗集团", "T-02"): "INFO",
    }
    assert run.tally == {"PASS": 1, "FAIL": 1, "INFO": 2, "NA": 2}
    assert (run.opened, run.resolved) == (4, 0)
    failed = Finding.objects.get(verdict="FAIL")
    assert "要求至少 1 类" in failed.explanation
    assert failed.plan_ended
    assert failed.rule.quote.startswith("成员单位应当包含")


def test_a_second_run_writes_no_finding_again(law, good, bad, check):
    check()
    before = list(Finding.objects.order_by("pk").values())
    with CaptureQueriesContext(
        connection,
    ) as queries:
        run = check()
    assert list(Finding.objects.order_by("pk").values()) == before
    assert (run.opened, run.resolved) == (0, 0)
    written = [
        q["sql"]
        for q in queries
        if "evaluation_finding" in q["sql"] and not q["sql"].lstrip().startswith('SELECT "')
    ]
    assert not [sql for sql in written if sql.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE"))]


def test_a_changed_verdict_closes_the_old_finding_and_opens_a_new_one(law, bad, yuzhong, check):
    check()
    old = Finding.objects.get(provision="T-01")
    MembershipFactory(consortium=bad, institution__division=yuzhong)
    run = check()
    old.refresh_from_db()
    new = Finding.objects.standing().get(provision="T-01")
    today = timezone.localdate()
    assert (old.verdict, old.resolved_on, old.last_seen) == ("FAIL", today, today)
    assert (new.verdict, new.first_seen, new.resolved_on) == ("PASS", today, None)
    assert (run.opened, run.resolved) == (1, 1)


def test_the_same_verdict_for_another_reason_keeps_its_first_day(law, bad, yuzhong, check):
    check()
    Finding.objects.update(first_seen=dt.date(2020, 1, 1))
    nursing = {"institution__institution_class__code": "A720", "institution__division": yuzhong}
    from registry.models import Membership

    Membership.objects.filter(consortium=bad).delete()
    check()
    finding = Finding.objects.standing().get(provision="T-01")
    assert nursing
    assert finding.verdict == "FAIL"
    assert finding.first_seen == dt.date(2020, 1, 1)


def test_a_new_version_of_a_rule_is_judged_and_recorded(law, good, publish, check):
    check()
    publish(at_least=2)
    check()
    finding = Finding.objects.standing().get(provision="T-01")
    assert finding.verdict == "FAIL"
    assert finding.rule.retired_at is None


def test_findings_of_a_consortium_that_ended_are_closed(law, bad, check):
    check()
    bad.closed_on = timezone.localdate()
    bad.save(update_fields=["closed_on"])
    run = check()
    assert not Finding.objects.standing().exists()
    assert run.resolved == 2


def test_a_run_of_another_place_leaves_the_rest_alone(law, bad, chongqing, check):
    check()
    elsewhere = CountyFactory(code="500105", name="江北区", parent__parent=chongqing)
    check(division=elsewhere)
    assert Finding.objects.standing().count() == 2


def test_a_run_of_an_earlier_day_is_a_picture_apart(law, bad, yuzhong, check):
    check()
    joined = MembershipFactory(
        consortium=bad, institution__division=yuzhong, during=(dt.date(2019, 1, 1), dt.date(2020, 1, 1))
    )
    run = check(as_of=dt.date(2019, 6, 30))
    assert joined.pk
    assert verdicts(Finding.objects.of_run(run))["乙医疗集团", "T-01"] == "PASS"
    assert verdicts(Finding.objects.standing())["乙医疗集团", "T-01"] == "FAIL"
    assert not Finding.objects.of_run(run).filter(plan_ended=True).exists()


def test_a_day_to_come_is_refused(law, chongqing, evaluator):
    with pytest.raises(Refused, match="还没有到"):
        runs.start(division=chongqing, by=evaluator, as_of=timezone.localdate() + dt.timedelta(days=1))


def test_the_same_area_is_not_checked_twice_at_once(law, bad, chongqing, evaluator):
    runs.start(division=chongqing, by=evaluator)
    with pytest.raises(Refused, match="还没有结束"):
        runs.start(division=chongqing, by=evaluator)
    assert ComplianceRun.objects.count() == 1


def test_a_leader_may_not_start_a_run(law, chongqing, commission):
    with pytest.raises(Denied):
        runs.start(division=chongqing, by=leader_of(commission))


def test_a_killed_worker_loses_nothing_that_was_done(
    law, chongqing, yuzhong, evaluator, monkeypatch, run_jobs
):
    for number in range(5):
        ConsortiumFactory(name=f"医疗集团{number}", division=yuzhong)
    monkeypatch.setattr(runs, "BATCH", 1)
    run = runs.start(division=chongqing, by=evaluator)
    runs.plan(run)
    assert runs.check_next(run) == 1
    assert runs.check_next(run) == 1
    done = set(Finding.objects.values_list("pk", flat=True))
    assert done
    judged = []
    whole = recording.record

    def record(run, source, ids, book):
        judged.extend((source.subject, pk) for pk in ids)
        return whole(run, source, ids, book)

    monkeypatch.setattr(runs, "record", record)
    (job,) = run_jobs()  # the sweep sends the job again
    assert job.state == Job.State.DONE
    assert {subject for subject, _ in judged} == {"consortium"}  # no rule is about anything else
    assert len(judged) == len(set(judged)) == 3
    assert job.done == job.total
    assert done < set(Finding.objects.values_list("pk", flat=True))
    assert Finding.objects.standing().values("subject_id").distinct().count() == 5


def test_a_batch_is_looked_up_by_its_keys(law, good, check, monkeypatch):
    """At the usual settings the planner reads a nation's register through for each province."""
    settings = set()
    whole = recording.record

    def record(*given):
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('random_page_cost'), current_setting('jit')")
            settings.add(cursor.fetchone())
        return whole(*given)

    monkeypatch.setattr(runs, "record", record)
    check()
    assert settings == {("1.1", "off")}


def test_a_second_delivery_after_the_end_changes_nothing(law, bad, check):
    run = check()
    before = list(Finding.objects.order_by("pk").values())
    Job.objects.filter(pk=run.job_id).update(state=Job.State.RUNNING)
    from evaluation.tasks import run_compliance

    run_compliance(run.job_id)
    assert list(Finding.objects.order_by("pk").values()) == before
    assert ComplianceRun.objects.get().finished_at == run.finished_at


def test_one_subject_at_fault_does_not_keep_the_others_unchecked(law, good, bad, check, monkeypatch):
    whole = recording.record

    def record(run, source, ids, book):
        if bad.pk in ids and source.subject == "consortium":
            raise ValueError("unreadable")
        return whole(run, source, ids, book)

    monkeypatch.setattr(runs, "record", record)
    check()
    assert RunItem.objects.filter(subject_type="consortium").exclude(error="").get().subjects == [bad.pk]
    assert verdicts(Finding.objects.standing())["甲医疗集团", "T-01"] == "PASS"


def test_a_cancelled_run_keeps_what_it_found_and_stops(
    law, chongqing, good, bad, evaluator, run_jobs, monkeypatch
):
    monkeypatch.setattr(runs, "BATCH", 1)
    run = runs.start(division=chongqing, by=evaluator)
    whole = runs.check_next

    def check_next(run):
        done = whole(run)
        jobs.cancel(run.job_id, by=evaluator) if done and not Job.objects.get(
            pk=run.job_id
        ).finished else None
        return done

    monkeypatch.setattr(runs, "check_next", check_next)
    current = runs.work
    from evaluation.tasks import run_compliance

    run_compliance(run.job_id)
    assert current
    run.refresh_from_db()
    assert run.job.state == Job.State.CANCELLED
    assert run.finished_at is None
    assert Finding.objects.standing().values("subject_id").distinct().count() == 1


def test_every_verdict_comes_out_again_from_its_receipt(law, good, bad, check):
    check()
    book = current_book()
    for finding in Finding.objects.select_related("rule", "facts"):
        facts = FactRecord(finding.facts_id, finding.facts.subject, finding.facts.body)
        receipt = Receipt(
            finding.provision, finding.rule.version, facts, finding.reference_date, finding.calendar_version,
            finding.code_version, {},
        )  # fmt: skip
        again = recompute(receipt, book.rule(finding.provision, finding.reference_date))
        assert (str(again.outcome), again.explanation) == (finding.verdict, finding.explanation)
    assert FactSheet.objects.count() == 2


def test_findings_taken_in_part_by_part_are_all_there_and_rest_on_one_sheet(
    law, good, bad, check, monkeypatch
):
    monkeypatch.setattr(writing, "PART", 1)
    assert check().opened == Finding.objects.standing().count() == 4
    rests = Finding.objects.order_by().values_list("subject_id", "facts").distinct()
    assert {subject for subject, _ in rests} == {good.pk, bad.pk}
    assert len(rests) == FactSheet.objects.count() == 2


@pytest.mark.parametrize("many", [1, 1000])
def test_facts_that_are_there_already_are_not_stored_again(law, good, bad, yuzhong, check, monkeypatch, many):
    monkeypatch.setattr(sheets, "MANY", many)
    check()
    before = set(FactSheet.objects.values_list("pk", flat=True))
    Finding.objects.all().delete()
    MembershipFactory(consortium=bad, institution__division=yuzhong)
    check()
    after = set(FactSheet.objects.values_list("pk", flat=True))
    assert before < after
    assert len(after) == 3
    assert set(Finding.objects.filter(consortium=good).values_list("facts", flat=True)) < before


def test_the_night_checks_every_province_that_has_consortia(law, bad, run_jobs):
    nightly_compliance()
    (job,) = run_jobs()
    assert (job.owner, job.state) == (None, Job.State.DONE)
    assert ComplianceRun.objects.get().origin == "nightly"
    assert Finding.objects.standing().filter(verdict="FAIL").exists()


def test_the_night_leaves_a_province_alone_that_is_being_checked(law, bad, chongqing, evaluator):
    runs.start(division=chongqing, by=evaluator)
    assert runs.start_nightly() == []


@pytest.mark.parametrize("number", [1, 12])
def test_a_batch_costs_the_same_number_of_queries_whatever_its_size(
    law, yuzhong, chongqing, evaluator, number
):
    for one in range(number):
        consortium = ConsortiumFactory(name=f"医疗集团{one}", division=yuzhong)
        MembershipFactory(consortium=consortium, institution__division=yuzhong)
    run = runs.start(division=chongqing, by=evaluator)
    runs.plan(run)
    with CaptureQueriesContext(connection) as queries:
        runs.check_next(run)
    assert len(queries) <= 30
