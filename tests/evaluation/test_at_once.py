"""Two people, or two workers, at the same finding or the same area in the same moment."""

import datetime as dt

import pytest
from django.utils import timezone

from evaluation import recheck, rectifications, runs
from evaluation.models import Finding, Rectification
from evaluation.tasks import run_compliance
from registry.errors import Refused
from registry.models import Job, Lead
from tests.actors import evaluator_of, filer_of
from tests.factories import MembershipFactory
from tests.factories.filing import pdf
from tests.together import refusals, together

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def evaluators(commission):
    return [evaluator_of(commission) for _ in range(2)]


@pytest.fixture
def soon():
    return timezone.localdate() + dt.timedelta(days=30)


@pytest.fixture
def finding(law, good, bad):
    recheck.recheck()
    return Finding.objects.get(provision="T-01", verdict="FAIL")


def test_two_who_have_the_same_finding_put_right(finding, evaluators, soon):
    results = together(
        *[
            lambda by=by: rectifications.ask(finding=finding, by=by, due_on=soon, text="请改")
            for by in evaluators
        ]
    )
    (lost,) = refusals(results)
    assert isinstance(lost, Refused) and "已经交办" in str(lost)
    assert Rectification.objects.count() == 1


def test_two_who_close_the_same_rectification(finding, evaluators, soon, bad):
    row = rectifications.ask(finding=finding, by=evaluators[0], due_on=soon, text="请改")
    filer = filer_of(Lead.objects.get(consortium=bad).institution)
    rectifications.report(row.pk, by=filer, text="已改", proof=pdf())
    results = together(*[lambda by=by: rectifications.close(row.pk, by=by, text="已核") for by in evaluators])
    (lost,) = refusals(results)
    assert isinstance(lost, Refused) and "请刷新页面" in str(lost)
    assert row.steps.filter(act="close").count() == 1


def test_a_province_and_a_district_of_it_are_checked_while_something_changes(
    law, good, bad, chongqing, yuzhong, evaluators
):
    run_compliance(runs.start(division=chongqing, by=evaluators[0]).job_id)
    MembershipFactory(consortium=bad, institution__division=yuzhong)
    wide = runs.start(division=chongqing, by=evaluators[0])
    narrow = runs.start(division=yuzhong, by=evaluators[1])
    results = together(
        lambda: run_compliance(wide.job_id), lambda: run_compliance(narrow.job_id), recheck.recheck
    )
    assert refusals(results) == []
    assert set(Job.objects.values_list("state", flat=True)) == {"done"}
    said = Finding.objects.filter(consortium=bad, provision="T-01").order_by("pk")
    assert [(one.verdict, one.stands) for one in said] == [("FAIL", False), ("PASS", True)]
