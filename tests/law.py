"""What hundreds of tests begin with: the law and the calendar, every document, the lists that rosters are read by.

Loading takes long, so each lot is loaded once and its rows wait in tables beside those of the program.
"""

from collections.abc import Callable
from dataclasses import dataclass

import pgtrigger
import time_machine
from django.db import connection, transaction
from django.db.models import Model
from psycopg2 import sql

from registry.models import CalendarDay, CalendarYear, PolicyDocument, PolicyVersion, Rule
from registry.policy.load import load_packs
from registry.reference import codes
from registry.reference.calendar import load_calendar

YEARS = range(2020, 2028)  # a calendar has no gaps
PUBLISHED = "2026-03-02T02:00:00Z"
# What comes back was checked when it was put aside. Only a superuser may leave the check of references out.
CHECKS = """
    SELECT set_config('session_replication_role', %s, true) FROM pg_roles
    WHERE rolname = current_user AND rolsuper
"""


@dataclass(frozen=True)
class Lot:
    """The rows that `load` writes into the tables of `models`, kept in tables of the schema `name`."""

    name: str
    load: Callable[[], object]
    models: tuple[type[Model], ...]

    def put_aside(self) -> None:
        with transaction.atomic():
            self.load()
            rows = self._for_each_table("SELECT jsonb_agg({ours})::text FROM {ours}")
            transaction.set_rollback(True)
        with connection.cursor() as cursor:
            cursor.execute(f"DROP SCHEMA IF EXISTS {self.name} CASCADE; CREATE SCHEMA {self.name}")
        self._for_each_table("CREATE TABLE {aside} (LIKE {ours})")
        self._for_each_table(
            "INSERT INTO {aside} SELECT * FROM jsonb_populate_recordset(NULL::{ours}, %s::jsonb)", **rows
        )

    @transaction.atomic
    def put_back(self) -> None:
        """The rows in their tables, as if they had always been there."""
        audits = [f"{model._meta.label}:audit_insert" for model in self.models if _audited(model)]
        with pgtrigger.ignore(*audits), connection.cursor() as cursor:
            cursor.execute(CHECKS, ["replica"])
            self._for_each_table("INSERT INTO {ours} SELECT * FROM {aside}")
            cursor.execute(CHECKS, ["origin"])

    def _for_each_table(self, statement: str, **values: str) -> dict[str, str]:
        """What the statement answered for each table, if it answers."""
        answers = {}
        with connection.cursor() as cursor:
            for table in (model._meta.db_table for model in self.models):
                ours, aside = sql.Identifier(table), sql.Identifier(self.name, table)
                cursor.execute(
                    sql.SQL(statement).format(ours=ours, aside=aside), [values[table]] if values else None
                )
                if cursor.description:
                    answers[table] = cursor.fetchone()[0]
        return answers


def _audited(model: type[Model]) -> bool:
    return bool(getattr(model._meta, "triggers", ()))


def _chongqing() -> None:
    """The law as it is loaded by `manage.py load_reference`, save for what the tests are not about."""
    load_calendar()
    load_packs()
    CalendarDay.objects.exclude(year__in=YEARS).delete()
    CalendarYear.objects.exclude(year__in=YEARS).delete()
    Rule.objects.exclude(document__code="chongqing-2018").delete()


LAW = Lot("law", _chongqing, (PolicyDocument, Rule, CalendarYear, CalendarDay))
DOCUMENTS = Lot(
    "documents",
    time_machine.travel(PUBLISHED)(load_packs),
    (PolicyDocument, PolicyDocument.parents.through, Rule, PolicyVersion),
)
CALENDAR = Lot("calendar", load_calendar, (CalendarYear, CalendarDay))
CODES = Lot("codes", codes.load_codes, tuple(model for model, *_ in codes.LISTS))


def put_aside() -> None:
    for lot in (LAW, DOCUMENTS, CALENDAR, CODES):
        lot.put_aside()
