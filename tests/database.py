"""The database of a run: made once, copied for every process, emptied within milliseconds after a test that commits."""

import fcntl
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.test import TransactionTestCase

from tests import law

# What the tables are made with, and what no test changes; where one did, it is made anew.
MADE_WITH = (ContentType._meta.db_table, Permission._meta.db_table)
# Up to so many rows are deleted sooner than a hundred tables are cut off: of a table that others refer to, of another.
FEW, MANY = 300, 20_000


# -- Making -------------------------------------------------------------------------------------------------
def process() -> str:
    """The name of this process among those that share the tests; empty when it is alone."""
    return os.environ.get("PYTEST_XDIST_WORKER", "")


@contextmanager
def alone(shared: Path) -> Iterator[None]:
    """One process of the run at a time."""
    with (shared / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def copied(shared: Path) -> Iterator[None]:
    """A copy for this process of the database that the first one makes for all; the last one removes it."""
    creation, settings = connection.creation, connection.settings_dict
    original, pattern = settings["NAME"], f"test_{settings['NAME']}"
    using = shared / "uses-the-database"
    with alone(shared):
        if not using.exists():
            settings["TEST"]["NAME"] = pattern
            creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
            law.put_aside()
            using.mkdir()
        (using / process()).touch()
        settings["NAME"] = pattern
        creation.clone_test_db(process(), verbosity=0)
        settings["NAME"] = creation.get_test_db_clone_settings(process())["NAME"]
    connection.close()
    yield
    creation.destroy_test_db(original, verbosity=0)
    with alone(shared):
        (using / process()).unlink()
        if not any(using.iterdir()):
            settings["NAME"] = pattern
            creation.destroy_test_db(original, verbosity=0)
            using.rmdir()


# -- Emptying -----------------------------------------------------------------------------------------------
def is_emptied_quickly(monkeypatch) -> None:
    """Instead of Django's flush, which cuts off every table and makes content types and permissions again."""
    monkeypatch.setattr(TransactionTestCase, "_fixture_teardown", lambda case: empty())


@cache
def tables() -> frozenset[str]:
    """Every table of a model, save for those that are filled as soon as they are made."""
    names = connection.introspection.django_table_names(only_existing=True, include_views=False)
    return frozenset(names) - set(MADE_WITH)


@cache
def _with_triggers() -> frozenset[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal")
        return frozenset(table for (table,) in cursor.fetchall())


@contextmanager
def triggers_are_off(names: Iterable[str]) -> Iterator[None]:
    """Neither is audited what happens to these tables, nor is the audit itself protected; inside a transaction."""
    with connection.cursor() as cursor:
        having = sorted(_with_triggers().intersection(names))
        for table in having:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in having:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


@cache
def _referred_to() -> frozenset[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT confrelid::regclass::text FROM pg_constraint WHERE contype = 'f'")
        return frozenset(table for (table,) in cursor.fetchall())


def _filled() -> dict[str, bool]:
    """The tables with rows, and whether these are many to delete."""
    counts = []
    for table in sorted(tables()):
        some = f"SELECT FROM {table} LIMIT {(FEW if table in _referred_to() else MANY) + 1}"
        counts.append(f"SELECT '{table}', count(*) FROM ({some}) _")  # noqa: S608 (names of models)
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(counts))
        return {
            table: rows > (FEW if table in _referred_to() else MANY)
            for table, rows in cursor.fetchall()
            if rows
        }


def _made() -> list[tuple]:
    with connection.cursor() as cursor:
        digest = "SELECT md5(string_agg(t::text, ',' ORDER BY id)) FROM {} t"
        cursor.execute(" UNION ALL ".join(map(digest.format, MADE_WITH)))
        return cursor.fetchall()


@cache
def made_with() -> list[tuple]:
    """The content types and permissions as they are before the first test; their rows are kept for `_make_again`."""
    _rows_made()
    return _made()


@cache
def _rows_made() -> dict[str, str]:
    with connection.cursor() as cursor:
        rows = {}
        for table in MADE_WITH:
            cursor.execute(f"SELECT jsonb_agg(t ORDER BY id)::text FROM {table} t")  # noqa: S608 (names of models)
            rows[table] = cursor.fetchone()[0]
        return rows


def _make_again() -> None:
    """Under the numbers that they had: rows kept by other processes of the run refer to them."""
    with connection.cursor() as cursor:
        for table, rows in _rows_made().items():
            cursor.execute(
                f"INSERT INTO {table} SELECT * FROM jsonb_populate_recordset(NULL::{table}, %s::jsonb)",  # noqa: S608
                [rows],
            )
    ContentType.objects.clear_cache()


@transaction.atomic
def empty() -> None:
    """Leave every table as it was made."""
    filled, spoilt = _filled(), _made() != made_with()
    if spoilt or any(filled.values()):
        names = tables().union(MADE_WITH if spoilt else ())
        with triggers_are_off(names), connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {', '.join(sorted(names))}")
    elif filled:
        with triggers_are_off(filled), connection.cursor() as cursor:
            for table in filled:
                cursor.execute(f"DELETE FROM {table}")  # noqa: S608 (names of models)
    if spoilt:
        _make_again()
