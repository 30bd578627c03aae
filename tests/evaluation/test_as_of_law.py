"""As of a past day the law of that day is applied: the version published by then, also when it has been followed since."""

import json
from datetime import date
from io import StringIO

import pytest
from django.core.management import call_command

from evaluation import runs
from evaluation.models import Finding
from evaluation.receipts import Rechecked, recheck
from registry.models import Rule
from registry.policy.library import book_on, current_book
from registry.policy.load import load_packs
from tests.actors import evaluator_of

pytestmark = pytest.mark.django_db
day_of = date.fromisoformat
FIRST, SECOND, TODAY = "2026-03-02", "2026-06-01", "2026-09-01"


@pytest.fixture
def two_versions(publish, time_machine):
    """One kind of member was asked for from March, two kinds are from June on."""
    time_machine.move_to(f"{FIRST}T02:00:00Z")
    publish(1)
    time_machine.move_to(f"{SECOND}T02:00:00Z")
    publish(2)
    time_machine.move_to(f"{TODAY}T02:00:00Z")


def asked_for(book) -> int:
    return next(rule for rule in book.packs["small-law"].rules if rule.id == "T-01").params["at_least"]


def test_the_version_of_the_day_is_used_and_before_the_first_the_first(two_versions):
    days = ("2020-01-01", FIRST, "2026-05-31", SECOND, TODAY, "2027-01-01")
    assert [asked_for(book_on(day_of(day))) for day in days] == [1, 1, 1, 2, 2, 2]
    assert asked_for(current_book()) == 2


def test_a_day_gone_by_costs_one_query_more(two_versions, django_assert_num_queries):
    for day in (TODAY, "2026-05-31"):
        book_on(day_of(day))
    with django_assert_num_queries(1):
        book_on(day_of(TODAY))
    with django_assert_num_queries(2):
        book_on(day_of("2026-05-31"))


def answered(day: str) -> str:
    out = StringIO()
    call_command("check_compliance", format="json", as_of=day, stdout=out)
    return next(row["verdict"] for row in json.loads(out.getvalue()) if row["rule"] == "T-01")


def test_the_command_answers_with_the_law_of_the_day(two_versions, good):
    assert answered("2026-05-31") == "PASS"
    assert answered(SECOND) == "FAIL"


def test_a_run_of_a_day_gone_by_keeps_the_version_it_applied(
    two_versions, good, chongqing, commission, run_jobs
):
    runs.start(division=chongqing, by=evaluator_of(commission), as_of=day_of("2026-05-31"))
    run_jobs()
    finding = Finding.objects.get(provision="T-01")
    assert finding.verdict == "PASS"
    assert finding.rule.retired_at is not None and finding.rule.body["params"]["at_least"] == 1
    told = Rechecked()
    assert not list(recheck(Finding.objects.all(), told)) and told.total == 2


def test_a_provision_that_was_dropped_since_is_still_judged_then(
    two_versions, good, chongqing, commission, run_jobs, tmp_path, time_machine
):
    pack = tmp_path / "small-law.toml"
    head, _first, rest = pack.read_text().partition("[[rule]]")
    pack.write_text(head + rest[rest.index("[[rule]]") :])
    time_machine.move_to("2026-10-01T02:00:00Z")
    load_packs(tmp_path)
    assert not Rule.objects.in_force().filter(provision="T-01").exists()
    runs.start(division=chongqing, by=evaluator_of(commission), as_of=day_of(TODAY))
    run_jobs()
    assert Finding.objects.get(provision="T-01").verdict == "FAIL"
