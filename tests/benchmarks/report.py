"""Printing what was measured: a table of medians and ranges, and the targets with what was reached."""

import os
import platform
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from django.db import connection

from tests.benchmarks.measure import Series, Spread


@dataclass(frozen=True)
class Target:
    """A bound on one figure: `at_least` or `at_most`, as the figure `reached` it."""

    name: str
    reached: float
    at_least: float | None = None
    at_most: float | None = None
    unit: str = "×"
    by_cpu: float | None = None  # the same ratio of CPU seconds, said beside and not judged
    by_round: Spread | None = (
        None  # the ratio within each round, which a drifting machine disturbs less; not judged
    )

    @property
    def met(self) -> bool:
        return (self.at_least is None or self.reached >= self.at_least) and (
            self.at_most is None or self.reached <= self.at_most
        )

    def __str__(self) -> str:
        bound = f"≥ {self.at_least:g}" if self.at_least is not None else f"≤ {self.at_most:g}"
        verdict = "met   " if self.met else "MISSED"
        cpu = "" if self.by_cpu is None else f", by CPU {self.by_cpu:.2f}{self.unit}"
        paired = "" if self.by_round is None else f", within rounds {_range(self.by_round, 2)}{self.unit}"
        return f"{verdict}  {self.name}: {self.reached:.2f}{self.unit} ({bound}{self.unit}{cpu}{paired})"


def compared(
    name: str, one: Series, other: Series, *, at_least: float | None = None, at_most: float | None = None
) -> Target:
    """A bound on how many times the median clock time of `one` is that of `other`, with CPU and rounds beside."""
    rounds = [a.seconds / b.seconds for a, b in zip(one.runs, other.runs, strict=False)]
    return Target(
        name,
        ratio(one, other),
        at_least,
        at_most,
        by_cpu=ratio(one, other, "cpu"),
        by_round=Spread.of(rounds),
    )


def ratio(one: Series, other: Series, figure: str = "seconds") -> float:
    """How many times the median of `one` is that of `other`."""
    return getattr(one, figure).median / getattr(other, figure).median


def machine() -> str:
    """One line on where this was measured."""
    model = next(
        (
            line.split(":", 1)[1].strip()
            for line in _lines(Path("/proc/cpuinfo"))
            if line.startswith("model name")
        ),
        platform.processor() or platform.machine(),
    )
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        server = cursor.fetchone()[0].split()[0]
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    return f"{model}, {os.cpu_count()} cores (load {load:.1f}), Python {platform.python_version()}, PostgreSQL {server}"


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except OSError:
        return []


def _range(spread: Spread, digits: int) -> str:
    return f"{spread.median:.{digits}f} ({spread.least:.{digits}f}–{spread.most:.{digits}f})"


def table(series: Iterable[Series], baseline: Series | None = None) -> str:
    """A Markdown table: seconds, CPU seconds with the server's, peak memory, and times the baseline."""
    lines = [
        "| | runs | seconds: median (range) | CPU s | peak MB | × baseline |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for one in series:
        times = f"{ratio(one, baseline):.2f}" if baseline else ""
        lines.append(
            f"| {one.name} | {len(one.runs)} | {_range(one.seconds, 2)} | {_range(one.cpu, 2)} |"
            f" {one.peak_mb.median:.0f} | {times} |"
        )
    return "\n".join(lines)


def conclude(targets: Iterable[Target]) -> int:
    """Print every target; the exit status is 1 when one was missed."""
    targets = list(targets)
    for target in targets:
        print(target)
    return int(not all(target.met for target in targets))
