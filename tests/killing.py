"""A real worker that stops dead at one point and is killed there without a word (tests/worker_pauses.py)."""

import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from celery import current_app
from django.conf import settings as project

from registry import jobs
from registry.models import Job
from tests.config.posting import broker_of
from tests.config.test_worker import WORKER
from tests.servers import wait_for


class Workers:
    """Workers of one test, one after the other, and the broker that they take their messages from."""

    def __init__(self, environment: dict[str, str], folder: Path) -> None:
        self._environment, self._paused = environment, folder / "paused"
        self._log = folder / "killed.log"

    @contextmanager
    def running(self, **pause: str) -> Iterator[Path]:
        """One that works, or stops at PAUSE_AT; it is killed at the end. Answers the file by which it says so."""
        options = ["--concurrency", "1", "--include", "tests.worker_pauses"]
        told = {"PAUSED": str(self._paused), "MEDIA_ROOT": str(project.MEDIA_ROOT)}
        with self._log.open("ab") as log:
            process = subprocess.Popen(
                [*WORKER, *options],
                env=self._environment | pause | told,
                cwd=project.BASE_DIR,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            try:
                yield self._paused
            finally:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def post(self, task: str, *arguments: object) -> None:
        with broker_of(self._environment) as broker:
            current_app.send_task(task, args=arguments, connection=broker)

    def post_jobs(self) -> None:
        """Send every unfinished job, as the sweep does."""
        for job in Job.objects.unfinished():
            self.post(job.task, job.pk)

    def killed_at(self, stop: str, post: Callable[[], None], **pause: str) -> None:
        with self.running(PAUSE_AT=stop, **pause) as paused:
            post()
            wait_for(paused.exists, f"the worker did not come to {stop}")

    def finish(self, job: Job) -> None:
        """Another worker takes the job up and ends it."""
        with self.running():
            self.post_jobs()
            wait_for(lambda: ended(job), "the job was not taken up again")


def ended(job: Job) -> bool:
    job.refresh_from_db()
    return job.finished


@pytest.fixture
def workers(environment, tmp_path, monkeypatch) -> Workers:
    """Messages of the tests' own go nowhere; `environment` comes from tests.config.test_worker."""
    monkeypatch.setattr(jobs, "send", lambda pk: None)
    return Workers(environment, tmp_path)
