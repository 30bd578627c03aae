"""kill -9 of a real worker in the middle of a round of messages: the next round says what is left, and nothing twice."""

import os
import signal
import subprocess
from contextlib import contextmanager

import pytest
from celery import current_app
from django.conf import settings as project

from filing import transitions
from filing.tasks import announce_recent
from registry.models import Notification
from tests.config.posting import broker_of
from tests.config.test_worker import WORKER, environment  # noqa: F401  the same broker and database
from tests.factories.filing import Case
from tests.servers import wait_for

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.machine,
    pytest.mark.parametrize("environment", ["folders"], indirect=True),
]


@pytest.fixture
def worker(environment, tmp_path):  # noqa: F811
    """Starts a worker that stops dead within the message of the given number, and kills it at the end."""

    @contextmanager
    def start(**pause: str):
        options = ["--concurrency", "1", "--include", "tests.registry.imports.worker_pauses"]
        paused = tmp_path / "paused"
        process = subprocess.Popen(
            [*WORKER, *options],
            env=environment | pause | {"PAUSED": str(paused)},
            cwd=project.BASE_DIR,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            yield paused
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    return start


@pytest.fixture
def a_round(environment):  # noqa: F811
    """Has a round sent to the worker, as the schedule does."""

    def send() -> None:
        with broker_of(environment) as broker:
            current_app.send_task(announce_recent.name, connection=broker)

    return send


def told() -> list[tuple[str, int]]:
    return list(Notification.objects.order_by("event", "recipient").values_list("title", "recipient"))


def test_a_round_of_messages_broken_off(law, worker, a_round):
    case = Case().submitted()
    Notification.objects.all().delete()  # the process that submitted died before it could tell
    for act in (transitions.receive, transitions.send_back):
        act(case.filing.pk, by=case.reviewer, **({"note": "请补正"} if act is transitions.send_back else {}))
        Notification.objects.filter(recipient=case.filer).delete()
    with worker(PAUSE_AT="registry.inbox.tell", PAUSE_CALL="2") as paused:
        a_round()
        wait_for(paused.exists, "the worker did not come to the second message")
    name = f"{case.filing}"
    first = [(f"{name}：已提交，等待审查", case.reviewer.pk)]
    assert told() == first  # the second was written and not committed
    with worker():
        a_round()
        wait_for(lambda: len(told()) == 3, "the rest was not told")
        a_round()
        everything = [*first, (f"{name}：已受理", case.filer.pk), (f"{name}：退回补正", case.filer.pk)]
        assert sorted(told()) == sorted(everything)
