"""The law and the calendar that filings are judged by, for every test that files."""

import pytest
from django.db import connection
from psycopg2 import sql

from registry.models import CalendarDay, CalendarYear, PolicyDocument, Rule
from registry.policy.load import load_packs
from registry.reference.calendar import load_calendar

YEARS = range(2020, 2028)  # a calendar has no gaps
TABLES = [model._meta.db_table for model in (PolicyDocument, Rule, CalendarYear, CalendarDay)]
TAKEN = sql.SQL("SELECT jsonb_agg({0})::text FROM {0}")
GIVEN = sql.SQL("INSERT INTO {0} SELECT * FROM jsonb_populate_recordset(NULL::{0}, %s::jsonb)")
_kept: dict[str, str] = {}


def _read_once() -> None:
    """Load the reference data as `manage.py load_reference` does, and keep the rows for the tests that follow."""
    load_calendar()
    load_packs()
    CalendarDay.objects.exclude(year__in=YEARS).delete()
    CalendarYear.objects.exclude(year__in=YEARS).delete()
    Rule.objects.exclude(document__code="chongqing-2018").delete()
    _kept.update({table: _ask(TAKEN, table)[0] for table in TABLES})


def _ask(statement: sql.SQL, table: str, *values: str) -> tuple:
    with connection.cursor() as cursor:
        cursor.execute(statement.format(sql.Identifier(table)), values)
        return cursor.fetchone() if cursor.description else ()


def _write_again() -> None:
    """The kept rows in one statement a table: hundreds of tests begin with this."""
    for table, rows in _kept.items():
        _ask(GIVEN, table, rows)


@pytest.fixture
def law(db):
    """Calendar, policy documents and the rules of Chongqing."""
    if _kept:
        _write_again()
    else:
        _read_once()
