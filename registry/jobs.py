"""Background jobs (后台任务): a row that a person can watch is the truth, the broker's message only a nudge.

A worker holds a session advisory lock for as long as it runs a job, so a second delivery of the message leaves at
once, and a worker that was killed loses its lock with its connection: the sweep then sends the job again.
Tasks must therefore be safe to repeat: short transactions over rows of work.
"""

import datetime as dt
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps

from celery import current_app, shared_task
from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.models import F
from django.utils import timezone
from kombu.exceptions import OperationalError as BrokerError

from registry import access_log, audit
from registry.errors import Refused
from registry.models import Job
from registry.signals import job_ended

logger = logging.getLogger(__name__)
LOCK_CLASS = 5_151  # namespace of our advisory locks
MAX_ATTEMPTS = 5
RESEND_AFTER = dt.timedelta(seconds=60)


class Cancelled(Exception):
    """The job was cancelled while it ran; raised at the next report of progress."""


class Waiting(Exception):
    """It is not this job's turn yet: it goes back to the queue, its message names what it waits for."""


# -- Starting -----------------------------------------------------------------------------------------------
def start_job(
    kind: str, title: str, *, task: str, by=None, scope: str = "", result_url: str = "", **arguments
) -> Job:
    """Write the job and send it after commit. Raises Refused when the same scope still has one unfinished."""
    try:
        with transaction.atomic():
            job = Job.objects.create(
                kind=kind,
                title=title,
                task=task,
                owner=by,
                scope=scope,
                result_url=result_url,
                arguments=arguments,
            )
    except IntegrityError:
        running = Job.objects.unfinished().filter(kind=kind, scope=scope).first()
        name = running.title if running else title
        raise Refused(f"“{name}”还没有结束，请等它完成或取消后再开始。") from None
    transaction.on_commit(lambda: send(job.pk))
    return job


def send(job_id: int) -> None:
    """Put the job's message on the broker; a broker that is down only delays it until the next sweep."""
    job = Job.objects.get(pk=job_id)
    try:
        current_app.send_task(job.task, args=[job.pk])
    except (OSError, BrokerError) as error:
        logger.warning("job=%s not sent, the sweep will: %s", job.pk, error)
        return
    Job.objects.filter(pk=job.pk).update(sent_at=timezone.now())


def cancel(job_id: int, *, by) -> None:
    """Stop a job at its next report of progress; finished jobs stay as they are."""
    changed = (
        Job.objects.visible_to(by)
        .unfinished()
        .filter(pk=job_id)
        .update(state=Job.State.CANCELLED, finished_at=timezone.now())
    )
    if not changed:
        raise Refused("任务已经结束，无需取消。")
    _announce_end(job_id)


# -- Running ------------------------------------------------------------------------------------------------
@contextmanager
def _exclusive(job_id: int) -> Iterator[bool]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCK_CLASS, job_id % 2**31])
        held = cursor.fetchone()[0]
    try:
        yield held
    finally:
        if held:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK_CLASS, job_id % 2**31])


def advance(job: Job, done: int, total: int | None = None, phase: str | None = None) -> None:
    """Report progress in rows done. Raises Cancelled when the person has cancelled the job."""
    values: dict = {"done": done}
    if total is not None:
        values["total"] = total
    if phase is not None:
        values["phase"] = phase
    if not Job.objects.filter(pk=job.pk, state=Job.State.RUNNING).update(**values):
        raise Cancelled
    for name, value in values.items():
        setattr(job, name, value)


@contextmanager
def telling_outside(job: Job) -> Iterator[Callable[[int, int, str], None]]:
    """`tell(done, total, phase)` for work inside one long transaction: seen at once, by a connection of its own.

    Raises Cancelled like `advance`. Inside somebody else's transaction nobody outside could see the job at all; then
    nothing is told.
    """
    if connection.in_atomic_block:
        yield lambda done, total, phase: None
        return
    other = connection.copy()

    def tell(done: int, total: int, phase: str) -> None:
        with other.cursor() as cursor:
            cursor.execute(
                "UPDATE registry_job SET done = %s, total = %s, phase = %s WHERE id = %s AND state = 'running'",
                [done, total, phase, job.pk],
            )
            if not cursor.rowcount:
                raise Cancelled

    try:
        yield tell
    finally:
        other.close()


def _finish(job_id: int, state: str, **values) -> None:
    """What was done to the end is done, also where somebody stopped it in the last moment."""
    ending = (Job.State.RUNNING, Job.State.CANCELLED) if state == Job.State.DONE else (Job.State.RUNNING,)
    Job.objects.filter(pk=job_id, state__in=ending).update(state=state, finished_at=timezone.now(), **values)
    _announce_end(job_id)


def _announce_end(job_id: int) -> None:
    transaction.on_commit(lambda: job_ended.send(Job, job=Job.objects.get(pk=job_id)))


def _back_to_the_queue(job_id: int, why: str) -> None:
    """Waiting is no attempt: a job may wait for hours."""
    Job.objects.filter(pk=job_id, state=Job.State.RUNNING).update(
        state=Job.State.QUEUED, phase=why[:60], attempts=F("attempts") - 1, sent_at=timezone.now()
    )


def run(job_id: int, work: Callable[..., dict | None]) -> None:
    """Run `work(job, **arguments)` under the job's lock and record how it ended."""
    with _exclusive(job_id) as held:
        if not held:
            logger.info("job=%s is already running elsewhere", job_id)
            return
        job = Job.objects.select_related("owner").get(pk=job_id)
        if job.finished:
            logger.info("job=%s has ended (%s)", job_id, job.state)
            return
        job.state, job.started_at = Job.State.RUNNING, job.started_at or timezone.now()
        job.attempts += 1
        started = Job.objects.filter(pk=job_id, state__in=Job.UNFINISHED).update(
            state=job.state, started_at=job.started_at, attempts=job.attempts
        )
        if not started:
            return
        try:
            with audit.acting(job.owner, job=job.pk):
                result = work(job, **job.arguments)
        except Cancelled:
            logger.info("job=%s cancelled", job_id)
        except Waiting as turn:
            _back_to_the_queue(job_id, str(turn))
        except Refused as refusal:
            _finish(job_id, Job.State.FAILED, error=str(refusal))
        except OperationalError:
            raise  # the database is in trouble, not this job: the sweep sends it again
        except Exception as error:
            logger.exception("job=%s failed", job_id)
            _finish(
                job_id,
                Job.State.FAILED,
                error=f"程序出错（{type(error).__name__}），数据没有改动。请把任务号告诉系统管理员。",
            )
        else:
            _finish(job_id, Job.State.DONE, result=result or {})
        finally:
            if not connection.in_atomic_block:
                access_log.flush()


def job_task(name: str):
    """Declare a Celery task whose body is `work(job, **arguments)` and may return a JSON result."""

    def declare(work):
        @shared_task(name=name)
        @wraps(work)
        def task(job_id: int) -> None:
            run(job_id, work)

        return task

    return declare


# -- Sweeping -----------------------------------------------------------------------------------------------
def sweep() -> list[int]:
    """Send again what was never delivered or whose worker died; give up after MAX_ATTEMPTS. Ids sent."""
    sent = []
    for job in Job.objects.unfinished().order_by("pk"):
        if job.state == Job.State.QUEUED and job.sent_at and timezone.now() - job.sent_at < RESEND_AFTER:
            continue
        with _exclusive(job.pk) as dead:
            if not dead:
                continue
            if job.attempts >= MAX_ATTEMPTS:
                message = f"工作进程多次中断（{job.attempts} 次），已停止重试。请联系系统管理员。"
                Job.objects.filter(pk=job.pk, state__in=Job.UNFINISHED).update(
                    state=Job.State.FAILED, error=message, finished_at=timezone.now()
                )
                _announce_end(job.pk)
                continue
        send(job.pk)
        sent.append(job.pk)
    return sent
