"""The broker without a server: messages are files in a folder, each of which is there whole or not at all.

kombu's own transport makes a file under its final name and fills it afterwards, so a worker that came in between read
nothing and died of it. Here whatever carries the name of a message or of a table of queues has been written to the end,
and a message is taken by one rename inside its folder.
"""

import fcntl
import logging
import os
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty
from typing import Any

from kombu.exceptions import ChannelError
from kombu.transport import filesystem
from kombu.transport.filesystem import exchange_queue_t
from kombu.utils.json import dumps, loads

logger = logging.getLogger(__name__)
# What is being written or read; no queue's messages and no exchange's table end like this.
UNFINISHED = ".unfinished"


class Channel(filesystem.Channel):
    """Reads and writes messages (`<time>_<random>.<queue>.msg`) and tables (`<exchange>.exchange`)."""

    def _put(self, *message: Any, **kwargs: Any) -> None:
        queue, payload = message
        name = f"{time.time_ns()}_{uuid.uuid4()}.{queue}.msg"
        _write_whole(Path(self.data_folder_out) / name, payload)

    def _get(self, queue: str, timeout: float | None = None) -> dict[str, Any]:
        folder = Path(self.data_folder_in)
        # Names, not paths, which take ten times as long: thousands lie here when no worker has run for a night.
        for name in sorted(os.listdir(folder)):  # noqa: PTH208
            if name.partition(".")[2] != f"{queue}.msg":
                continue
            taken = folder / f"{name}{UNFINISHED}"
            try:
                (folder / name).rename(taken)
            except FileNotFoundError:
                continue  # another reader was first
            text = taken.read_text()
            taken.unlink()
            try:
                message: dict[str, Any] = loads(text)
            except ValueError:  # a failure of power or a full disk: whoever waits for it sends it again
                logger.warning("message=%s cannot be read and is dropped", name)
                continue
            return message
        raise Empty

    def get_table(self, exchange: str) -> list[exchange_queue_t]:
        try:
            rows = loads(self._exchange_file(exchange).read_text())
        except (FileNotFoundError, ValueError):
            return []  # every worker and every sender declares its queues anew
        return [exchange_queue_t(*row) for row in rows]

    def _queue_bind(self, exchange: str, routing_key: str, pattern: str | None, queue: str) -> None:
        row = exchange_queue_t(routing_key or "", pattern or "", queue or "")
        with self._tables_alone():
            table = self.get_table(exchange)
            if row not in table:
                _write_whole(self._exchange_file(exchange), [row, *table])

    def _delete(
        self, queue: str, exchange: str, routing_key: str, pattern: str | None, *args: Any, **kwargs: Any
    ) -> None:
        self._purge(queue)
        row = exchange_queue_t(routing_key or "", pattern or "", queue or "")
        with self._tables_alone():
            table = self.get_table(exchange)
            if row in table:
                _write_whole(self._exchange_file(exchange), [kept for kept in table if kept != row])

    @contextmanager
    def _tables_alone(self) -> Iterator[None]:
        with (self.control_folder / "lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


class Transport(filesystem.Transport):
    Channel = Channel


def _write_whole(path: Path, content: Any) -> None:
    unfinished = path.with_name(f"{path.name}.{uuid.uuid4()}{UNFINISHED}")
    try:
        unfinished.write_text(dumps(content))
        unfinished.replace(path)
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        raise ChannelError(f"{path} cannot be written: {error}") from error
