"""One act at a time in an area (排队): who applies or undoes an import waits for those before him, and sees them.

The queue is the unfinished jobs in the order in which they were asked for. A job whose turn has not come goes back
and is called when one before it ends; the areas' locks (areas.hold) keep order even when two begin at once.
"""

from django.dispatch import receiver

from registry import jobs
from registry.imports.areas import overlap
from registry.models import Job
from registry.signals import job_ended

KINDS = ("import_apply", "import_undo")


def ahead_of(job: Job) -> list[Job]:
    """Unfinished acts that this one waits for, first come first; empty when it is its turn."""
    earlier = Job.objects.unfinished().filter(kind__in=KINDS, pk__lt=job.pk)
    return [one for one in earlier.select_related("owner").order_by("pk") if _meet(one, job)]


def _meet(one: Job, other: Job) -> bool:
    return overlap(one.arguments["areas"], other.arguments["areas"])


def take_turn(job: Job) -> None:
    """Raises jobs.Waiting while somebody is before this job."""
    if ahead := ahead_of(job):
        raise jobs.Waiting(f"前面还有 {len(ahead)} 件")


@receiver(job_ended, dispatch_uid="import-queue")
def call_next(sender, job: Job, **kwargs) -> None:
    """Wake the jobs that waited for this one; each looks for itself whether it is its turn now."""
    if job.kind in KINDS:
        waiting = Job.objects.filter(kind__in=KINDS, state=Job.State.QUEUED).order_by("pk")
        for one in waiting:
            if _meet(one, job) and not ahead_of(one):
                jobs.send(one.pk)
