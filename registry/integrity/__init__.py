"""What must hold of stored data (不变量) beyond the database's constraints. Each app declares its own in `invariants.py`.

The declarations are found like menus are, so the register names no app above it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

from django.db import connection
from django.urls import reverse
from django.utils.module_loading import autodiscover_modules

SHOWN = 100  # broken rows listed for one invariant; all are counted
_declared: dict[str, "Invariant"] = {}


@dataclass(frozen=True)
class Broken:
    """One row that breaks an invariant: what it is, what is wrong, and the page to mend it at."""

    code: str
    subject: str
    message: str
    url: str

    def as_json(self) -> dict[str, str]:
        return {"invariant": self.code, "subject": self.subject, "message": self.message, "url": self.url}


@dataclass(frozen=True)
class Invariant:
    """One statement about stored data. `sql` selects (id for the page, subject, what is wrong) of rows that break it.

    `page` names the URL of the page that shows a row by that id; empty where there is none.
    """

    code: str
    title: str
    sql: str
    page: str = ""
    arguments: Callable[[], dict] = dict

    def broken(self, limit: int = SHOWN) -> tuple[int, list[Broken]]:
        """How many rows break it, and the first of them; one statement over the whole table."""
        statement = f"SELECT count(*) OVER (), id, subject, message FROM ({self.sql}) found ORDER BY id LIMIT %(shown)s"  # noqa: S608 (constants)
        with connection.cursor() as cursor:
            cursor.execute(statement, {**self.arguments(), "shown": limit})
            rows = cursor.fetchall()
        found = [
            Broken(self.code, subject, message, reverse(self.page, args=[pk]) if self.page else "")
            for _, pk, subject, message in rows
        ]
        return (rows[0][0] if rows else 0), found


@dataclass(frozen=True)
class Tested:
    """An invariant that SQL cannot say: `rows` streams (id, subject, message) of rows that break it."""

    code: str
    title: str
    rows: Callable[[], Iterator[tuple[int, str, str]]]
    page: str = ""

    def broken(self, limit: int = SHOWN) -> tuple[int, list[Broken]]:
        count, found = 0, []
        for pk, subject, message in self.rows():
            count += 1
            if len(found) < limit:
                url = reverse(self.page, args=[pk]) if self.page else ""
                found.append(Broken(self.code, subject, message, url))
        return count, found


def declare(*invariants: Invariant | Tested) -> None:
    """Called by the `invariants` modules when they are first read."""
    for one in invariants:
        if one.code in _declared:
            raise ValueError(f"Invariant {one.code} is declared twice")
        _declared[one.code] = one


@cache
def invariants() -> tuple[Invariant | Tested, ...]:
    """Every invariant of every app, the register's first."""
    autodiscover_modules("invariants")
    return tuple(_declared.values())
