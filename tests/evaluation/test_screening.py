"""What a run spares itself changes nothing: not a verdict, not a count, not a receipt."""

from collections import Counter

import pytest
from django.utils import timezone

from evaluation import runs
from evaluation.areas import EVERYWHERE, area_of
from evaluation.models import ComplianceRun, Finding
from evaluation.receipts import Rechecked, recheck
from evaluation.subjects import BY_SUBJECT, SOURCES
from registry.facts.codec import encode, spell
from registry.models import Division, Rule
from registry.policy.engine import judge
from registry.policy.library import current_book
from registry.policy.pack import canonical
from registry.policy.verdict import Outcome
from tests.evaluation.nation import Nation

pytestmark = pytest.mark.django_db


@pytest.fixture(params=range(4))
def nation(documents, request):
    """Two provinces under the published packs, after some changes at random."""
    nation = Nation(request.param)
    for _ in range(15):
        nation.change()
    return nation


def run_of(division: Division) -> ComplianceRun:
    return ComplianceRun.objects.create(division=division, as_of=timezone.localdate(), origin="nightly")


def whole_facts(area_path: str) -> dict:
    """Every verdict of a place as whole facts give it, NA included."""
    today, book = timezone.localdate(), current_book()
    found = {}
    for source in SOURCES:
        known = source.describe(source.ids(EVERYWHERE, today), today)
        for pk, facts in source.read(list(known), today):
            for one in judge([facts], book, today) if known[pk].path.startswith(area_path) else ():
                found[source.subject, pk, one.rule.id] = one.verdict
    return found


def test_outside_the_reach_of_every_rule_whole_facts_say_not_applicable(nation):
    outside = 0
    for province in Division.objects.filter(level="province").order_by("code"):
        run = run_of(province)
        runs.plan(run)
        verdicts = whole_facts(province.path)
        for source in SOURCES:
            items = run.items.filter(subject_type=source.subject)
            judged = {pk for item in items for pk in item.subjects}
            rest = {pk for pk in source.ids(area_of(province), run.as_of) if pk not in judged}
            counted = [item for item in items if item.done_at]
            assert sum(item.size for item in counted) == len(rest)
            said = Counter(
                str(v.outcome)
                for (kind, pk, _), v in verdicts.items()
                if kind == source.subject and pk in rest
            )
            assert said == sum((Counter(item.tally) for item in counted), Counter())
            assert set(said) <= {"NA"}
            outside += len(rest)
    assert outside


def test_a_run_says_and_counts_what_whole_facts_say(nation):
    for province in Division.objects.filter(level="province").order_by("code"):
        run = run_of(province)
        runs.plan(run)
        while runs.check_next(run) is not None:
            pass
        runs.finish(run)
        run.refresh_from_db()
        expected = whole_facts(province.path)
        assert run.tally == Counter(str(verdict.outcome) for verdict in expected.values())
        stored = {
            (row.subject_type, row.subject_id, row.provision): (
                row.verdict, row.explanation, row.cure, row.evidence, row.missing,
            )
            for row in Finding.objects.standing().filter(division__path__startswith=province.path)
        }  # fmt: skip
        assert stored == {
            key: (str(v.outcome), v.explanation, v.cure, dict(v.evidence), list(v.missing))
            for key, v in expected.items()
            if v.outcome is not Outcome.NA
        }
    findings = Finding.objects.standing().select_related("facts")
    assert findings
    assert list(recheck(findings, Rechecked())) == []


def test_what_no_longer_stands_is_found_although_no_rule_reaches_it(nation):
    """A finding of an institution that nothing reaches any more is judged again, and so closed."""
    division = Division.objects.get(code="500000")
    run = run_of(division)
    runs.plan(run)
    listed = {pk for item in run.items.filter(subject_type="institution") for pk in item.subjects}
    pk = next(pk for pk in BY_SUBJECT["institution"].ids(area_of(division), run.as_of) if pk not in listed)
    Finding.objects.create(
        subject_type="institution", subject_id=pk, subject_name="甲", division=division, provision="CQ-08",
        modality="应当", verdict="REVIEW", explanation="甲", reference_date=run.as_of, first_seen=run.as_of,
        rule=Rule.objects.in_force().order_by("pk").first(),
    )  # fmt: skip
    again = run_of(division)
    runs.plan(again)
    waiting = again.items.filter(done_at__isnull=True, subject_type="institution")
    assert any(pk in item.subjects for item in waiting)


def test_facts_are_spelled_as_their_canonical_form(nation):
    today = timezone.localdate()
    for source in SOURCES:
        for _, facts in source.read(source.ids(EVERYWHERE, today), today):
            assert spell(facts) == canonical(encode(facts))
