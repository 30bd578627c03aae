"""A database of a benchmark's own on the server that DATABASE_URL (or the embedded server) gives."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management import call_command
from django.db import connection

VARIABLE = "BENCH_DATABASE"


@contextmanager
def scratch_database(name: str, *, keep: bool = False) -> Iterator[str]:
    """An empty migrated database with its triggers; this process and the measured ones use it. Dropped at the end."""
    before = connection.settings_dict["NAME"]
    connection.settings_dict["TEST"]["NAME"] = f"bench_{before}_{name}"
    own = connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    os.environ[VARIABLE] = own
    try:
        call_command("load_reference", verbosity=0)
        yield own
    finally:
        del os.environ[VARIABLE]
        connection.creation.destroy_test_db(before, verbosity=0, keepdb=keep)


def use_scratch_database() -> None:
    """In a measured process: connect to the benchmark's database instead of the one in the settings."""
    connection.settings_dict["NAME"] = os.environ[VARIABLE]
