"""Start the services, watch them until somebody asks to stop, and stop them in order."""

import http.client
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from types import FrameType

from django.conf import settings

from config.launcher.services import Service, stop_all

READY_SECONDS = 60
LOOK_SECONDS = 0.5


def services(listener: socket.socket, mark: str) -> list[Service]:
    """Web server, worker and beat of this checkout."""
    logs = settings.LOCAL_DIR / "log"
    beat = settings.LOCAL_DIR / "beat"
    beat.mkdir(parents=True, exist_ok=True)
    python, descriptor = sys.executable, listener.fileno()
    celery = [python, "-m", "celery", "-A", "config"]
    web = [python, "-m", "gunicorn", "config.wsgi", "--bind", f"fd://{descriptor}", "--workers", "2"]
    return [
        Service(
            "web",
            [*web, "--threads", "4", "--timeout", "120", "--graceful-timeout", "10", "--no-control-socket"],
            mark=mark,
            logs=logs,
            inherited=[descriptor],
        ),
        Service(
            "worker",
            [*celery, "worker", "--concurrency", "2", "--loglevel", "INFO", "--without-gossip"],
            mark=mark,
            logs=logs,
        ),
        Service(
            "beat",
            [*celery, "beat", "--loglevel", "INFO", "--pidfile", "", "--schedule", str(beat / "schedule")],
            mark=mark,
            logs=logs,
        ),
    ]


class Supervisor:
    """Runs the services in the foreground. The first Ctrl-C stops them, a second one does not wait."""

    def __init__(self, children: list[Service], say: Callable[[str], None]) -> None:
        self._children = children
        self._say = say
        self._stopping = threading.Event()

    def run(self, address: tuple[str, int], ready: Callable[[], None]) -> None:
        """Keep the services alive until asked to stop; `ready` is called once the first page answers."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._ask)
        try:
            for child in self._children:
                child.start()
            self._await_first_page(address, ready)
            while not self._stopping.wait(LOOK_SECONDS):
                for child in self._children:
                    child.look(self._say)
        finally:
            self._say("正在停止……")
            stop_all(self._children)

    def _await_first_page(self, address: tuple[str, int], ready: Callable[[], None]) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while not self._stopping.wait(0.1):
            if _answers(*address):
                ready()
                return
            for child in self._children:
                child.look(self._say)
            if time.monotonic() > deadline:
                self._say(f"网站 {READY_SECONDS} 秒内没有响应，日志见 {self._children[0].log}")
                return

    def _ask(self, number: int, frame: FrameType | None) -> None:
        if self._stopping.is_set():
            for child in self._children:
                child.kill()
            os._exit(1)
        self._stopping.set()


def _answers(host: str, port: int) -> bool:
    connection = http.client.HTTPConnection(host, port, timeout=READY_SECONDS)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
