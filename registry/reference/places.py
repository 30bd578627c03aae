"""Divisions with their history, second codes and foreign codes, written by COPY where they are missing.

Rows that exist are an administrator's to change: a load adds what is new and closes what a newer table has closed,
and otherwise leaves them as they are.
"""

import io
from collections import defaultdict
from datetime import date

from django.db import connection, transaction

from registry import audit
from registry.models import Division, DivisionSuccession, ForeignCode
from registry.reference.history import History, Place, build
from registry.reference.tables import read_tables, rows

HEALTH_SYSTEM = "重庆健康统计区划字典"
HEALTH_SOURCE = "ChongqingCoreIG CQStreetDivisionCS（CC0-1.0），按区县和名称对应"
COLUMNS = [
    "id", "code", "name", "level", "kind", "parent_id", "path", "valid_from", "valid_to", "date_inferred",
    "physical_unit_id",
]  # fmt: skip
ORDER = {level: rank for rank, level in enumerate(Division.Level.values)}
Key = tuple[str, date | None]


@transaction.atomic
def load_places() -> int:
    """Bring the divisions up to the shipped tables; answers how many rows were added or closed."""
    history = build(read_tables())
    written = _add_divisions(history) + _close_divisions(history)
    return written + _add_successions(history) + _add_foreign_codes()


def _stored() -> dict[Key, int]:
    return {(c, start): pk for pk, c, start in Division.objects.values_list("pk", "code", "valid_from")}


def _add_divisions(history: History) -> int:
    ids = _stored()
    open_codes = set(Division.objects.current().values_list("code", flat=True))
    fresh = [
        place
        for place in history.places
        if place.key not in ids and not (place.valid_to is None and place.code in open_codes)
    ]
    fresh.sort(key=lambda place: (ORDER[place.level], place.code))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('registry_division', 'id')) FROM generate_series(1, %s)",
            [len(fresh)],
        )
        ids |= {place.key: pk for place, (pk,) in zip(fresh, cursor.fetchall(), strict=True)}
    _copy(fresh, history, ids)
    return len(fresh)


def _copy(fresh: list[Place], history: History, ids: dict[Key, int]) -> None:
    by_code: dict[str, list[Place]] = defaultdict(list)
    for place in history.places:
        by_code[place.code].append(place)
    paths: dict[Key, str] = {}
    lines = io.StringIO()
    for place in sorted(history.places, key=lambda place: ORDER[place.level]):
        parent = _parent(place, by_code[place.parent_code])
        paths[place.key] = f"{paths[parent.key] if parent else '/'}{place.code}/"
    for place in fresh:
        parent = _parent(place, by_code[place.parent_code])
        unit = ids[by_code[place.same_as][0].key] if place.same_as else None
        values = (
            ids[place.key], place.code, place.name, place.level, place.kind,
            ids[parent.key] if parent else None, paths[place.key], place.valid_from, place.valid_to,
            bool(place.valid_from or place.valid_to), unit,
        )  # fmt: skip
        lines.write("\t".join("\\N" if value is None else str(value) for value in values) + "\n")
    lines.seek(0)
    with connection.cursor() as cursor:
        audit.carry_context(cursor)
        cursor.copy_expert(f"COPY registry_division ({', '.join(COLUMNS)}) FROM STDIN", lines)


def _parent(place: Place, candidates: list[Place]) -> Place | None:
    """The parent as it stood beside the place, today's first."""
    if not candidates:
        return None
    beside = [parent for parent in candidates if parent.overlaps(place)] or candidates
    return max(beside, key=lambda parent: parent.valid_to or date.max)


def _close_divisions(history: History) -> int:
    ended = {place.key: place for place in history.places if place.valid_to}
    open_rows = Division.objects.current().filter(code__in={code for code, _ in ended})
    closing = [row for row in open_rows if (row.code, row.valid_from) in ended]
    for row in closing:
        row.valid_to = ended[row.code, row.valid_from].valid_to
        row.date_inferred = True
    Division.objects.bulk_update(closing, ["valid_to", "date_inferred"])
    return len(closing)


def _add_successions(history: History) -> int:
    ids = _stored()
    known = set(DivisionSuccession.objects.values_list("old_id", "new_id"))
    fresh = [
        DivisionSuccession(
            old_id=ids[step.old], new_id=ids[step.new], on=step.on, share=step.share, date_inferred=True
        )
        for step in history.steps
        if step.old in ids and step.new in ids and (ids[step.old], ids[step.new]) not in known
    ]
    return len(DivisionSuccession.objects.bulk_create(fresh))


def _add_foreign_codes() -> int:
    current = Division.objects.current()
    by_code = dict(current.values_list("code", "pk"))
    national = current.filter(level=Division.Level.TOWNSHIP, physical_unit__isnull=True)
    by_name = {(parent, name): pk for pk, parent, name in national.values_list("pk", "parent__code", "name")}
    zones = {pair.area_code for pair in read_tables().same_as}
    found = []
    for row in rows("chongqing_health_dictionary.csv"):
        county = row["code"][:6]
        if row["level"] == "township":
            division = by_code.get(row["code"]) if county in zones else by_name.get((county, row["name"]))
        else:
            division = by_code.get(county)
        if division:
            found.append((HEALTH_SYSTEM, row["code"], division, row["name"], HEALTH_SOURCE))
    for row in rows("earlier_codes.csv"):
        found.append((row["system"], row["code"], by_code[row["division_code"]], row["name"], row["source"]))
    known = set(ForeignCode.objects.values_list("system", "code", "division_id"))
    fresh = [
        ForeignCode(system=system, code=code, division_id=division, name=name, source=source)
        for system, code, division, name, source in found
        if (system, code, division) not in known
    ]
    return len(ForeignCode.objects.bulk_create(fresh))
