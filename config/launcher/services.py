"""The child processes: started in sessions of their own, watched, started again, and stopped together."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import psutil

MARK = "YILIANTI_LAUNCHER"  # in the environment of every child: how the next start finds what a crash left behind
STOP_SECONDS = 15
STEADY_SECONDS = 20
LONGEST_PAUSE = 30
LARGEST_LOG = 10 * 1024 * 1024


class Service:
    """One child process. A service that keeps dying is started again after growing pauses."""

    def __init__(
        self, name: str, command: Sequence[str], *, mark: str, logs: Path, inherited: Sequence[int] = ()
    ) -> None:
        self.name = name
        self.log = logs / f"{name}.log"
        self._command = list(command)
        self._environment = os.environ | {MARK: mark}
        self._inherited = tuple(inherited)
        self._process: subprocess.Popen[bytes] | None = None
        self._started = 0.0
        self._pause = 0.0
        self._due = 0.0

    def start(self) -> None:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        if self.log.exists() and self.log.stat().st_size > LARGEST_LOG:
            self.log.replace(self.log.with_suffix(".log.1"))
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(  # noqa: S603 (our own commands)
                self._command,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C reaches the launcher alone, which stops the others in order
                pass_fds=self._inherited,
            )
        self._started = time.monotonic()
        self._due = 0.0

    def look(self, say: Callable[[str], None]) -> None:
        """Start the process again when it has died."""
        if self._process is None:
            return
        if self._due:
            if time.monotonic() >= self._due:
                self.start()
            return
        status = self._process.poll()
        if status is None:
            return
        self.kill()  # what it may have left of its own children
        steady = time.monotonic() - self._started > STEADY_SECONDS
        self._pause = 0.0 if steady else min(LONGEST_PAUSE, self._pause * 2 or 1.0)
        self._due = time.monotonic() + self._pause
        say(f"{self.name} 意外退出（{status}），{self._pause:.0f} 秒后重新启动。日志见 {self.log}")

    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def ask_to_stop(self) -> None:
        if self.alive() and self._process:
            self._process.terminate()

    def end(self, deadline: float) -> None:
        """Wait until `deadline` (monotonic seconds), then kill it with all its children."""
        if self._process is None:
            return
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(max(0.0, deadline - time.monotonic()))
        self.kill()
        self._process.wait()
        self._process = None

    def kill(self) -> None:
        """End the process and its children at once."""
        if self._process:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)


def stop_all(services: Sequence[Service]) -> None:
    """Ask all, then wait for all, so that the slowest alone counts."""
    for service in services:
        service.ask_to_stop()
    deadline = time.monotonic() + STOP_SECONDS
    for service in services:
        service.end(deadline)


def end_leftovers(mark: str) -> int:
    """End the children of a launcher that was itself killed; how many. Call it only under the launcher's lock."""
    leftovers = [process for process in psutil.process_iter() if _carries(process, mark)]
    for process in leftovers:
        with suppress(psutil.Error):
            process.terminate()
    _, stubborn = psutil.wait_procs(leftovers, timeout=5)
    for process in stubborn:
        with suppress(psutil.Error):
            process.kill()
    psutil.wait_procs(stubborn, timeout=5)
    return len(leftovers)


def _carries(process: psutil.Process, mark: str) -> bool:
    try:
        return process.environ().get(MARK) == mark
    except psutil.Error:
        return False
