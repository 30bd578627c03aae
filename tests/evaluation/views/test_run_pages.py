"""Pages of compliance runs: starting, watching, stopping."""

import datetime as dt

import pytest
from django.urls import reverse

from evaluation import runs
from evaluation.models import ComplianceRun
from registry.models import Job
from tests.actors import evaluator_of, leader_of, stranger
from tests.evaluation.pages import page

pytestmark = pytest.mark.django_db


def test_an_evaluator_starts_a_run_from_the_page_and_watches_it(
    client, law, bad, chongqing, commission, run_jobs
):
    client.force_login(evaluator_of(commission))
    answer = client.post(
        reverse("evaluation:runs"), {"division": chongqing.pk, "as_of": dt.date.today().isoformat()}
    )
    run = ComplianceRun.objects.get()
    assert answer.url == reverse("evaluation:run", args=[run.pk])
    assert "hx-trigger" in page(client, "run", run.pk)
    Job.objects.update(state=Job.State.RUNNING, done=3, total=8, phase="已检查")
    fragment = client.get(
        reverse("evaluation:run", args=[run.pk]), headers={"HX-Request": "true"}
    ).content.decode()
    assert 'value="3" max="8"' in fragment
    assert "<html" not in fragment
    Job.objects.update(state=Job.State.QUEUED)
    run_jobs()
    text = page(client, "run", run.pk)
    assert "hx-trigger" not in text
    assert "查看结果" in text


def test_starting_the_same_area_again_is_refused_in_words(client, law, bad, chongqing, commission):
    evaluator = evaluator_of(commission)
    runs.start(division=chongqing, by=evaluator)
    client.force_login(evaluator)
    answer = client.post(
        reverse("evaluation:runs"), {"division": chongqing.pk, "as_of": dt.date.today().isoformat()}
    )
    assert "还没有结束" in answer.content.decode()


def test_a_run_can_be_stopped_by_who_started_it(client, law, bad, chongqing, commission):
    evaluator = evaluator_of(commission)
    run = runs.start(division=chongqing, by=evaluator)
    client.force_login(evaluator)
    client.post(reverse("evaluation:run_cancel", args=[run.pk]))
    run.job.refresh_from_db()
    assert run.job.state == Job.State.CANCELLED
    assert "已停止" in page(client, "run", run.pk)


def test_a_leader_reads_runs_but_cannot_start_one(client, checked, chongqing, commission):
    client.force_login(leader_of(commission))
    assert "开始检查" not in page(client, "runs")
    page(client, "run", checked.pk)
    answer = client.post(
        reverse("evaluation:runs"), {"division": chongqing.pk, "as_of": dt.date.today().isoformat()}
    )
    assert answer.status_code == 403
    assert ComplianceRun.objects.count() == 1


def test_a_run_elsewhere_does_not_exist_for_a_stranger(client, checked):
    client.force_login(stranger())
    assert client.get(reverse("evaluation:run", args=[checked.pk])).status_code == 404
    assert client.get(reverse("evaluation:runs")).status_code == 404


def test_a_run_that_missed_something_says_so(client, checked, commission):
    client.force_login(evaluator_of(commission))
    ComplianceRun.objects.update(missed=0)
    assert "没有遗漏" in page(client, "run", checked.pk)
    ComplianceRun.objects.update(missed=2)
    assert "没有被随改随查发现" in page(client, "run", checked.pk)


def test_what_is_kept_of_a_past_day_is_said_to_stand_beside(
    client, law, bad, chongqing, commission, run_jobs
):
    evaluator = evaluator_of(commission)
    run = runs.start(division=chongqing, by=evaluator, as_of=dt.date(2019, 6, 30))
    run_jobs()
    client.force_login(evaluator)
    text = page(client, "run", run.pk)
    assert "现有结果没有改动" in text and "不再成立" not in text


def test_what_could_not_be_checked_is_named_in_words(client, checked, commission):
    checked.items.create(subject_type="consortium", subjects=[1], error="ValueError: x")
    client.force_login(evaluator_of(commission))
    table = page(client, "run", checked.pk)
    listed = table[table.index("没有查成的对象表") :]
    assert "<td>医联体</td>" in listed and "<td>consortium</td>" not in listed


def test_a_run_as_of_a_mistyped_year_is_not_started(client, chongqing, commission):
    client.force_login(evaluator_of(commission))
    shown = client.post(reverse("evaluation:runs"), {"division": chongqing.pk, "as_of": "0201-06-30"})
    assert "请核对年份" in shown.text and shown.status_code == 422
    assert not ComplianceRun.objects.exists()
