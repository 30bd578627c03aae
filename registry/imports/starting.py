"""Starting the background work of an import (后台办理), which the import then shows as its own."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from django.db import InterfaceError, OperationalError, connection

from registry.errors import Refused
from registry.jobs import start_job
from registry.models import ImportBatch, Job, User

LOCK_CLASS = 5_154  # namespace of the advisory locks of staged rows


def start(batch: ImportBatch, kind: str, word: str, by: User, *, shown_as: str = "job", **arguments) -> Job:
    """Start `registry.imports.<kind>` for the batch, one of a kind at a time, and keep it in the field `shown_as`."""
    job = start_job(
        f"import_{kind}",
        f"{word} {batch.file_name}"[:200],
        task=f"registry.imports.{kind}",
        by=by,
        scope=f"batch:{batch.pk}",
        result_url=batch.get_absolute_url(),
        batch_id=batch.pk,
        **arguments,
    )
    setattr(batch, shown_as, job)
    batch.save(update_fields=[shown_as])
    return job


def require_idle(batch: ImportBatch) -> None:
    """Raises Refused while work that was asked for is not done: it is about the rows as they were seen then."""
    if batch.job and not batch.job.finished:
        raise Refused(f"“{batch.job.title}”还没有结束。请等它完成，或在导入页停止后再操作。")


@contextmanager
def staging_of(batch_id: int) -> Iterator[None]:
    """Alone with the rows of an import; waits for a reading that was stopped and has not noticed yet."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s, %s)", [LOCK_CLASS, batch_id % 2**31])
    try:
        yield
    finally:
        # A connection that is lost has lost its lock; the error that told of it must not be hidden.
        with suppress(OperationalError, InterfaceError), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK_CLASS, batch_id % 2**31])


def require_nobody_staging(batch_id: int) -> None:
    """Raises Refused while a reading that was stopped still has rows in its hands; until the transaction ends nobody begins."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [LOCK_CLASS, batch_id % 2**31])
        if not cursor.fetchone()[0]:
            raise Refused("读取正在停下，还没有停好。请过几秒再试。")
