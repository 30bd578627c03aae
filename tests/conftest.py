"""Fixtures of the whole suite. The strict ones apply to every test (tests/strict.py)."""

import gc
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import hypothesis
import pytest
from celery import current_app
from django.apps import apps
from django.conf import settings as project
from django.core.cache import cache
from django.db import connection
from psycopg2 import sql

from registry import access_log
from registry.models import Job
from registry.policy import library
from tests import connections, database, factories, law, strict

# The same examples in every run: a failure seen once can be seen again.
# A machine that is slow now and then says nothing about a property, and what these tests ask of a fixture does not change.
hypothesis.settings.register_profile(
    "steady",
    derandomize=True,
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow, hypothesis.HealthCheck.function_scoped_fixture],
)
hypothesis.settings.load_profile("steady")


def pytest_itemcollected(item: pytest.Item) -> None:
    """Who does not ask for the database is refused it by pytest-django, so no server can make a difference to him."""
    asked = {"db", "transactional_db", "live_server"}.intersection(getattr(item, "fixturenames", ()))
    if asked or item.get_closest_marker("django_db"):
        item.add_marker("database")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest tests begin first, so that at the end nobody waits for the last of them."""
    first = ("machine", "long")
    items.sort(key=lambda item: not any(item.get_closest_marker(name) for name in first))


def pytest_collection_finish() -> None:
    """What stays for the whole run need not be looked through for garbage again and again."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown() -> Iterator[None]:
    """After everything that the test had."""
    yield
    connections.nobody_keeps_one()


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory) -> Path:
    """A folder of this run, the same one for all its processes."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if database.process() else base


@pytest.fixture(scope="session")
def database_is_a_copy(django_db_keepdb) -> bool:
    return bool(database.process()) and not django_db_keepdb


@pytest.fixture(scope="session")
def django_db_setup(
    request,
    database_is_a_copy,
    shared_folder,
    django_test_environment,
    django_db_use_migrations,
    django_db_blocker,
):
    """The triggers are in place once the tables are. What a test commits need not outlive a power failure."""
    with ExitStack() as stack, pytest.MonkeyPatch.context() as monkeypatch:
        if database_is_a_copy:
            if not django_db_use_migrations:
                without = {app.label: None for app in apps.get_app_configs()}
                monkeypatch.setattr(project, "MIGRATION_MODULES", without)
            with django_db_blocker.unblock():
                stack.enter_context(database.copied(shared_folder))
        else:
            request.getfixturevalue("django_db_setup")
        project.PGTRIGGER_INSTALL_ON_MIGRATE = False
        database.is_emptied_quickly(monkeypatch)
        name = sql.Identifier(connection.settings_dict["NAME"])
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute(sql.SQL("ALTER DATABASE {} SET synchronous_commit = off").format(name))
            database.made_with()
        yield
        with django_db_blocker.unblock():
            connections.nobody_else_is_left()
            stack.close()


@pytest.fixture(scope="session")
def law_put_aside(django_db_setup, database_is_a_copy, django_db_blocker):
    if not database_is_a_copy:  # else the rows have come with it
        with django_db_blocker.unblock():
            law.put_aside()


@pytest.fixture(name="law")
def the_law(law_put_aside, db):
    """Calendar, policy documents and the rules of Chongqing (tests/law.py)."""
    law.LAW.put_back()


@pytest.fixture
def documents(law_put_aside, db):
    """Every policy document with its rules, loaded on a day in March 2026."""
    law.DOCUMENTS.put_back()


@pytest.fixture
def calendar(law_put_aside, db):
    """Every year that the program brings."""
    law.CALENDAR.put_back()


@pytest.fixture
def code_lists(law_put_aside, db):
    """Classes, subjects, grades and the other words that rosters are read by."""
    law.CODES.put_back()


@pytest.fixture(scope="session", autouse=True)
def connections_are_written_down():
    with pytest.MonkeyPatch.context() as monkeypatch:
        connections.are_written_down(monkeypatch)
        yield


@pytest.fixture(autouse=True)
def strictness(monkeypatch, request):
    name = request.node.name.encode()[: connections.LONGEST_NAME].decode(errors="ignore")
    monkeypatch.setenv("PGAPPNAME", name)  # a session that is left says whose it is
    strict.lists_without_order_come_shuffled(monkeypatch)
    strict.network_is_off(monkeypatch)
    strict.undefined_template_variables_fail(monkeypatch)
    with strict.reading_requests_write_nothing(monkeypatch):
        yield


@pytest.fixture(autouse=True)
def places_of_this_test(settings, tmp_path):
    """Files, cache, messages and counters of a test are its own; passwords are hashed quickly."""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    cache.clear()
    factories.count_from_the_start()
    library._book.cache_clear()  # a test may have published other rules under the same documents
    access_log._waiting.clear()  # refusals of a test whose transaction never ended
    current_app.conf.broker_url = "memory://"


@pytest.fixture(scope="session")
def every_task() -> None:
    """The tasks of every app, which a worker looks for first of all."""
    current_app.loader.import_default_modules()


@pytest.fixture
def run_jobs(every_task, db):
    """Run every queued job here and now, in order; returns the jobs run, as they ended."""

    def run() -> list[Job]:
        done = []
        while job := Job.objects.filter(state=Job.State.QUEUED).order_by("pk").first():
            current_app.tasks[job.task](job.pk)
            job.refresh_from_db()
            done.append(job)
        return done

    return run
