"""The law and the calendar that filings are judged by, and the code lists that rosters are read by."""

from collections.abc import Iterable

import pgtrigger
from django.db import connection, transaction
from django.db.models import Model
from psycopg2 import sql

from registry.models import CalendarDay, CalendarYear, PolicyDocument, Rule
from registry.policy.load import load_packs
from registry.reference import codes
from registry.reference.calendar import load_calendar

YEARS = range(2020, 2028)  # a calendar has no gaps
LAW = (PolicyDocument, Rule, CalendarYear, CalendarDay)
CODES = tuple(model for model, *_ in codes.LISTS)
MODELS = (*LAW, *CODES)
AUDITS = [f"{model._meta.label}:audit_insert" for model in MODELS]
# Loading takes long, and hundreds of tests begin with it: the rows wait in tables beside those of the program.
ASIDE = "put_aside"
# What comes from there was checked when it was put there. Only a superuser may leave the check of references out.
CHECKS = """
    SELECT set_config('session_replication_role', %s, true) FROM pg_roles
    WHERE rolname = current_user AND rolsuper
"""


def _load() -> None:
    """Load the reference data as `manage.py load_reference` does, and leave what the tests are about."""
    load_calendar()
    load_packs()
    codes.load_codes()
    CalendarDay.objects.exclude(year__in=YEARS).delete()
    CalendarYear.objects.exclude(year__in=YEARS).delete()
    Rule.objects.exclude(document__code="chongqing-2018").delete()


def _for_each_table(statement: str, models: Iterable[type[Model]] = MODELS, **values: str) -> dict[str, str]:
    """What the statement answered for each table, if it answers."""
    answers = {}
    with connection.cursor() as cursor:
        for table in (model._meta.db_table for model in models):
            ours, aside = sql.Identifier(table), sql.Identifier(ASIDE, table)
            cursor.execute(
                sql.SQL(statement).format(ours=ours, aside=aside), [values[table]] if values else None
            )
            if cursor.description:
                answers[table] = cursor.fetchone()[0]
    return answers


def put_aside() -> None:
    """Keep the rows beside the tables that they belong to."""
    with transaction.atomic():
        _load()
        rows = _for_each_table("SELECT jsonb_agg({ours})::text FROM {ours}")
        transaction.set_rollback(True)
    with connection.cursor() as cursor:
        cursor.execute(f"DROP SCHEMA IF EXISTS {ASIDE} CASCADE; CREATE SCHEMA {ASIDE}")
    _for_each_table("CREATE TABLE {aside} (LIKE {ours})")
    _for_each_table(
        "INSERT INTO {aside} SELECT * FROM jsonb_populate_recordset(NULL::{ours}, %s::jsonb)", **rows
    )


@transaction.atomic
def put_back(models: Iterable[type[Model]]) -> None:
    """The rows in their tables, as if they had always been there."""
    with pgtrigger.ignore(*AUDITS), connection.cursor() as cursor:
        cursor.execute(CHECKS, ["replica"])
        _for_each_table("INSERT INTO {ours} SELECT * FROM {aside}", models)
        cursor.execute(CHECKS, ["origin"])
