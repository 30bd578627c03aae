"""What the check of changes had missed (随改随查遗漏), as a full run sees it: nothing, or there is a fault to find.

A full run may well find another verdict than the one that stands: a day has passed on which a waiver ended or a
membership began. That is no miss. A miss is a verdict that the register would not have given on the days for which it
stood either, and whose change nobody is working on.
"""

import datetime as dt
import logging
from collections.abc import Mapping

from evaluation.areas import EVERYWHERE
from evaluation.models import ComplianceRun, Finding
from evaluation.subjects import Source, judged
from evaluation.waiting import waiting_among
from registry.policy.library import book_on
from registry.policy.verdict import Outcome

logger = logging.getLogger(__name__)


def is_comparable(run: ComplianceRun) -> bool:
    """Whether an earlier run over the same place, by the same program, can be held against this one; asked once a run."""
    if "_comparable" not in run.__dict__:
        run.__dict__["_comparable"] = _is_comparable(run)
    return run.__dict__["_comparable"]


def _is_comparable(run: ComplianceRun) -> bool:
    if run.is_snapshot or run.origin == ComplianceRun.Origin.CHANGE:
        return False
    before = run.earlier.order_by("-started_at").first()
    return before is not None and before.code_version == run.code_version


def missed_by_recheck(
    run: ComplianceRun, source: Source, changed: Mapping[int, Mapping[str, str]]
) -> list[int]:
    """Subjects whose verdicts stood wrongly; `changed` gives the verdicts that stood, by subject and provision."""
    if not changed or not is_comparable(run):
        return []
    suspects = set(changed) - waiting_among(source.subject, changed)
    for day in _days(run, source, suspects):
        there = set(source.inside(EVERYWHERE, day).filter(pk__in=suspects).values_list("pk", flat=True))
        then = {pk: {} for pk in suspects} | _verdicts(source, sorted(there), day)
        suspects = {pk for pk in suspects if then[pk] != changed[pk]}
    for pk in sorted(suspects):
        logger.error("run=%s %s=%s stood wrongly: its change was not noticed", run.pk, source.subject, pk)
    return sorted(suspects)


def _days(run: ComplianceRun, source: Source, ids: set[int]) -> list[dt.date]:
    """The days for which the verdicts stood: the last full run, and those on which single ones were given since."""
    given = Finding.objects.filter(subject_type=source.subject, subject_id__in=ids, snapshot__isnull=True)
    days = set(given.order_by().values_list("reference_date", flat=True).distinct())
    return sorted({run.confirmed_until, *(day for day in days if day >= run.confirmed_until)} - {run.as_of})


def _verdicts(source: Source, ids: list[int], day: dt.date) -> dict[int, dict[str, str]]:
    return {
        subject.id: {
            one.rule.id: str(one.verdict.outcome)
            for one in judgements
            if one.verdict.outcome is not Outcome.NA
        }
        for subject, judgements in judged(source, ids, book_on(day), day)
    }
