"""A real worker in a process of its own, on the broker without a server and on a real Redis."""

import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from urllib.parse import quote

import pytest
from django.conf import settings as project
from django.db import connection

from registry.models import Job
from tests import machine, servers
from tests.servers import wait_for

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.machine]
WORKER = [sys.executable, "-m", "celery", "-A", "config", "worker"]
COUNT = "jobs.start_job('test', 'Count', task='tests.count', rows=5)"
WAIT = "jobs.start_job('test', 'Wait', task='tests.wait', seconds=300)"


@pytest.fixture(params=["folders", pytest.param("redis", marks=pytest.mark.redis)])
def environment(request, tmp_path):
    """What every process of this test gets: the test database and one broker."""
    given = connection.get_connection_params()
    words = [
        f"{key}={quote(str(given[key]), safe='')}"
        for key in ("host", "port", "user", "password")
        if key in given
    ]
    url = f"postgres:///{given['dbname']}?{'&'.join(words)}"
    common = os.environ | {
        "DATABASE_URL": url,
        "LOCAL_DIR": str(tmp_path),
        "BROKER_DIR": str(tmp_path / "broker"),
        "PYTHONPATH": str(project.BASE_DIR),
    }
    if request.param == "redis":
        program = machine.redis_server()
        if program is None:
            pytest.fail("There is no redis-server: install it, or leave these tests out with -m 'not redis'.")
        with servers.redis(program) as redis_url:
            yield common | {"REDIS_URL": redis_url}
    else:
        yield common | {"REDIS_URL": ""}


@pytest.fixture
def worker(environment, tmp_path):
    """Starts a worker and waits until it is ready; kills it without a word at the end."""

    @contextmanager
    def start():
        log = tmp_path / "worker.log"
        options = ["--concurrency", "1", "--include", "tests.config.worker_tasks", "--loglevel", "INFO"]
        with log.open("wb") as output:
            process = subprocess.Popen(
                [*WORKER, *options],
                env=environment,
                cwd=project.BASE_DIR,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            wait_for(lambda: " ready." in log.read_text(), "the worker is not ready")
            yield process
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    return start


@pytest.fixture
def web(environment):
    """Runs lines of code as another process does that shares database and broker with the worker."""

    def run(code: str, **changes: str) -> None:
        shell = [sys.executable, "manage.py", "shell", "-v", "0", "-c", f"from registry import jobs; {code}"]
        subprocess.run(shell, env=environment | changes, cwd=project.BASE_DIR, check=True)

    return run


def state() -> str:
    return Job.objects.get().state


def test_a_job_is_done_by_the_worker_with_its_progress(worker, web):
    with worker():
        web(COUNT)
        wait_for(lambda: state() == Job.State.DONE, "the job was not done")
    job = Job.objects.get()
    assert (job.done, job.total, job.result) == (5, 5, {"counted": 5})


def test_a_job_whose_worker_is_killed_is_done_by_the_next_one(worker, web):
    with worker():
        web(WAIT)
        wait_for(lambda: state() == Job.State.RUNNING, "the job did not begin")
    with worker():
        web("jobs.sweep()")
        wait_for(lambda: state() == Job.State.DONE, "the job was not done again")
    assert Job.objects.get().result == {"attempt": 2}


@pytest.mark.parametrize("environment", ["folders"], indirect=True)
def test_a_broker_that_is_down_only_delays_a_job(worker, web):
    web(COUNT, REDIS_URL=f"redis://127.0.0.1:{servers.free_port()}/0")
    assert state() == Job.State.QUEUED
    with worker():
        web("jobs.sweep()")
        wait_for(lambda: state() == Job.State.DONE, "the job was not sent again")
