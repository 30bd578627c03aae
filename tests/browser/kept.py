"""Committed data that takes seconds to make, made once a run and put back by COPY for each test (测试底数).

Pages of a live server see only committed rows, and a test that commits leaves an empty database behind.
"""

from collections.abc import Callable
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connection, transaction

from filing.imports.service import import_consortia
from registry import operators
from registry.imports import service as imports
from registry.imports.scope import EVERYWHERE
from registry.reference import places, tables
from tests import database

DEMO = settings.BASE_DIR / "fixtures" / "demo"
CITIES = ("chongqing", "wuhu", "chuzhou")
PROVINCES = ("50", "34")
LEFT_OUT = ("registry_auditentry", "registry_auditblock", "django_session")
Build = Callable[[], None]


def put_back(name: str, build: Build, shared: Path) -> None:
    """Bring the database to the state `name`; the first process of the run that wants it builds it for all."""
    folder = shared / f"kept-{name}"
    database.empty()
    with database.alone(shared):
        if not folder.exists():
            build()
            _copy_out(folder)
            return
    _copy_in(folder)


def _copy_out(folder: Path) -> None:
    partial = folder.with_suffix(".partial")
    partial.mkdir()
    with connection.cursor() as cursor:
        for table in database.tables().difference(LEFT_OUT):
            with (partial / table).open("w") as file:
                cursor.copy_expert(f"COPY {table} TO STDOUT", file)
    partial.rename(folder)


@transaction.atomic
def _copy_in(folder: Path) -> None:
    kept = {path.name: path for path in folder.iterdir() if path.stat().st_size}
    with database.triggers_are_off(kept), connection.cursor() as cursor:
        for table, path in kept.items():
            with path.open() as file:
                cursor.copy_expert(f"COPY {table} FROM STDIN", file)
        for statement in connection.ops.sequence_reset_sql(no_style(), list(apps.get_models())):
            cursor.execute(statement)


# -- What is kept -------------------------------------------------------------------------------------------
def reference() -> None:
    """Everything that `load_reference` loads, with the divisions of two provinces only."""
    whole = tables.rows

    def rows(name: str):
        for row in whole(name):
            place = row.get("host_code") or row.get("division_code") or row["code"]
            if place.startswith(PROVINCES):
                yield row

    tables.rows = places.rows = rows
    try:
        call_command("load_reference", verbosity=0)
    finally:
        tables.rows = places.rows = whole


def rosters() -> None:
    """The institutions of the three demonstration rosters."""
    reference()
    for city in CITIES:
        path = DEMO / f"{city}_roster.xlsx"
        batch = imports.stage(path, path.name, operators.operator(), EVERYWHERE)
        imports.apply(batch.pk, operators.operator())


def register() -> None:
    """The same with their consortia, grids and registered filings."""
    rosters()
    for city in CITIES:
        outcome = import_consortia(DEMO / f"{city}_consortia.xlsx", by=operators.operator(), apply=True)
        assert not outcome.stopped, outcome.issues
