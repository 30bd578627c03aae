"""Throw-away servers of the system, for proving that the program runs on more than what it brings itself."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from config.embedded.cluster import DATABASE, SUPERUSER, Cluster
from config.embedded.place import Account, Place

# A crash of the machine may cost a throw-away cluster, so nothing waits for the disk.
CARELESS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@contextmanager
def postgresql(binaries: Path, **options: str) -> Iterator[tuple[Cluster, str]]:
    """A fresh cluster on a free TCP port and its DATABASE_URL."""
    port = str(free_port())
    with temporary_home() as home:
        account = Account.nobody() if os.geteuid() == 0 else None
        place = Place(home, home / "run", binaries, account)
        cluster = Cluster(place, CARELESS | {"listen_addresses": "127.0.0.1", "port": port} | options)
        cluster.ensure()
        try:
            yield cluster, f"postgres://{SUPERUSER}@127.0.0.1:{port}/{DATABASE}"
        finally:
            cluster.stop()


@contextmanager
def redis(program: str) -> Iterator[str]:
    """A Redis that keeps nothing, on a free port, and its REDIS_URL."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="yilianti-redis-") as folder:
        arguments = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder]
        process = subprocess.Popen([program, *arguments], stdout=subprocess.DEVNULL)
        try:
            wait_for(lambda: _accepts(port), "Redis does not answer")
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            process.terminate()
            process.wait(10)


@contextmanager
def temporary_home() -> Iterator[Path]:
    """A short path (sockets) that the unprivileged account of the server may enter."""
    home = Path(tempfile.mkdtemp(prefix="yilianti-", dir="/var/tmp"))
    home.chmod(0o755)
    try:
        yield home
    finally:
        shutil.rmtree(home, ignore_errors=True)


def wait_for(condition, complaint: str, seconds: float = 60):
    """The first true answer of `condition`."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if answer := condition():
            return answer
        time.sleep(0.1)
    raise AssertionError(f"{complaint} within {seconds} s")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _accepts(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False
