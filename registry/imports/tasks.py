"""Background work of imports (registry.jobs)."""

from contextlib import suppress
from functools import partial

from registry import jobs
from registry.errors import Refused
from registry.imports import applying, queue, service, undo
from registry.imports.marked import build as marking
from registry.imports.starting import staging_of, start
from registry.jobs import advance, job_task, telling_outside
from registry.models import ImportBatch, Job, User


@job_task("registry.imports.read")
def read_import(job: Job, *, batch_id: int) -> dict:
    """读取：may be sent twice; a second run begins again from the file."""
    with staging_of(batch_id):
        batch = ImportBatch.objects.select_related("sent_by", "marked_job").get(pk=batch_id)
        if batch.state != ImportBatch.State.READING:
            return {}
        _stop_marking(batch)
        service.read(batch, lambda done, total: advance(job, done, total, "已校验、比对"))
    if marking.wanted(batch):
        start(batch, "mark", "标注", batch.sent_by, shown_as="marked_job")
    return {"batch": batch.pk, "rows": batch.rows}


def _stop_marking(batch: ImportBatch) -> None:
    """The marks of an earlier reading are not those of this one."""
    if batch.marked_job and not batch.marked_job.finished:
        with suppress(Refused):  # it has ended in this moment
            jobs.cancel(batch.marked_job.pk, by=batch.sent_by)


@job_task("registry.imports.mark")
def mark_import(job: Job, *, batch_id: int) -> dict:
    """标注：makes the sender's workbook with its bad cells marked; a second run makes it again."""
    batch = ImportBatch.objects.get(pk=batch_id)
    going_on = partial(advance, job, 0, None, "正在标注原表")
    going_on()
    marking.build(batch, going_on)
    return {"batch": batch.pk}


@job_task("registry.imports.apply")
def apply_import(job: Job, *, batch_id: int, by_id: int, skip_bad_rows: bool, areas: list[str]) -> dict:
    """应用：one transaction; a worker that dies leaves nothing behind and the next one starts afresh."""
    queue.take_turn(job)
    with telling_outside(job) as tell:
        batch = applying.apply(batch_id, User.objects.get(pk=by_id), skip_bad_rows=skip_bad_rows, tell=tell)
    return {"batch": batch.pk, "create": batch.creates, "update": batch.updates}


@job_task("registry.imports.undo")
def undo_import(job: Job, *, batch_id: int, by_id: int, rest: bool, areas: list[str]) -> dict:
    """撤销：one transaction like applying."""
    queue.take_turn(job)
    with telling_outside(job) as tell:
        batch = undo.undo(batch_id, User.objects.get(pk=by_id), rest=rest, tell=tell)
    return {"batch": batch.pk, "undone": batch.undone_rows, "kept": batch.kept_rows}
