"""Background work of the list of institutions (registry.jobs)."""

from registry.institutions import export
from registry.jobs import advance, job_task
from registry.models import InstitutionExport, Job


@job_task("registry.institutions.export")
def export_institutions(job: Job, *, export_id: int) -> dict:
    """导出：may be sent twice; a second run makes the file that the first has not left."""
    one = InstitutionExport.objects.select_related("owner").get(pk=export_id)
    rows = export.make(one, lambda done, total: advance(job, done, total, "已写出"))
    return {"export": one.pk, "rows": rows}
