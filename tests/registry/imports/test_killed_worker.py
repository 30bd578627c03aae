"""kill -9 of a real worker at every stage of an import: taken up again by the next one, never half-applied."""

import os
import signal
import subprocess
from contextlib import contextmanager

import pytest
from celery import current_app
from django.conf import settings as project

from registry import jobs
from registry.imports import service, undo
from registry.models import AuditEntry, ImportBatch, Institution, InstitutionName, Job
from tests.config.posting import broker_of
from tests.config.test_worker import WORKER, environment  # noqa: F401  the same broker and database
from tests.registry.imports.rosters import row
from tests.servers import wait_for

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.machine,
    pytest.mark.parametrize("environment", ["folders"], indirect=True),
]
ROWS = [row("甲医院", 核定床位数=2, 第二名称="甲院"), row("乙医院"), row("分院", 主要机构="乙医院")]


@pytest.fixture
def worker(environment, tmp_path):  # noqa: F811
    """Starts a worker that stops dead after the named function, and kills it without a word at the end."""
    paused = tmp_path / "paused"

    @contextmanager
    def start(pause_at: str = ""):
        log = (tmp_path / "worker.log").open("ab")
        options = ["--concurrency", "1", "--include", "tests.registry.imports.worker_pauses"]
        process = subprocess.Popen(
            [*WORKER, *options],
            env=environment
            | {"PAUSE_AT": pause_at, "PAUSED": str(paused), "MEDIA_ROOT": str(project.MEDIA_ROOT)},
            cwd=project.BASE_DIR,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            yield paused
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            log.close()

    return start


@pytest.fixture
def send(environment, monkeypatch):  # noqa: F811
    """Put the jobs on the worker's broker; a message of the tests' own goes nowhere."""
    monkeypatch.setattr(jobs, "send", lambda pk: None)

    def run() -> None:
        with broker_of(environment) as broker:
            for job in Job.objects.unfinished():
                current_app.send_task(job.task, args=[job.pk], connection=broker)

    return run


def killed_at(worker, send, stop: str) -> None:
    with worker(stop) as paused:
        send()
        wait_for(paused.exists, f"the worker did not come to {stop}")


def finished(job: Job) -> bool:
    job.refresh_from_db()
    return job.finished


@pytest.mark.parametrize(
    "stop",
    [
        "registry.imports.queue.take_turn",
        "registry.imports.writing.update_changed",
        "registry.imports.writing.insert_new",
        "registry.imports.writing.join_branches",
        "registry.imports.applying.apply",  # committed, but nobody was told
    ],
)
def test_applying(worker, send, imported, stage, stop):
    imported(row("甲医院", 核定床位数=1))
    batch = stage(*ROWS)
    before = AuditEntry.objects.filter(table_name="registry_institution").count()
    job = service.start_apply(batch.pk, by=batch.sent_by)
    killed_at(worker, send, stop)
    committed = stop.endswith("applying.apply")
    assert finished(job) is False and job.state == "running"
    assert Institution.objects.count() == (3 if committed else 1)
    assert ImportBatch.objects.get(pk=batch.pk).state == ("applied" if committed else "staged")
    with worker():
        send()
        wait_for(lambda: finished(job), "the job was not taken up again")
    assert (job.state, job.attempts) == ("done", 2), job.error
    assert ImportBatch.objects.get(pk=batch.pk).state == "applied"
    assert sorted(Institution.objects.values_list("name", "beds", "version")) == [
        ("乙医院", None, 1), ("分院", None, 1), ("甲医院", 2, 2),
    ]  # fmt: skip
    assert InstitutionName.objects.count() == 1
    entries = AuditEntry.objects.filter(table_name="registry_institution", context__batch=batch.pk)
    assert entries.count() == AuditEntry.objects.filter(table_name="registry_institution").count() - before
    # Two new rows; one changed, one joined to its main institution, one whose second name can now be searched for.
    assert sorted(entries.values_list("action", flat=True)) == ["INSERT"] * 2 + ["UPDATE"] * 3


def test_reading(worker, send, stage):
    batch = stage(*ROWS)
    job = service.reread(batch.pk, by=batch.sent_by).job
    killed_at(worker, send, "registry.imports.staging._send")
    assert ImportBatch.objects.get(pk=batch.pk).state == "reading"
    with worker():
        send()
        wait_for(lambda: finished(job), "the file was not read again")
    batch.refresh_from_db()
    assert (job.state, batch.state, batch.rows, batch.staged_rows.count()) == ("done", "staged", 3, 3)


def test_undoing(worker, send, imported):
    imported(row("甲医院", 核定床位数=1))
    batch = imported(*ROWS)
    job = undo.start_undo(batch.pk, by=batch.sent_by)
    killed_at(worker, send, "registry.imports.restoring.remove_created")
    assert Institution.objects.count() == 3 and Institution.objects.get(name="甲医院").beds == 2
    with worker():
        send()
        wait_for(lambda: finished(job), "the undo was not taken up again")
    assert (job.state, job.attempts) == ("done", 2), job.error
    assert [(one.name, one.beds) for one in Institution.objects.all()] == [("甲医院", 1)]
    assert not InstitutionName.objects.exists()
