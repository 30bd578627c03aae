"""Fixtures of the whole suite. The strict ones apply to every test (tests/strict.py)."""

import hypothesis
import pytest
from celery import current_app
from django.conf import settings as project
from django.core.cache import cache
from django.db import connection
from psycopg2 import sql

from registry import access_log
from registry.models import Job
from registry.policy import library
from tests import factories, strict

pytest_plugins = ["tests.law"]

# The same examples in every run: a failure seen once can be seen again.
hypothesis.settings.register_profile("steady", derandomize=True)
hypothesis.settings.load_profile("steady")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest tests begin first, so that at the end nobody waits for the last of them."""
    items.sort(key=lambda item: item.get_closest_marker("machine") is None)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """The triggers are in place once the tables are; the flush after a transactional test need not install them.

    What a test commits need not outlive a power failure.
    """
    project.PGTRIGGER_INSTALL_ON_MIGRATE = False
    name = sql.Identifier(connection.settings_dict["NAME"])
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(sql.SQL("ALTER DATABASE {} SET synchronous_commit = off").format(name))


@pytest.fixture(scope="session", autouse=True)
def flush_may_empty_the_audit():
    with pytest.MonkeyPatch.context() as monkeypatch:
        strict.append_only_tables_can_be_emptied_between_tests(monkeypatch)
        yield


@pytest.fixture(autouse=True)
def strictness(monkeypatch):
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


@pytest.fixture
def run_jobs(db):
    """Run every queued job here and now, in order; returns the jobs run, as they ended."""

    current_app.loader.import_default_modules()  # what a worker does first: the tasks of every app

    def run() -> list[Job]:
        done = []
        while job := Job.objects.filter(state=Job.State.QUEUED).order_by("pk").first():
            current_app.tasks[job.task](job.pk)
            job.refresh_from_db()
            done.append(job)
        return done

    return run
