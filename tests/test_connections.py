"""A connection that outlives its test is found at that test, with the one who opened it."""

import threading
from contextlib import closing

import pytest
from django.db import connection

from tests import connections


@pytest.fixture(autouse=True)
def no_patience(monkeypatch):
    monkeypatch.setattr(connections, "PATIENCE", 0.1)


def ask(other) -> None:
    with other.cursor() as cursor:
        cursor.execute("SELECT 'who am I'")


@pytest.mark.django_db
def test_a_thread_that_ends_without_closing_is_named():
    thread = threading.Thread(target=lambda: ask(connection), name="forgetful")
    thread.start()
    thread.join()
    with pytest.raises(AssertionError, match=r"forgetful, opened at .*test_connections\.py:\d+"):
        connections.nobody_keeps_one()
    connections.nobody_keeps_one()  # it has been closed: the next test is not blamed


@pytest.mark.django_db
def test_a_second_connection_of_the_test_itself_is_named_until_it_is_closed():
    with closing(connection.copy()) as other:
        ask(other)
        with pytest.raises(AssertionError, match="MainThread"):
            connections.nobody_keeps_one()


@pytest.mark.django_db(transaction=True)  # in one transaction the list of sessions would stay the same
def test_another_process_is_named_with_its_test_and_statement_and_ended(request):
    with closing(connection.copy()) as other:
        ask(other)
        with pytest.raises(AssertionError, match=f"{request.node.name[:40]}.*: SELECT 'who am I'"):
            connections.nobody_else_is_left()
        connections.nobody_else_is_left()
