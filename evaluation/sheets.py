"""Sheets of facts (判定事实) on their way into the database, each once however many verdicts rest on it."""

from collections.abc import Iterable
from typing import Any

from django.db import IntegrityError, connection
from django.utils import timezone

from registry.imports.staging import Copy, lines_of
from registry.models import FactSheet
from registry.policy.receipts import spelled_facts

MANY = 20  # sheets from which a COPY is worth its savepoint
FIELDS = ("digest", "subject", "body", "recorded_at")
Sheet = tuple[str, str, str]  # digest, kind of subject, body
# Digests of facts by their identity, which stays their own as long as they are kept here.
Digests = dict[int, tuple[Any, str]]


def sheets_of(every: Iterable[Any], known: Digests) -> list[Sheet]:
    """The sheets of these facts that are not known yet; they are known then."""
    sheets: dict[str, Sheet] = {}
    for facts in every:
        if id(facts) not in known:
            digest, body = spelled_facts(facts)
            known[id(facts)] = facts, digest
            sheets[digest] = digest, facts.subject, body
    return sorted(sheets.values())


class Storing:
    """Stores sheets that are not there yet, given a cursor. Many go in by COPY, as long as all of them are new.

    It may run in a thread beside the work on what comes next, so it asks the driver's own cursor: Django's would wait
    for that thread.
    """

    def __init__(self, sheets: list[Sheet]) -> None:
        self._sheets = sheets
        now = str(timezone.now())
        self._copy = Copy.of(FactSheet, FIELDS, lines_of([(*sheet, now) for sheet in sheets]))

    def __call__(self, cursor: Any) -> None:
        if not self._sheets:
            return
        if len(self._sheets) >= MANY and self._copied(cursor):
            return
        columns = [list(column) for column in zip(*self._sheets, strict=True)]
        with cursor.db.wrap_database_errors:
            cursor.cursor.execute(
                "INSERT INTO registry_factsheet (digest, subject, body, recorded_at) SELECT digest, subject, "
                "body::jsonb, now() FROM unnest(%s::text[], %s::text[], %s::text[]) AS sheet (digest, subject, body) "
                "ON CONFLICT DO NOTHING",
                columns,
            )

    def _copied(self, cursor: Any) -> bool:
        cursor.cursor.execute("SAVEPOINT sheets_of_facts")
        try:
            self._copy(cursor)
        except IntegrityError:
            cursor.cursor.execute("ROLLBACK TO SAVEPOINT sheets_of_facts")
            return False
        cursor.cursor.execute("RELEASE SAVEPOINT sheets_of_facts")
        return True


def store(sheets: list[Sheet]) -> None:
    """Store these sheets now."""
    with connection.cursor() as cursor:
        Storing(sheets)(cursor)
