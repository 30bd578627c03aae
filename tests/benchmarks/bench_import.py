"""The roster import against an ordinary ModelResource, the best-tuned one, and the limit of the machine.

Parts (`--only mass,pages,faults,memory`): a first import and the same file again at 100,000 rows; upload, preview and
confirmation through the pages at 10,000; the refused rows of 10,000 with 1 % faults; memory of a csv of 1,000,000.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from django.db import connection

from tests.benchmarks import import_limit, import_ours, import_pages, import_peers, report, rosters
from tests.benchmarks.database import scratch_database
from tests.benchmarks.measure import Contender, Series, rounds, write_json
from tests.benchmarks.report import Target, compared

MASS, PAGES, LONG = 100_000, 10_000, 1_000_000


def _empty() -> None:
    """Every run begins with an empty register and an empty audit."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname LIKE 'pgtrigger_no_truncate%'"
        )
        kept = [name for (name,) in cursor.fetchall()]  # the audit and other logs refuse to be emptied
        for name in kept:
            cursor.execute(f"ALTER TABLE {name} DISABLE TRIGGER USER")
        cursor.execute(
            "TRUNCATE registry_institution, registry_importbatch, registry_auditentry, registry_auditblock CASCADE"
        )
        for name in kept:
            cursor.execute(f"ALTER TABLE {name} ENABLE TRIGGER USER")


class Bench:
    """One run of the benchmark: its files, its measurements, its targets."""

    def __init__(self, options, folder: Path):
        self.options, self.folder = options, folder
        self.where = rosters.places()
        self.series: dict[str, Series] = {}
        self.targets: list[Target] = []

    def _size(self, full: int) -> int:
        return max(100, int(full * self.options.scale))

    def _measure(
        self, contenders: dict[str, Contender], times: int, baseline: str, **how
    ) -> dict[str, Series]:
        series = rounds(contenders, self.options.rounds or times, before_each=_empty, **how)
        print(report.table(series.values(), series[baseline]), end="\n\n", flush=True)
        self.series |= series
        return series

    def mass(self) -> None:
        size = self._size(MASS)
        print(f"\n### A first import of {size:,} rows (xlsx)\n")
        path = rosters.write_xlsx(self.folder / "mass.xlsx", rosters.rows(size, self.where))
        series = self._measure(
            {
                "limit": Contender(import_limit.copy_only, path=path),
                "ours": Contender(import_ours.mass_import, path=path),
                "ours, again": Contender(import_ours.mass_again, path=path),
                "tuned": Contender(import_peers.tuned, path=path),
                "ordinary": Contender(import_peers.ordinary, path=path),
            },
            5,
            "limit",
            fewer={"ordinary": 1, "tuned": 3},
        )
        for one in ("limit", "ours", "tuned", "ordinary"):
            assert series[one].answer["institutions"] == size, (one, series[one].answer)
        assert series["ours, again"].answer == {"written": 0, "unchanged": size}
        ours = series["ours"]
        self.targets += [
            compared("times faster than an ordinary ModelResource", series["ordinary"], ours, at_least=25),
            compared("times faster than the best-tuned ModelResource", series["tuned"], ours, at_least=5),
            compared("times the limit", ours, series["limit"], at_most=1.6),
            compared("the same file again, times a first import", series["ours, again"], ours, at_most=1.1),
            Target("peak memory", ours.peak_mb.median, at_most=320, unit=" MB"),
        ]

    def pages(self) -> None:
        size = self._size(PAGES)
        print(f"\n### Upload, preview and confirmation of {size:,} rows\n")
        path = rosters.write_xlsx(self.folder / "pages.xlsx", rosters.rows(size, self.where))
        series = self._measure(
            {
                "our pages": Contender(import_pages.ours, path=path),
                "admin, ordinary": Contender(import_pages.admin, path=path),
            },
            3,
            "our pages",
            fewer={"admin, ordinary": 1},
        )
        assert all(one.answer["institutions"] == size for one in series.values())
        preview = series["our pages"].answer["preview_bytes"] / 1e6
        self.targets += [
            compared(
                "our pages, times faster than the admin's ordinary resource",
                series["admin, ordinary"],
                series["our pages"],
                at_least=15,
            ),
            Target("preview page", preview, at_most=0.5, unit=" MB"),
        ]

    def faults(self) -> None:
        size = self._size(PAGES)
        spoiled = list(rosters.with_faults(rosters.rows(size, self.where)))
        path = rosters.write_xlsx(self.folder / "faults.xlsx", (row for row, _ in spoiled))
        print(f"\n### {size:,} rows with 1 % faults of five sorts\n")
        series = self._measure(
            {"ours, with faults": Contender(import_ours.refused, path=path)}, 1, "ours, with faults"
        )
        expected = [number for number, (_, fault) in enumerate(spoiled, start=2) if fault]
        found = series["ours, with faults"].answer["refused"]
        print(f"{len(expected)} rows are faulty, {len(found)} were refused")
        self.targets.append(
            Target("rows refused wrongly or missed", len(set(expected) ^ set(found)), at_most=0, unit=" rows")
        )

    def memory(self) -> None:
        sizes = {f"csv of {n:,}": n for n in (self._size(PAGES), self._size(LONG))}
        print("\n### Memory\n")
        contenders = {}
        for name, size in sizes.items():
            path = rosters.write_csv(self.folder / f"{size}.csv", rosters.rows(size, self.where))
            contenders[name] = Contender(import_ours.mass_import, path=path)
        few, many = sizes
        series = self._measure(contenders, 1, few)
        above = series[many].peak_mb.median - series[few].peak_mb.median
        self.targets.append(Target(f"{many} above {few}", above, at_most=150, unit=" MB"))


PARTS = ("mass", "pages", "faults", "memory")


def _chosen(only: str | None) -> Iterator[str]:
    return (part for part in PARTS if only is None or part in only.split(","))


def main(options) -> int:
    with tempfile.TemporaryDirectory() as folder, scratch_database("import"):
        print(report.machine())
        bench = Bench(options, Path(folder))
        for part in _chosen(options.only):
            getattr(bench, part)()
        if options.json:
            write_json(options.json, bench.series)
        print(report.machine())
        return report.conclude(bench.targets)
