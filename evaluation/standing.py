"""What stands (现行结果), looked up by keys: subject by subject, or place by place.

The server is made to take one key after the other. Left to itself it may walk all findings instead: it goes by counts
that it took while a run had written few of them, and each batch would then read what all before it have written.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection

from evaluation.areas import Area
from evaluation.models import Finding
from registry.models import Division

# OFFSET 0 keeps the look-up apart from the keys, so that it is planned for one of them.
_EACH = (
    "SELECT found.* FROM unnest(%s::bigint[]) AS one (pk) CROSS JOIN LATERAL (SELECT {columns} FROM evaluation_finding "
    "WHERE {key} = one.pk AND {more}resolved_on IS NULL AND snapshot_id IS NULL OFFSET 0) AS found"
)
_IN_PLACES = _EACH.format(columns="DISTINCT subject_type, subject_id", key="division_id", more="")


@contextmanager
def by_keys() -> Iterator[Any]:
    """A cursor for statements that look rows up by keys, within a transaction: no table is read through."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        yield cursor
        cursor.execute("SET LOCAL enable_seqscan TO DEFAULT")


def standing_of(subject_type: str, ids: Sequence[int], *columns: str) -> list[list]:
    """The values of some columns of all that stands of these subjects; within a transaction."""
    fields = [Finding._meta.get_field(name) for name in columns]
    names = ", ".join(field.column for field in fields)
    with by_keys() as cursor:
        sql = _EACH.format(columns=names, key="subject_id", more="subject_type = %s AND ")
        cursor.execute(sql, [list(ids), subject_type])
        rows = [list(row) for row in cursor.fetchall()]
    for number, field in enumerate(fields):
        if field.get_internal_type() == "JSONField":
            for row in rows:
                row[number] = json.loads(row[number])
    return rows


def standing_in(area: Area) -> dict[str, set[int]]:
    """Subjects by kind of which anything stands in an area; within a transaction."""
    within = list(Division.objects.filter(area.condition("")).order_by().values_list("pk", flat=True))
    found = defaultdict(set)
    with by_keys() as cursor:
        cursor.execute(_IN_PLACES, [within])
        for kind, pk in cursor.fetchall():
            found[kind].add(pk)
    return found
