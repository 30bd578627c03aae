"""A run is shared by several workers, place by place, and ends when nobody holds a batch any more."""

import pytest

from evaluation import runs, tasks
from evaluation.models import ComplianceRun, Finding
from registry.models import Job
from tests.actors import evaluator_of
from tests.factories import CityFactory, ConsortiumFactory, CountyFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def started(law, good, bad, chongqing, commission, monkeypatch):
    """A run over Chongqing with consortia in two more districts and in a prefecture, ready to be worked on."""
    for code, name in (("500105", "江北区"), ("500106", "沙坪坝区")):
        ConsortiumFactory(
            name=f"{name}医疗集团", division=CountyFactory(code=code, name=name, parent__parent=chongqing)
        )
    prefecture = CityFactory(code="500300", name="万州市", kind="地级市", parent=chongqing)
    for code in ("500301", "500302"):
        ConsortiumFactory(name=code, division=CountyFactory(code=code, name=code, parent=prefecture))
    monkeypatch.setattr(runs, "SPREAD", 0)
    run = runs.start(division=chongqing, by=evaluator_of(commission))
    Job.objects.filter(pk=run.job_id).update(state=Job.State.RUNNING)
    runs.plan(run)
    run.job.refresh_from_db()
    return run


def places(run):
    return list(run.items.order_by("pk").values_list("place", flat=True).distinct().order_by())


def test_the_list_is_laid_out_by_district_and_prefecture(started):
    assert set(places(started)) == {"500000", "500103", "500105", "500106", "500300"}
    assert started.items.order_by("pk").last().place == "500000"


def test_a_small_run_is_not_divided(started, chongqing, monkeypatch):
    monkeypatch.setattr(runs, "SPREAD", 2000)
    started.items.all().delete()
    runs.plan(started)
    assert places(started) == [chongqing.code]
    assert started.items.count() == started.items.values("subject_type").distinct().count()


def test_a_helper_does_one_place_and_stands_in_line_again(started):
    assert runs.help_with(started)
    left = set(started.items.filter(done_at=None).values_list("place", flat=True))
    assert len(left) == 3
    while runs.help_with(started):
        pass
    assert not started.items.filter(done_at=None).exists()
    assert ComplianceRun.objects.get(pk=started.pk).finished_at is None  # the worker with the job ends it


def test_a_helper_leaves_at_once_when_the_run_is_stopped(started):
    Job.objects.filter(pk=started.job_id).update(state=Job.State.CANCELLED)
    started.job.refresh_from_db()
    assert not runs.help_with(started)
    assert not Finding.objects.exists()


def test_the_worker_waits_for_a_batch_that_a_helper_holds_and_takes_it_over(started, monkeypatch):
    """The helper is killed: its batch comes free again and is done by the one who waits."""
    held = started.items.filter(done_at=None).order_by("pk").last()
    real = runs.check_next

    def held_back(run, place=None):
        if run.items.filter(done_at=None).exclude(pk=held.pk).exists() or released:
            return real(run, place)
        return None

    monkeypatch.setattr(runs, "check_next", held_back)
    released = []
    result = runs.work(
        started.job, started, call_helpers=lambda run: None, pause=lambda seconds: released.append(seconds)
    )
    started.refresh_from_db()
    assert released == [runs.HELD]
    assert started.finished_at is not None
    assert result["tally"]["FAIL"] >= 1


def test_as_many_helpers_are_called_as_there_is_work_for(started, settings, monkeypatch):
    called = []
    monkeypatch.setattr(tasks.help_compliance, "delay", called.append)
    settings.COMPLIANCE_HELPERS = 10
    tasks.call_helpers(started)
    assert called == [started.pk] * 3
    settings.COMPLIANCE_HELPERS = 0
    tasks.call_helpers(started)
    assert len(called) == 3


def test_progress_can_be_watched_by_place(started, client):
    runs.help_with(started)
    rows = {row["name"]: (row["done"], row["total"]) for row in runs.progress_by_place(started)}
    assert rows["万州市"][1] > rows["江北区"][1] >= 2
    assert sum(done for done, _ in rows.values()) == runs.progress(started)[0] > 0
