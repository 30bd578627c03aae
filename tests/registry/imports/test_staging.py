"""COPY beside other work: one transaction, queries wait for it, and its errors are not lost."""

import json
import threading

import pytest
from django.db import DataError, connection, transaction

from registry.imports import staging
from registry.imports.staging import Copy, copying, line_of, lines_of, values_copy
from registry.models import ImportIssue, ImportRow
from tests.registry.imports.rosters import row

pytestmark = pytest.mark.django_db
FIELDS = ("batch", "row", "rule", "severity", "message", "sheet", "letter", "column", "value", "remedy")


@pytest.fixture
def issues(stage):
    """Issues for an import, as rows of a COPY."""
    batch = stage(row("甲医院"))
    batch.issues.all().delete()
    return lambda *rows: values_copy(
        ImportIssue, FIELDS, [(batch.pk, number, "规则", "error", "说明", *[""] * 5) for number in rows]
    )


@pytest.fixture
def held_back(monkeypatch):
    """The copies begin when this is set."""
    begin, send = threading.Event(), staging._send
    monkeypatch.setattr(staging, "_send", lambda *given: begin.wait(10) and send(*given))
    return begin


def test_work_goes_on_while_rows_are_copied(issues, held_back):
    with copying(issues(1, 2), issues(3)):
        held_back.set()
    assert ImportIssue.objects.count() == 3


def test_a_query_waits_for_the_copies(issues, held_back):
    with copying(issues(1, 2)):
        threading.Timer(0.01, held_back.set).start()
        assert ImportIssue.objects.count() == 2


def test_what_went_wrong_is_raised_and_nothing_is_kept(issues):
    wrong = Copy("COPY registry_importissue (id) FROM STDIN", b"not a number\n")
    with pytest.raises(DataError), transaction.atomic(), copying(issues(1), wrong):
        pass
    assert not ImportIssue.objects.exists()


def test_a_query_beside_a_failed_copy_says_what_failed(issues):
    wrong = Copy("COPY registry_importissue (id) FROM STDIN", b"not a number\n")
    with pytest.raises(DataError), transaction.atomic(), copying(wrong):
        ImportIssue.objects.count()


def test_an_error_of_the_block_waits_until_the_connection_is_free(issues, held_back):
    with pytest.raises(LookupError), transaction.atomic(), copying(issues(1)):
        held_back.set()
        raise LookupError
    assert not ImportIssue.objects.exists()
    assert connection.is_usable()


def test_the_server_knows_how_many_rows_were_staged(stage):
    """It had counted when there was another batch only, and would take the new one for a single row."""
    stage(*[row(f"第{number}医院") for number in range(30)])
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE registry_importrow")
    second = stage(*[row(f"第{number}诊所") for number in range(30)], name="又一份.xlsx")
    plan = ImportRow.objects.filter(batch=second).order_by().explain(format="json")
    assert json.loads(plan)[0]["Plan"]["Plan Rows"] == 30


def test_lines_looked_at_together_are_those_looked_at_singly():
    plain = [("甲", "一"), ("乙", "二")]
    assert lines_of(plain) == ["甲\t一", "乙\t二"]
    for odd in ("a\tb", "a\nb", "a\rb", "a\\b", "a\0b"):
        rows = [*plain, (odd, "三")]
        assert lines_of(rows) == [line_of(row) for row in rows]
        assert lines_of(rows)[-1].count("\t") == 1
