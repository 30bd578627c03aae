"""`manage.py up` from an empty folder: starts, keeps alive, stops, and comes back after the worst."""

import http.client
import os
import re
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest

from config.launcher.services import MARK, Service, end_leftovers, stop_all
from tests.servers import free_port, wait_for

pytestmark = pytest.mark.machine


class Launcher:
    """A `manage.py up` in a terminal of its own."""

    def __init__(self, command: list[str], environment: dict[str, str], output: Path) -> None:
        self.output = output
        with output.open("wb") as file:
            self.process = subprocess.Popen(
                command, env=environment, stdout=file, stderr=subprocess.STDOUT, start_new_session=True
            )

    def said(self) -> str:
        return self.output.read_text()

    def address(self) -> str:
        """Waits for the announcement of the address."""

        def announced() -> str | None:
            assert self.process.poll() is None, self.said()
            found = re.search(r"已启动.*?(http://\S+)", self.said())
            return found and found.group(1)

        return wait_for(announced, "no address was announced", seconds=240)

    def child(self, name: str) -> psutil.Process | None:
        """The process of one service."""
        words = {"web": "gunicorn", "worker": "worker", "beat": "beat"}
        children = psutil.Process(self.process.pid).children()
        return next((child for child in children if words[name] in child.cmdline()), None)

    def interrupt(self) -> int:
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(60)


@pytest.fixture
def up(manage, environment, local_dir, tmp_path) -> Iterator:
    started = []

    def start(port: int) -> Launcher:
        command = [*manage, "up", "--without-demo", "--port", str(port)]
        started.append(Launcher(command, environment, tmp_path / f"output-{len(started)}"))
        return started[-1]

    yield start
    for launcher in started:
        launcher.process.kill()
        launcher.process.wait()
    end_leftovers(str(local_dir.resolve()))


def status_of(address: str) -> int:
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=60)
    with closing(connection):
        connection.request("GET", "/sign-in/")
        return connection.getresponse().status


def everything_of(local_dir: Path) -> list[psutil.Process]:
    mark, found = str(local_dir.resolve()), []
    for process in psutil.process_iter():
        try:
            if process.environ().get(MARK) == mark:
                found.append(process)
        except psutil.Error:
            continue
    return found


def test_from_an_empty_folder_to_the_first_page_and_through_every_accident(up, local_dir, cluster):
    port = free_port()
    first = up(port)
    address = first.address()
    assert status_of(address) == 200
    assert address == f"http://127.0.0.1:{port}/"

    # A second start in the same folder does not start a second program.
    second = up(port)
    assert second.process.wait(60) != 0
    assert address in second.said()

    # A dead web server comes back at the same address; who comes in between waits.
    first.child("web").kill()
    wait_for(lambda: "web 意外退出" in first.said(), "the death of the web server went unseen")
    assert status_of(address) == 200

    # Everything dies at once: nothing that was committed is lost, and nothing stays behind.
    cluster.query("create table kept (value int)")
    cluster.query("insert into kept select generate_series(1, 1000)")
    orphans = everything_of(local_dir)
    os.kill(cluster.postmaster(), signal.SIGKILL)
    first.process.kill()
    first.process.wait()
    assert any(orphan.is_running() for orphan in orphans)

    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        busy = other.getsockname()[1]
        third = up(busy)
        address = third.address()
    assert f"端口 {busy} 已被占用" in third.said()
    assert status_of(address) == 200
    assert not any(orphan.is_running() for orphan in orphans)
    assert cluster.query("select count(*) from kept") == "1000"

    # Ctrl-C stops what was started; the database stays for the one who is still connected.
    guest = subprocess.Popen(
        [
            cluster.place.binaries / "psql",
            "-h",
            str(cluster.place.sockets),
            "-U",
            "postgres",
            "-X",
            "yilianti",
        ],
        stdin=subprocess.PIPE,
    )
    wait_for(
        lambda: "psql" in cluster.query("select string_agg(application_name, ',') from pg_stat_activity"),
        "no guest",
    )
    assert third.interrupt() == 0
    assert "数据库继续运行" in third.said()
    assert everything_of(local_dir) == []
    assert cluster.running()
    guest.communicate(timeout=10)

    fourth = up(port)
    fourth.address()
    assert "正在载入" not in fourth.said()
    assert fourth.interrupt() == 0
    assert not cluster.running()


@pytest.fixture
def service(tmp_path):
    def make(*command: str) -> Service:
        return Service("web", command, mark=str(tmp_path), logs=tmp_path)

    return make


def test_a_service_that_keeps_dying_is_started_after_growing_pauses(service, monkeypatch):
    now = 1000.0
    monkeypatch.setattr("config.launcher.services.time.monotonic", lambda: now)
    failing, said = service("false"), []
    failing.start()
    for _ in range(3):
        wait_for(lambda: not failing.alive(), "it lives")
        failing.look(said.append)
        now += 60
        failing.look(said.append)
    assert [re.search(r"(\d+) 秒后", line).group(1) for line in said] == ["1", "2", "4"]
    failing.end(now)


def test_a_service_that_does_not_listen_is_killed_with_its_children(service, tmp_path, monkeypatch):
    monkeypatch.setattr("config.launcher.services.STOP_SECONDS", 0.5)
    deaf = service("sh", "-c", "trap '' TERM; sleep 60 & sleep 60; wait")
    deaf.start()
    wait_for(lambda: len(everything_of(tmp_path)) >= 2, "no children")
    stop_all([deaf])
    wait_for(lambda: everything_of(tmp_path) == [], "something was left")


def test_leftovers_of_another_folder_are_not_touched(service, tmp_path):
    ours = service("sleep", "60")
    ours.start()
    assert end_leftovers(f"{tmp_path}-other") == 0
    assert ours.alive()
    assert end_leftovers(str(tmp_path)) == 1
    ours.end(0)
