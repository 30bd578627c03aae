"""The tables of fixtures/divisions as they were published."""

import csv
import gzip
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.conf import settings

# Cut-off days of the yearly tables; those of 2017 and 2018 are not printed on them and follow the usual day.
FIRST_TABLE = date(2017, 10, 31)
CUT_OFF = {
    "2018": date(2018, 10, 31),
    "2019": date(2019, 10, 31),
    "2020": date(2020, 6, 30),
    "2021": date(2021, 10, 31),
    "2022": date(2022, 10, 31),
    "2023": date(2023, 6, 30),
}


@dataclass(frozen=True, slots=True)
class Row:
    """A place as one table has it."""

    code: str
    name: str
    level: str
    parent_code: str
    kind: str


@dataclass(frozen=True, slots=True)
class Change:
    """A difference between two yearly tables; `overlap` counts equal township names by successor."""

    on: date
    change: str
    code: str
    name: str
    townships: int
    overlap: dict[str, int]


@dataclass(frozen=True, slots=True)
class SamePlace:
    """A second code of one physical township, in a management area."""

    code: str
    area_code: str
    same_as_code: str


@dataclass
class Tables:
    now: list[Row]
    before: list[Row]
    changes: list[Change]
    first_seen: dict[str, date]
    same_as: list[SamePlace]


def folder() -> Path:
    return settings.BASE_DIR / "fixtures" / "divisions"


def read_tables() -> Tables:
    return Tables(
        now=[Row(**row) for row in rows("2023-06-30.csv.gz")],
        before=[Row(**row) for row in rows("2019-10-31.csv.gz")],
        changes=[_change(row) for row in rows("changes.csv")],
        first_seen={row["code"]: CUT_OFF[row["vintage"]] for row in rows("first_seen.csv")},
        same_as=[SamePlace(r["code"], r["area_code"], r["same_as_code"]) for r in rows("same_as.csv")],
    )


def rows(name: str) -> Iterator[dict[str, str]]:
    data = (folder() / name).read_bytes()
    text = (gzip.decompress(data) if name.endswith(".gz") else data).decode()
    yield from csv.DictReader(io.StringIO(text, newline=""))


def _change(row: dict[str, str]) -> Change:
    overlap = (pair.split(":") for pair in row["successor_township_overlap"].split(";") if pair)
    return Change(
        on=CUT_OFF[row["between_vintages"].split("->")[1]],
        change=row["change"],
        code=row["code"],
        name=row["name"],
        townships=int(row["townships_before"] or 0),
        overlap={code: int(count) for code, count in overlap},
    )
