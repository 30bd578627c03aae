"""Background work of imports (registry.jobs)."""

from registry.imports import service
from registry.imports.marked import build as marking
from registry.jobs import advance, job_task
from registry.models import ImportBatch, Job, User


@job_task("registry.imports.read")
def read_import(job: Job, *, batch_id: int) -> dict:
    """读取：may be sent twice; a second run begins again from the file."""
    batch = ImportBatch.objects.select_related("sent_by").get(pk=batch_id)
    if batch.state != ImportBatch.State.READING:
        return {}
    service.read(batch, lambda done, total: advance(job, done, total, "已校验、比对"))
    if marking.wanted(batch):
        marking.start(batch, batch.sent_by)
    return {"batch": batch.pk, "rows": batch.rows}


@job_task("registry.imports.mark")
def mark_import(job: Job, *, batch_id: int) -> dict:
    """标注：makes the sender's workbook with its bad cells marked; a second run makes it again."""
    batch = ImportBatch.objects.get(pk=batch_id)
    advance(job, 0, None, "正在标注原表")
    marking.build(batch)
    return {"batch": batch.pk}


@job_task("registry.imports.apply")
def apply_import(job: Job, *, batch_id: int, by_id: int, skip_bad_rows: bool) -> dict:
    """应用：one transaction; a worker that dies leaves nothing behind and the next one starts afresh."""
    advance(job, 0, None, "正在写入")
    batch = service.apply(batch_id, User.objects.get(pk=by_id), skip_bad_rows=skip_bad_rows)
    advance(job, batch.creates + batch.updates, batch.creates + batch.updates, "已写入")
    return {"batch": batch.pk, "create": batch.creates, "update": batch.updates}
