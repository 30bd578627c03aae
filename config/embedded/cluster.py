"""Start, stop and ask one PostgreSQL cluster; safe for any number of processes at once and after any crash."""

import fcntl
import os
import shlex
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import psutil
from django.conf import settings

from config.embedded.place import EmbeddedDatabaseError, Place, own_folder, place_for

SUPERUSER = "postgres"
DATABASE = "yilianti"
START_SECONDS = 120  # crash recovery after a long bulk load may need it
ORPHAN_SECONDS = 20
SOCKET_SECONDS = 5
LARGEST_LOG = 10 * 1024 * 1024
OPTIONS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "120",
    "shared_buffers": "256MB",
    "max_locks_per_transaction": "256",  # a test run truncates every table in one transaction
    "random_page_cost": "1.1",
    "log_timezone": "Asia/Shanghai",
}


class Cluster:
    """One data folder and the server on it. `options` are added to the server's command line."""

    def __init__(self, place: Place, options: Mapping[str, str] | None = None) -> None:
        self.place = place
        self.options = OPTIONS | {"unix_socket_directories": str(place.sockets)} | dict(options or {})

    # -- What the callers need ------------------------------------------------------------------------------
    def ensure(self) -> None:
        """Make the server accept connections and the database exist, whatever state a crash has left."""
        with self._alone():
            self._bring_up()
            if not self.query(f"select 1 from pg_database where datname = '{DATABASE}'"):  # noqa: S608 (constant)
                self._run("createdb", *self._address(), DATABASE)

    def stop(self) -> bool:
        """Stop the server; False when there was none."""
        with self._alone():
            return self._stop()

    def stop_if_idle(self) -> bool:
        """Stop the server unless somebody else is connected; False when it goes on running."""
        with self._alone():
            return self._ready() != 0 or (self.clients() == 0 and self._stop())

    def running(self) -> bool:
        return self._ready() == 0

    def clients(self) -> int:
        """How many client connections there are, this question's own not counted."""
        return int(
            self.query(
                "select count(*) from pg_stat_activity"
                " where backend_type = 'client backend' and pid <> pg_backend_pid()"
            )
        )

    def query(self, sql: str) -> str:
        """One statement through psql in the maintenance database, as unaligned text."""
        return self._run("psql", *self._address(), "-XAtqc", sql, SUPERUSER).stdout.strip()

    def postmaster(self) -> int | None:
        """The server's process id. The pid file alone is not believed: after a crash its number may be anybody's."""
        try:
            recorded = int((self.place.data / "postmaster.pid").read_text().split("\n", 1)[0])
        except (FileNotFoundError, ValueError):
            return None
        return recorded if recorded in {process.pid for process in self._processes()} else None

    # -- Starting -------------------------------------------------------------------------------------------
    def _bring_up(self) -> None:
        begun = time.monotonic()
        while (ready := self._ready()) != 0:
            waited = time.monotonic() - begun
            if ready != 1 and self.postmaster() is None:
                self._await_orphans()
                self._remove_stale_files()
                self._initialise()
                self._start()
                return
            if waited > SOCKET_SECONDS and not self._socket().exists():
                self._stop()  # a tidy machine has swept the socket away under a living server
            elif waited > START_SECONDS:
                raise EmbeddedDatabaseError(f"内置数据库没有响应，日志见 {self.place.logs}。")
            time.sleep(0.1)

    def _initialise(self) -> None:
        """Make the data folder in one step, so that a kill in the middle leaves nothing half made."""
        recorded = self.place.data / "PG_VERSION"
        ours = self._version().split(".")[0]
        if recorded.exists():
            theirs = recorded.read_text().strip()
            if theirs != ours:
                raise EmbeddedDatabaseError(
                    f"数据目录由 PostgreSQL {theirs} 建立，现在安装的是 {ours}。"
                    "请用原版本执行 manage.py db backup，再用新版本恢复。"
                )
            return
        unfinished = self.place.home / "data.new"
        shutil.rmtree(unfinished, ignore_errors=True)
        own_folder(unfinished, 0o700, self.place.account)
        locale = ["--locale=C.UTF-8"]
        if int(ours) >= 17:
            locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        self._run(
            "initdb", "-D", str(unfinished), "-U", SUPERUSER, "--encoding=UTF8", "--auth=trust", *locale
        )
        unfinished.rename(self.place.data)

    def _start(self) -> None:
        own_folder(self.place.sockets, 0o700, self.place.account)
        own_folder(self.place.logs, 0o700, self.place.account)
        log = self.place.logs / "server.log"
        if log.exists() and log.stat().st_size > LARGEST_LOG:
            log.replace(log.with_suffix(".log.1"))
        options = " ".join(shlex.quote(f"-c{name}={value}") for name, value in self.options.items())
        arguments = ["-D", str(self.place.data), "-l", str(log), "-s", "-w", "-t", str(START_SECONDS)]
        # No pipes: the server inherits them and would keep them open for ever.
        started = self._run("pg_ctl", *arguments, "-o", options, "start", check=False, capture=False)
        if started.returncode != 0:
            raise EmbeddedDatabaseError(f"内置数据库无法启动，日志见 {log}。")

    def _stop(self) -> bool:
        if self.postmaster() is None:
            return False
        self._run("pg_ctl", "-D", str(self.place.data), "-s", "-w", "-m", "fast", "stop", capture=False)
        return True

    # -- After a crash --------------------------------------------------------------------------------------
    def _processes(self) -> Iterator[psutil.Process]:
        """Live server processes of this cluster, known by their working folder, the one thing all of them share."""
        data = self.place.data.resolve()
        for process in psutil.process_iter(["name"]):
            try:
                if process.info["name"] == "postgres" and Path(process.cwd()) == data:
                    yield process
            except psutil.Error:
                continue  # gone, a zombie, or another account's

    def _await_orphans(self) -> None:
        """Wait until the children of a killed server have left: they might still write to the data folder."""
        _, remaining = psutil.wait_procs(list(self._processes()), timeout=ORPHAN_SECONDS)
        for process in remaining:
            process.send_signal(signal.SIGQUIT)
        _, remaining = psutil.wait_procs(remaining, timeout=5)
        if remaining:
            pids = "、".join(str(process.pid) for process in remaining)
            raise EmbeddedDatabaseError(f"上次的数据库进程（{pids}）仍未退出，请结束它们后重试。")

    def _remove_stale_files(self) -> None:
        socket = self._socket()
        for path in [self.place.data / "postmaster.pid", socket, socket.with_name(f"{socket.name}.lock")]:
            path.unlink(missing_ok=True)

    # -- Running the binaries -------------------------------------------------------------------------------
    @contextmanager
    def _alone(self) -> Iterator[None]:
        with (self.place.home / "lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _ready(self) -> int:
        """What pg_isready answers: 0 accepting, 1 starting or stopping, 2 nobody there."""
        return self._run("pg_isready", *self._address(), "-q", check=False).returncode

    def _version(self) -> str:
        return self._run("postgres", "--version").stdout.split()[2]

    def _address(self) -> list[str]:
        return ["-h", str(self.place.sockets), "-U", SUPERUSER]

    def _socket(self) -> Path:
        return self.place.sockets / f".s.PGSQL.{self.options.get('port', '5432')}"

    def _run(
        self, program: str, *arguments: str, check: bool = True, capture: bool = True
    ) -> subprocess.CompletedProcess[str]:
        """Run one of PostgreSQL's programs in a bare environment, so that no PG* variable of the user reaches it."""
        account = self.place.account
        identity: dict[str, Any] = (
            {"user": account.uid, "group": account.gid, "extra_groups": []} if account else {}
        )
        finished = subprocess.run(  # noqa: S603 (our own binaries)
            [self.place.binaries / program, *arguments],
            check=False,
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if capture else subprocess.DEVNULL,
            stderr=subprocess.PIPE if capture else subprocess.DEVNULL,
            cwd="/",
            env={"PATH": os.defpath, "LC_ALL": "C", "HOME": "/", "PGPORT": self.options.get("port", "5432")},
            umask=0o077,
            **identity,
        )
        if check and finished.returncode != 0:
            raise EmbeddedDatabaseError(f"{program}: {(finished.stderr or '').strip()}")
        return finished


@cache
def embedded_cluster() -> Cluster:
    """The cluster that belongs to this checkout."""
    return Cluster(place_for(settings.LOCAL_DIR))
