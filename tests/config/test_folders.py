"""The broker without a server: nobody sees half a file, nothing is lost, nothing comes twice."""

import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from queue import Empty

import pytest
from django.conf import settings as project

from config import broker
from config.folders import UNFINISHED
from tests.config.posting import broker_of

TRAFFIC = [sys.executable, "-m", "tests.config.traffic"]


@pytest.fixture
def connection(tmp_path):
    with broker_of({"BROKER_DIR": str(tmp_path)}) as connection:
        connection.transport.state.clear()  # one process remembers its queues, whatever the folder
        yield connection


def test_of_many_senders_and_readers_nothing_is_lost_or_read_twice(tmp_path):
    count = 250
    with ExitStack() as stack:

        def start(*words: object) -> subprocess.Popen[str]:
            command = [*TRAFFIC, *map(str, words)]
            return stack.enter_context(
                subprocess.Popen(command, cwd=project.BASE_DIR, stdout=subprocess.PIPE, text=True)
            )

        readers = [start("read", tmp_path) for _ in range(2)]
        senders = [start("send", tmp_path, first, count) for first in (0, count)]
        sent = [process.wait() for process in senders]
        (tmp_path / "all_sent").touch()
        taken = [int(line) for process in readers for line in process.communicate()[0].split()]
    assert sent == [0, 0] and [process.returncode for process in readers] == [0, 0]
    assert sorted(taken) == list(range(2 * count))
    assert list((tmp_path / "queue").iterdir()) == []


def test_a_message_is_not_there_before_it_is_whole(connection, monkeypatch):
    inner, seen = Path.write_text, []

    def slowly(path: Path, text: str) -> int:
        inner(path, text[:5])
        with pytest.raises(Empty):
            queue.get(block=False)
        seen.append(path)
        return inner(path, text)

    with connection.SimpleQueue("numbers") as queue:
        monkeypatch.setattr(Path, "write_text", slowly)
        queue.put({"number": 1})
        assert seen and queue.get(timeout=1).payload == {"number": 1}


def test_messages_come_in_the_order_in_which_they_were_sent(connection):
    with connection.SimpleQueue("numbers") as queue:
        for number in range(20):
            queue.put(number)
        assert [queue.get(timeout=1).payload for _ in range(20)] == list(range(20))


def test_a_message_lost_to_a_failure_of_power_is_passed_over(connection, tmp_path):
    with connection.SimpleQueue("numbers") as queue:
        (tmp_path / "queue" / "0_a.numbers.msg").touch()
        queue.put(7)
        assert queue.get(timeout=1).payload == 7
    assert list((tmp_path / "queue").iterdir()) == []


def test_a_table_of_queues_lost_to_a_failure_of_power_is_written_anew(connection, tmp_path):
    (tmp_path / "control" / "numbers.exchange").touch()
    with connection.SimpleQueue("numbers") as queue:
        assert connection.default_channel.get_table("numbers") == [("numbers", "", "numbers")]
        queue.put(7)
        assert queue.get(timeout=1).payload == 7


def test_a_start_removes_the_halves_of_files_and_leaves_messages(tmp_path, settings):
    settings.CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(tmp_path / "queue"),
        "control_folder": str(tmp_path / "control"),
    }
    broker.prepare_folders()
    message = tmp_path / "queue" / "1_a.celery.msg"
    for path in (message, message.with_name(f"{message.name}{UNFINISHED}")):
        path.write_text("{}")
    assert broker.sweep() == 1
    assert list((tmp_path / "queue").iterdir()) == [message]
