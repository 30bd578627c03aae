"""The roster import against an ordinary ModelResource, the best-tuned one, and the limit of the machine."""

import tempfile
from pathlib import Path

from django.db import connection

from tests.benchmarks import import_limit, import_ours, import_peers, report, rosters
from tests.benchmarks.database import scratch_database
from tests.benchmarks.measure import Contender, rounds, write_json

FULL = 100_000


def _empty() -> None:
    """Every run begins with an empty register and an empty audit."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")  # the audit refuses to be emptied
        cursor.execute(
            "TRUNCATE registry_institution, registry_importbatch, registry_auditentry, registry_auditblock CASCADE"
        )
        cursor.execute("SET session_replication_role = DEFAULT")


def main(options) -> int:
    size = int(FULL * options.scale)
    with tempfile.TemporaryDirectory() as folder, scratch_database("import"):
        where = rosters.places()
        path = rosters.write_xlsx(Path(folder) / "roster.xlsx", rosters.rows(size, where))
        contenders = {
            "limit": Contender(import_limit.copy_only, path=path),
            "ours": Contender(import_ours.mass_import, path=path),
            "read": Contender(import_ours.mass_read, path=path),
            "tuned": Contender(import_peers.tuned, path=path),
            "ordinary": Contender(import_peers.ordinary, path=path),
        }
        if options.only:
            contenders = {name: contenders[name] for name in options.only.split(",")}
        series = rounds(contenders, options.rounds or 5, before_each=_empty)
        print(report.machine())
        print(report.table(series.values(), series.get("limit")))
        for one in series.values():
            print(one.name, one.answer)
        if options.json:
            write_json(options.json, series)
    return 0
