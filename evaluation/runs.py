"""Compliance runs (合规检查): started by a person or by night, resumable, and watched while they go."""

import datetime as dt
import logging
from collections import Counter, defaultdict

from django.db import OperationalError, transaction
from django.urls import reverse
from django.utils import timezone

from evaluation.areas import area_of
from evaluation.models import ComplianceRun, RunItem
from evaluation.recording import record, resolve_departed
from evaluation.subjects import BATCH, BY_SUBJECT, SOURCES, batches
from registry import access, jobs
from registry.errors import Refused
from registry.models import Division, Job
from registry.policy.library import current_book

logger = logging.getLogger(__name__)
KIND = "compliance"
STEPS = 40  # a run moves its bar at least this often


@transaction.atomic
def start(*, division: Division, by, as_of: dt.date | None = None) -> ComplianceRun:
    """检查 an area as it stands today, or stood on an earlier day. Refused while the same area is being checked."""
    access.require(by, "run_compliance", division)
    today = timezone.localdate()
    if as_of and as_of > today:
        raise Refused(f"基准日 {as_of} 还没有到，请选今天或更早的日期。")
    return _start(division, as_of or today, ComplianceRun.Origin.ON_DEMAND, by)


def start_nightly() -> list[ComplianceRun]:
    """One run for each province that has consortia; a province that is being checked already is left alone."""
    provinces = Division.objects.current().filter(level=Division.Level.PROVINCE).order_by("code")
    started = []
    for division in provinces:
        if not area_has_consortia(division):
            continue
        try:
            with transaction.atomic():
                started.append(_start(division, timezone.localdate(), ComplianceRun.Origin.NIGHTLY, by=None))
        except Refused as refusal:
            logger.warning("nightly run of %s not started: %s", division.code, refusal)
    return started


def area_has_consortia(division: Division) -> bool:
    """True when any consortium is recorded in the area."""
    source = BY_SUBJECT["consortium"]
    return source.inside(area_of(division), timezone.localdate()).exists()


def _start(division: Division, as_of: dt.date, origin: str, by) -> ComplianceRun:
    snapshot = as_of != timezone.localdate()
    run = ComplianceRun.objects.create(
        division=division, as_of=as_of, is_snapshot=snapshot, origin=origin, started_by=by
    )
    run.job = jobs.start_job(
        KIND,
        f"{division.name}合规检查（{as_of}）",
        task="evaluation.tasks.run_compliance",
        by=by,
        scope=division.code,
        result_url=reverse("evaluation:run", args=[run.pk]),
        run_id=run.pk,
    )
    run.save(update_fields=["job"])
    return run


# -- Working ------------------------------------------------------------------------------------------------
def work(job: Job, run: ComplianceRun) -> dict:
    """Carry a run on from where it stands to its end; what an earlier worker finished is not done again."""
    if run.finished_at is None:
        if run.planned_at is None:
            jobs.advance(job, 0, phase="生成清单")
            plan(run)
        done, total = _progress(run)
        jobs.advance(job, done, total, phase="已检查")
        while (subjects := check_next(run)) is not None:
            done += subjects
            jobs.advance(job, done)
        finish(run)
    return {"opened": run.opened, "resolved": run.resolved, "tally": run.tally}


@transaction.atomic
def plan(run: ComplianceRun) -> None:
    """Write the work list: batches of subjects, place by place."""
    area = area_of(run.division)
    ids = {source.subject: source.ids(area, run.as_of) for source in SOURCES}
    total = sum(map(len, ids.values()))
    size = max(1, min(BATCH, -(-total // STEPS)))
    RunItem.objects.bulk_create(
        RunItem(run=run, subject_type=subject, subjects=list(batch))
        for subject, listed in ids.items()
        for batch in batches(listed, size)
    )
    run.planned_at = timezone.now()
    run.save(update_fields=["planned_at"])


def _progress(run: ComplianceRun) -> tuple[int, int]:
    done = total = 0
    for subjects, done_at in run.items.order_by("pk").values_list("subjects", "done_at"):
        total += len(subjects)
        done += len(subjects) if done_at else 0
    return done, total


@transaction.atomic
def check_next(run: ComplianceRun) -> int | None:
    """Check the next batch that nobody else holds; how many subjects were finished, None when none is left."""
    item = run.items.filter(done_at__isnull=True).select_for_update(skip_locked=True).order_by("pk").first()
    if item is None:
        return None
    try:
        with transaction.atomic():
            recorded = record(run, BY_SUBJECT[item.subject_type], item.subjects, current_book())
    except OperationalError:
        raise  # the database is in trouble, not these subjects
    except Exception as error:
        return _isolate(item, error)
    item.tally, item.opened, item.resolved = recorded.tally, recorded.opened, recorded.resolved
    item.done_at = timezone.now()
    item.save(update_fields=["tally", "opened", "resolved", "done_at"])
    return len(item.subjects)


def _isolate(item: RunItem, error: Exception) -> int:
    """Halve a batch that fails, until the subject at fault stands alone: it must not keep the others unchecked."""
    if len(item.subjects) > 1:
        middle = len(item.subjects) // 2
        RunItem.objects.bulk_create(
            RunItem(run_id=item.run_id, subject_type=item.subject_type, subjects=half)
            for half in (item.subjects[:middle], item.subjects[middle:])
        )
        item.delete()
        return 0
    logger.error("run=%s %s=%s", item.run_id, item.subject_type, item.subjects, exc_info=error)
    item.error = f"{type(error).__name__}: {error}"[:300]
    item.done_at = timezone.now()
    item.save(update_fields=["error", "done_at"])
    return 1


@transaction.atomic
def finish(run: ComplianceRun) -> None:
    """Close what belongs to subjects that are gone, add up, and mark the run finished."""
    run = ComplianceRun.objects.select_for_update(of=("self",)).select_related("division").get(pk=run.pk)
    if run.finished_at or run.items.filter(done_at__isnull=True).exists():
        return
    tally: Counter = Counter()
    judged_ids: dict[str, set[int]] = defaultdict(set)
    for source in SOURCES:
        judged_ids[source.subject] = set()
    opened = resolved = faults = 0
    for item in run.items.order_by("pk").iterator(chunk_size=500):
        tally.update(item.tally)
        opened, resolved = opened + item.opened, resolved + item.resolved
        faults += bool(item.error)
        judged_ids[item.subject_type].update(item.subjects)
    if not run.is_snapshot:
        resolved += resolve_departed(run, area_of(run.division), judged_ids)
    run.tally, run.opened, run.resolved, run.faults = tally, opened, resolved, faults
    run.finished_at = timezone.now()
    run.save(update_fields=["tally", "opened", "resolved", "faults", "finished_at"])
    run.items.filter(error="").delete()  # the list has served; what went wrong is kept
