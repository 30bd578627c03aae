"""Two who work on the same import, or one person in two tabs: nothing comes back, nothing is applied unseen."""

import threading
from contextlib import contextmanager

import pytest
from celery import current_app
from django.db import connection

from registry import jobs
from registry.errors import Refused
from registry.imports import reading, service
from registry.imports.marked import build
from registry.models import Job
from tests.registry.imports.rosters import row

FAULTY = row("乙医院", 机构类别代码="Z9")


def work(job: Job) -> None:
    current_app.tasks[job.task](job.pk)


@contextmanager
def at_work(monkeypatch, owner, name: str, job: Job):
    """Another worker runs the job and stands still before the named function until the block ends."""
    inner, inside, go_on = getattr(owner, name), threading.Event(), threading.Event()

    def held(*given):
        if not inside.is_set():  # whoever comes later goes on
            inside.set()
            assert go_on.wait(10)
        return inner(*given)

    def elsewhere():
        work(job)
        connection.close()

    monkeypatch.setattr(owner, name, held)
    worker = threading.Thread(target=elsewhere)
    worker.start()
    assert inside.wait(10)
    try:
        yield
    finally:
        go_on.set()
        worker.join(10)


@pytest.mark.django_db
def test_a_waiting_apply_is_not_given_other_rows_than_were_seen(stage):
    batch = stage(row("甲医院"))
    job = service.start_apply(batch.pk, by=batch.sent_by)
    for act in (service.reread, service.discard):
        with pytest.raises(Refused, match=r"“应用 名录.*”还没有结束"):
            act(batch.pk, by=batch.sent_by)
    jobs.cancel(job.pk, by=batch.sent_by)
    assert service.reread(batch.pk, by=batch.sent_by).state == "reading"


@pytest.mark.django_db
def test_reading_again_makes_the_marks_of_the_last_reading_void(stage, every_task):
    batch = stage(row("甲医院"), FAULTY)
    for _ in range(2):
        job = service.reread(batch.pk, by=batch.sent_by).job
        work(job)
        job.refresh_from_db()
        assert (job.state, job.error) == ("done", "")
    marks = Job.objects.filter(kind="import_mark").order_by("pk")
    assert [one.state for one in marks] == ["cancelled", "queued"]
    batch.refresh_from_db()
    assert batch.marked_job == marks.last()


@pytest.mark.django_db(transaction=True)
def test_marks_that_are_void_do_not_take_the_place_of_newer_ones(stage, every_task, monkeypatch):
    batch = stage(row("甲医院"), FAULTY)
    work(service.reread(batch.pk, by=batch.sent_by).job)
    batch.refresh_from_db()
    with at_work(monkeypatch, build, "_write", batch.marked_job):
        work(service.reread(batch.pk, by=batch.sent_by).job)
    batch.refresh_from_db()
    assert not batch.marked


@pytest.mark.django_db(transaction=True)
def test_an_import_that_is_read_cannot_be_let_be_and_come_back(stage, every_task, monkeypatch):
    batch = stage(row("甲医院"))
    job = service.reread(batch.pk, by=batch.sent_by).job
    with at_work(monkeypatch, reading, "_stage_rows", job):
        with pytest.raises(Refused, match="还没有结束"):
            service.discard(batch.pk, by=batch.sent_by)
        jobs.cancel(job.pk, by=batch.sent_by)
        with pytest.raises(Refused, match="请过几秒再试"):
            service.discard(batch.pk, by=batch.sent_by)
    batch.refresh_from_db()
    assert batch.state == "reading", "whoever was stopped does not say that it is read"
    service.discard(batch.pk, by=batch.sent_by)
    assert not batch.staged_rows.exists()


@pytest.mark.django_db(transaction=True)
def test_a_reading_that_was_stopped_and_begun_again_is_read_once(stage, every_task, monkeypatch):
    batch = stage(row("甲医院"), FAULTY)
    job = service.reread(batch.pk, by=batch.sent_by).job
    with at_work(monkeypatch, reading, "_stage_rows", job):
        jobs.cancel(job.pk, by=batch.sent_by)
        again = service.reread(batch.pk, by=batch.sent_by).job
        second = threading.Thread(target=lambda: (work(again), connection.close()))
        second.start()
        second.join(0.3)
        assert second.is_alive(), "it waits for the first"
    second.join(10)
    again.refresh_from_db()
    batch.refresh_from_db()
    assert (again.state, batch.state, batch.job) == ("done", "staged", again)
    assert (batch.staged_rows.count(), batch.issues.filter(severity="error").count()) == (2, batch.errors)
