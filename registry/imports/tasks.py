"""Background work of imports (registry.jobs)."""

from registry.imports import applying, queue, service, undo
from registry.imports.marked import build as marking
from registry.imports.starting import start
from registry.jobs import advance, job_task, telling_outside
from registry.models import ImportBatch, Job, User


@job_task("registry.imports.read")
def read_import(job: Job, *, batch_id: int) -> dict:
    """读取：may be sent twice; a second run begins again from the file."""
    batch = ImportBatch.objects.select_related("sent_by").get(pk=batch_id)
    if batch.state != ImportBatch.State.READING:
        return {}
    service.read(batch, lambda done, total: advance(job, done, total, "已校验、比对"))
    if marking.wanted(batch):
        start(batch, "mark", "标注", batch.sent_by, shown_as="marked_job")
    return {"batch": batch.pk, "rows": batch.rows}


@job_task("registry.imports.mark")
def mark_import(job: Job, *, batch_id: int) -> dict:
    """标注：makes the sender's workbook with its bad cells marked; a second run makes it again."""
    batch = ImportBatch.objects.get(pk=batch_id)
    advance(job, 0, None, "正在标注原表")
    marking.build(batch)
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
