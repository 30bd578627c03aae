"""Nobody keeps a connection to the database beyond his test (遗留连接).

It would be noticed only at the end of the run, when the database cannot be dropped, by chance and without a name:
a thread's connection lives until the garbage collector finds it. Here its test fails and says who opened it.
"""

import threading
import time
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.backends.postgresql.base import DatabaseWrapper

PATIENCE = 20.0  # seconds for a thread that is just ending and a server that is just told
LONGEST_NAME = 63  # bytes that the server keeps of a session's name
_opened: list["Opened"] = []


@dataclass(frozen=True)
class Opened:
    """A connection of this process, held so that the garbage collector does not close it in place of its owner."""

    connection: Any
    thread: str
    where: str

    def __str__(self) -> str:
        return f"{self.thread}, opened at {self.where}"


def _place() -> str:
    """The lines of ours that led here, the innermost last."""
    ours = [
        f"{Path(frame.filename).relative_to(settings.BASE_DIR)}:{frame.lineno}"
        for frame in traceback.extract_stack()[:-2]
        if Path(frame.filename).is_relative_to(settings.BASE_DIR) and "site-packages" not in frame.filename
    ]
    return " → ".join(ours[-4:]) or "a request"


def are_written_down(monkeypatch) -> None:
    """From now on every connection of this process is known."""
    connect = DatabaseWrapper.get_new_connection

    def get_new_connection(self, conn_params):
        made = connect(self, conn_params)
        _opened.append(Opened(made, threading.current_thread().name, _place()))
        return made

    monkeypatch.setattr(DatabaseWrapper, "get_new_connection", get_new_connection)


def _kept() -> list[Opened]:
    _opened[:] = [one for one in _opened if not one.connection.closed]
    return [one for one in _opened if one.connection is not connection.connection]


def nobody_keeps_one() -> None:
    """Only the connection of the tests themselves is open; an AssertionError names the others, which are closed."""
    deadline = time.monotonic() + PATIENCE
    while (kept := _kept()) and time.monotonic() < deadline:
        time.sleep(0.02)
    for one in kept:
        one.connection.close()
    assert not kept, "still connected to the database after the test: " + "; ".join(map(str, kept))


def nobody_else_is_left() -> None:
    """No other process uses this database any more; an AssertionError names those who did, which are ended.

    The server sees to its own workers.
    """
    deadline = time.monotonic() + PATIENCE
    while (left := _clients()) and time.monotonic() < deadline:
        time.sleep(0.1)
    with connection.cursor() as cursor:
        for pid, _ in left:
            cursor.execute("SELECT pg_terminate_backend(%s, 10000)", [pid])
    assert not left, "still connected to the test database: " + "; ".join(said for _, said in left)


def _clients() -> list[tuple[int, str]]:
    """Their numbers, and the test (PGAPPNAME) with the last statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid, concat_ws(': ', nullif(application_name, ''), left(query, 200)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
        return cursor.fetchall()
