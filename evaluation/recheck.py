"""Judging again exactly what has changed (随改随查), within seconds of the commit.

Two steps, each a short transaction that can be repeated: changes are turned into touched subjects, touched subjects are
judged. Several workers may do either at once; a killed one leaves the queue as it was.
"""

import datetime as dt
import logging
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import OperationalError, transaction
from django.utils import timezone

from evaluation import runs
from evaluation.models import ComplianceRun, Touched
from evaluation.models.recheck import AREA
from evaluation.recording import record
from evaluation.subjects import BATCH, BY_SUBJECT
from evaluation.waiting import resolve_changes
from registry.errors import Refused
from registry.models import Division
from registry.policy.library import current_book

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Standing:
    """What a run is to the recorder, for subjects judged one by one: today, and confirmed until this very change."""

    as_of: dt.date
    is_snapshot: bool = False

    @property
    def confirmed_until(self) -> dt.date:
        return self.as_of


def recheck() -> int:
    """Work the whole queue off; how many subjects were judged again."""
    resolve_changes()
    start_areas()
    judged = 0
    while (batch := recheck_next()) is not None:
        judged += batch
    return judged


def start_areas() -> list[ComplianceRun]:
    """Start a run for each place of which everything is touched; one that is being checked waits for its end."""
    started = []
    for row in Touched.objects.filter(subject_type=AREA).order_by("pk"):
        try:
            with transaction.atomic():
                if not Touched.objects.filter(pk=row.pk).delete()[0]:
                    continue
                division = Division.objects.filter(pk=row.subject_id).first()
                if division and runs.area_needs_checking(division):
                    started.append(runs.start_after_change(division))
        except Refused as busy:
            logger.info("division=%s is judged again later: %s", row.subject_id, busy)
    return started


@transaction.atomic
def recheck_next(size: int = BATCH) -> int | None:
    """Judge the next touched subjects of one kind that nobody else holds; None when none is left."""
    waiting = Touched.objects.exclude(subject_type=AREA)
    first = waiting.select_for_update(skip_locked=True).order_by("pk").first()
    if first is None:
        return None
    rows = dict(
        waiting.filter(subject_type=first.subject_type)
        .select_for_update(skip_locked=True)
        .order_by("pk")
        .values_list("pk", "subject_id")[:size]
    )
    Touched.objects.filter(pk__in=rows).delete()
    _judge(first.subject_type, sorted(rows.values()))
    return len(rows)


def _judge(kind: str, ids: Sequence[int]) -> None:
    """Judge a batch; one that fails is halved, until the subject at fault stands alone and is left to the night."""
    try:
        with transaction.atomic():
            judge_now(kind, ids)
    except OperationalError:
        raise  # the database is in trouble, not these subjects
    except Exception:
        if len(ids) == 1:
            logger.exception("%s=%s not judged", kind, ids[0])
            return
        middle = len(ids) // 2
        _judge(kind, ids[:middle])
        _judge(kind, ids[middle:])


def judge_now(kind: str, ids: Sequence[int]) -> None:
    """Bring the standing findings of these subjects up to date; those that are gone lose theirs."""
    record(Standing(timezone.localdate()), BY_SUBJECT[kind], ids, current_book())
