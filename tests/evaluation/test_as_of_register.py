"""As of a past day institutions count that were open on it, whatever has become of them since."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from evaluation import recheck, runs
from evaluation.areas import EVERYWHERE
from evaluation.models import Finding
from evaluation.subjects import BY_SUBJECT, judged
from registry.models import Institution
from registry.policy.library import book_on
from tests.actors import evaluator_of
from tests.factories import ConsortiumFactory, InstitutionFactory, LeadFactory, MembershipFactory

pytestmark = pytest.mark.django_db
BEFORE, BETWEEN, AFTER = dt.date(2024, 4, 30), dt.date(2024, 8, 1), dt.date(2024, 10, 1)


@pytest.fixture
def county(documents, yuzhong):
    """A county community without township hospitals: the first was closed, the second closed and reopened."""
    community = ConsortiumFactory(kind="county_community", division=yuzhong)
    LeadFactory(consortium=community, institution__division=yuzhong)
    MembershipFactory(
        consortium=community, institution=InstitutionFactory(community_centre=True, division=yuzhong)
    )
    shut, back = (
        InstitutionFactory(name=name, division=yuzhong, institution_class__code="C220")
        for name in ("东镇卫生院", "西镇卫生院")
    )
    Institution.objects.filter(pk=shut.pk).update(status="closed", closed_on=dt.date(2024, 7, 1))
    Institution.objects.filter(pk=back.pk).update(status="closed", closed_on=dt.date(2024, 5, 1))
    Institution.objects.filter(pk=back.pk).update(
        status="open", closed_on=None, reopened_on=dt.date(2024, 9, 1)
    )
    return yuzhong


def said(subject: str, provision: str, day: dt.date):
    source = BY_SUBJECT[subject]
    book = book_on(day)
    ids = source.ids(EVERYWHERE, day)
    found = {
        judgement.rule.id: judgement.verdict
        for one, judgements in judged(source, ids, book, day)
        if one.kind or one.code == "500103"
        for judgement in judgements
    }
    return found[provision]


def test_a_judged_place_has_the_institutions_of_the_day(county):
    alone = {day: said("division", "CQ-33", day).evidence["没有加入"] for day in (BEFORE, BETWEEN, AFTER)}
    assert {day: set(listed) for day, listed in alone.items()} == {
        BEFORE: {"东镇卫生院", "西镇卫生院"}, BETWEEN: set(), AFTER: {"西镇卫生院"}
    }  # fmt: skip


def test_a_run_of_a_day_asks_for_the_kinds_that_were_open_on_it(county, commission, run_jobs):
    verdicts = {}
    for day in (BEFORE, BETWEEN, AFTER, None):
        run = runs.start(division=commission.division, by=evaluator_of(commission), as_of=day)
        run_jobs()
        rows = Finding.objects.of_run(run) if day else Finding.objects.standing()
        verdicts[day] = rows.get(provision="CQ-30").verdict
    assert list(verdicts.values()) == ["FAIL", "PASS", "FAIL", "FAIL"]


def test_a_past_day_costs_no_query_more(county):
    counts = set()
    for day in (BETWEEN, timezone.localdate()):
        book = book_on(timezone.localdate())
        with CaptureQueriesContext(connection) as queries:
            for subject in ("consortium", "division", "institution", "grid"):
                source = BY_SUBJECT[subject]
                list(judged(source, source.ids(EVERYWHERE, day), book, day))
        counts.add(len(queries))
    assert len(counts) == 1


def test_an_institution_founded_later_is_not_judged(county):
    later = InstitutionFactory(division=county, founded_on=AFTER)
    source = BY_SUBJECT["institution"]
    assert later.pk not in source.ids(EVERYWHERE, BETWEEN)
    assert later.pk in source.ids(EVERYWHERE, AFTER)
    assert later.pk in source.ids(EVERYWHERE, timezone.localdate())


def test_of_an_institution_that_is_not_open_nothing_is_asked(documents, yuzhong):
    centre = InstitutionFactory(community_centre=True, division=yuzhong)
    for name in ("甲医疗集团", "乙医疗集团"):
        MembershipFactory(consortium=ConsortiumFactory(name=name, division=yuzhong), institution=centre)
    source = BY_SUBJECT["institution"]

    def asked(day):
        return any(judgements for _, judgements in judged(source, [centre.pk], book_on(day), day))

    recheck.judge_now("institution", [centre.pk])
    about_it = Finding.objects.standing().filter(subject_type="institution", subject_id=centre.pk)
    assert about_it.exists()
    Institution.objects.filter(pk=centre.pk).update(status="closed", closed_on=dt.date(2024, 7, 1))
    recheck.judge_now("institution", [centre.pk])
    assert not about_it.exists()
    assert [asked(day) for day in (BEFORE, BETWEEN, timezone.localdate())] == [True, False, False]
