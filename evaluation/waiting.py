"""The queue of what is to be judged again (待复核队列): changes turned into the subjects that they touch."""

from collections.abc import Iterable

from django.db import transaction

from evaluation.models import Change, ComplianceRun, Touched
from evaluation.models.recheck import AREA
from evaluation.touching import touched_by
from registry.models import AuditEntry, Job

CHANGES = 2000


def resolve_changes() -> None:
    """Turn the waiting changes into touched subjects."""
    while _resolve_some():
        pass


@transaction.atomic
def _resolve_some() -> bool:
    ids = list(
        Change.objects.select_for_update(skip_locked=True)
        .order_by("entry_id")
        .values_list("entry_id", flat=True)[:CHANGES]
    )
    if not ids:
        return False
    touch = touched_by(AuditEntry.objects.filter(pk__in=ids).order_by("pk"))
    rows = [Touched(subject_type=kind, subject_id=pk) for kind, pk in touch]
    rows += [Touched(subject_type=AREA, subject_id=pk) for pk in sorted(touch.areas)]
    Touched.objects.bulk_create(rows, ignore_conflicts=True, batch_size=5000)
    Change.objects.filter(pk__in=ids).delete()
    return True


def waiting_among(kind: str, ids: Iterable[int]) -> set[int]:
    """Those of the subjects whose last change is not worked off yet; all of them while whole places are."""
    ids = set(ids)
    if _places_waiting() or Change.objects.all()[CHANGES : CHANGES + 1].exists():
        return ids
    # Read, not taken: whoever asks may hold locks for which the worker that takes them is waiting.
    changes = list(Change.objects.order_by("entry_id").values_list("entry_id", flat=True))
    touch = touched_by(AuditEntry.objects.filter(pk__in=changes).order_by("pk"))
    if touch.areas:
        return ids
    waiting = Touched.objects.filter(subject_type=kind, subject_id__in=ids)
    return ids & touch.subjects.get(kind, set()) | set(
        waiting.order_by().values_list("subject_id", flat=True)
    )


def _places_waiting() -> bool:
    in_work = ComplianceRun.objects.filter(
        origin=ComplianceRun.Origin.CHANGE, finished_at__isnull=True, job__state__in=Job.UNFINISHED
    )
    return in_work.exists() or Touched.objects.filter(subject_type=AREA).exists()
