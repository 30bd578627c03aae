"""Measuring: one contender at a time in a process of its own, in interleaved rounds.

def ours(clock, path):          # in a module of tests.benchmarks
    prepare(path)
    with clock:                 # only this is measured
        import_it(path)
    return {"rows": 100_000}    # anything worth keeping; equal in every round of a fair comparison

series = rounds({"ours": Contender(ours, path="a.xlsx"), "limit": Contender(limit, path="a.xlsx")}, times=5)
series["ours"].seconds.median
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from django.db import connection

MB = 1024 * 1024


def _status(name: str) -> int:
    """A line of /proc/self/status in bytes, such as VmHWM (peak) or VmRSS (now); 0 where there is no /proc."""
    try:
        text = Path("/proc/self/status").read_text(encoding="utf-8")
    except OSError:
        return 0
    found = next((line for line in text.splitlines() if line.startswith(f"{name}:")), None)
    return int(found.split()[1]) * 1024 if found else 0


def _backend_cpu() -> float:
    """CPU seconds so far of the server process behind our connection; 0 when it is not on this machine."""
    if connection.connection is None:
        return 0.0
    stat = Path(f"/proc/{connection.connection.info.backend_pid}/stat")
    try:
        name, fields = stat.read_text(encoding="utf-8").rsplit(")", 1)
    except OSError:
        return 0.0
    user, system = fields.split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK") if "postgres" in name else 0.0


@dataclass
class Clock:
    """Measures what runs inside `with clock:`, once; several times add up."""

    seconds: float = 0.0
    cpu: float = 0.0  # of the process
    database_cpu: float = 0.0  # of its connection's server process, where that can be seen
    peak: int = 0  # bytes of memory at the highest point inside the block
    before: int = 0  # bytes when it began
    _start: tuple[float, float, float] = field(default=(0.0, 0.0, 0.0), repr=False)

    def __enter__(self) -> "Clock":
        connection.ensure_connection()
        self.before = _status("VmRSS")
        try:
            Path("/proc/self/clear_refs").write_text(
                "5", encoding="ascii"
            )  # forget the peak of the preparation
        except OSError:
            self.before = 0
        self._start = time.perf_counter(), time.process_time(), _backend_cpu()
        return self

    def __exit__(self, *exception) -> None:
        wall, cpu, database = self._start
        self.seconds += time.perf_counter() - wall
        self.cpu += time.process_time() - cpu
        self.database_cpu += max(0.0, _backend_cpu() - database)
        self.peak = max(self.peak, _status("VmHWM"))


@dataclass(frozen=True)
class Measure:
    """One run of one contender."""

    seconds: float
    cpu: float
    database_cpu: float
    peak: int
    before: int
    answer: dict


@dataclass(frozen=True)
class Spread:
    """Median and range of one figure over the rounds."""

    median: float
    least: float
    most: float

    @classmethod
    def of(cls, values: list[float]) -> "Spread":
        return cls(statistics.median(values), min(values), max(values))


@dataclass
class Series:
    """All runs of one contender."""

    name: str
    runs: list[Measure] = field(default_factory=list)

    @property
    def seconds(self) -> Spread:
        return Spread.of([run.seconds for run in self.runs])

    @property
    def cpu(self) -> Spread:
        """CPU seconds of the process and of its server process together."""
        return Spread.of([run.cpu + run.database_cpu for run in self.runs])

    @property
    def own_cpu(self) -> Spread:
        """CPU seconds of the process alone."""
        return Spread.of([run.cpu for run in self.runs])

    @property
    def peak_mb(self) -> Spread:
        return Spread.of([run.peak / MB for run in self.runs])

    @property
    def answer(self) -> dict:
        """What the last run answered."""
        return self.runs[-1].answer


@dataclass(frozen=True)
class Contender:
    """A function of a module under tests.benchmarks, called as `function(clock, **arguments)` in its own process."""

    function: Callable
    arguments: dict

    def __init__(self, function: Callable, **arguments):
        object.__setattr__(self, "function", function)
        object.__setattr__(self, "arguments", arguments)


def run_apart(contender: Contender) -> Measure:
    """Run a contender once in a fresh process; its output is shown only when it fails."""
    function = contender.function
    with tempfile.TemporaryDirectory() as folder:
        answer = Path(folder) / "answer.json"
        order = {"module": function.__module__, "function": function.__name__, "answer": str(answer)}
        order["arguments"] = {
            name: str(value) if isinstance(value, Path) else value
            for name, value in contender.arguments.items()
        }
        ended = subprocess.run(
            [sys.executable, "-m", "tests.benchmarks.child", json.dumps(order)],
            capture_output=True,
            text=True,
            check=False,
        )
        if ended.returncode or not answer.exists():
            raise RuntimeError(
                f"{function.__name__} failed ({ended.returncode}):\n{ended.stdout}{ended.stderr}"
            )
        return Measure(**json.loads(answer.read_text(encoding="utf-8")))


def rounds(
    contenders: dict[str, Contender],
    times: int,
    *,
    before_each: Callable[[], None] | None = None,
    fewer: dict[str, int] | None = None,
) -> dict[str, Series]:
    """Every contender once a round, beginning with another one each time, so that drift of the machine hits all alike.

    `before_each` runs here, unmeasured, before every run (emptying tables). `fewer` limits the runs of slow ones.
    """
    series = {name: Series(name) for name in contenders}
    names = list(contenders)
    for number in range(times):
        shift = number % len(names)
        for name in names[shift:] + names[:shift]:
            if len(series[name].runs) >= (fewer or {}).get(name, times):
                continue
            if before_each:
                before_each()
            run = run_apart(contenders[name])
            series[name].runs.append(run)
            print(f"  round {number + 1}: {name} {run.seconds:.2f} s", file=sys.stderr, flush=True)
    return series


def write_json(path: Path, series: dict[str, Series]) -> None:
    """Every single measurement, for whoever wants to look closer."""
    path.write_text(
        json.dumps({name: [asdict(run) for run in one.runs] for name, one in series.items()}, indent=1),
        encoding="utf-8",
    )
