"""Compliance runs (合规检查): started by a person or by night, resumable, and watched while they go."""

import datetime as dt
import gc
import logging
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from itertools import groupby

from django.db import OperationalError, connection, transaction
from django.db.models import Q, Sum
from django.urls import reverse
from django.utils import timezone

from evaluation.areas import area_of
from evaluation.missed import is_comparable, missed_by_recheck
from evaluation.models import ComplianceRun, Finding, RunItem
from evaluation.recording import record, resolve_departed
from evaluation.screening import Rows, screened
from evaluation.standing import standing_in
from evaluation.subjects import BATCH, BY_SUBJECT, PLACEHOLDERS, SOURCES, Source, batches
from evaluation.tallies import compact
from registry import access, jobs
from registry.errors import Refused
from registry.facts.institutions import places
from registry.models import Division, Job
from registry.policy.book import RuleBook
from registry.policy.library import book_on
from registry.policy.receipts import code_version

logger = logging.getLogger(__name__)
KIND = "compliance"
SPREAD = 10_000  # subjects to be judged from which a run is divided by place: small batches cost more than they share
HELD = 0.5  # seconds between two looks at batches that helpers hold
# A batch is found by keys, and most of what it reads is in memory, where rows cost and pages do not. At the usual
# settings the planner reads a nation's register through instead, with several processes or to join it in order.
BY_KEY = (
    "SET LOCAL random_page_cost = 1.1; SET LOCAL cpu_tuple_cost = 0.05; SET LOCAL enable_mergejoin = off; "
    "SET LOCAL max_parallel_workers_per_gather = 0"
)


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
        if not area_needs_checking(division):
            continue
        try:
            with transaction.atomic():
                started.append(_start(division, timezone.localdate(), ComplianceRun.Origin.NIGHTLY, by=None))
        except Refused as refusal:
            logger.warning("nightly run of %s not started: %s", division.code, refusal)
    return started


def start_after_change(division: Division) -> ComplianceRun:
    """One run over a place whose law, places or calendar have changed. Refused while it is being checked."""
    return _start(division, timezone.localdate(), ComplianceRun.Origin.CHANGE, by=None)


def area_needs_checking(division: Division) -> bool:
    """True when any consortium is recorded in the area, or anything found there still stands."""
    area = area_of(division)
    return (
        BY_SUBJECT["consortium"].inside(area, timezone.localdate()).exists()
        or Finding.objects.standing().filter(area.condition("division")).exists()
    )


def _start(division: Division, as_of: dt.date, origin: str, by) -> ComplianceRun:
    snapshot = as_of != timezone.localdate()
    run = ComplianceRun.objects.create(
        division=division, as_of=as_of, is_snapshot=snapshot, origin=origin, started_by=by,
        code_version=code_version(),
    )  # fmt: skip
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
def work(
    job: Job, run: ComplianceRun, *, call_helpers: Callable[[ComplianceRun], None], pause=time.sleep
) -> dict:
    """Carry a run on from where it stands to its end; what an earlier worker finished is not done again.

    Helpers take batches from the same list. The run ends when nothing is left, so a batch that a helper holds is
    waited for, and taken over when the helper is killed.
    """
    if run.finished_at is None:
        if run.planned_at is None:
            jobs.advance(job, 0, phase="生成清单")
            plan(run)
        jobs.advance(job, *progress(run), phase="已检查")
        call_helpers(run)
        while True:
            checked = check_next(run)
            jobs.advance(job, progress(run)[0])
            if checked is None:
                if not run.items.filter(done_at__isnull=True).exists():
                    break
                pause(HELD)
        finish(run)
        run.refresh_from_db()
    return {"opened": run.opened, "resolved": run.resolved, "tally": run.tally}


def help_with(run: ComplianceRun) -> bool:
    """Check the batches of one place beside the worker that holds the job; False when there is nothing to do."""
    if run.job.state != Job.State.RUNNING or run.finished_at:
        return False
    first = run.items.filter(done_at__isnull=True).order_by("-pk").first()
    if first is None:
        return False
    while check_next(run, place=first.place) is not None:
        if not Job.objects.filter(pk=run.job_id, state=Job.State.RUNNING).exists():
            return False
    return True


@transaction.atomic
def plan(run: ComplianceRun) -> None:
    """Write the work list: batches of subjects, each within one city (or county, in a city or municipality).

    A small run is not divided by place. What stands of subjects that are gone is closed here and now.
    """
    _read_by_key()
    book = book_on(run.as_of)
    area = area_of(run.division)
    standing = standing_in(area)
    listed = {source: screened(run, source, book, standing[source.subject]) for source in SOURCES}
    near = sum(len(rows) for rows, _ in listed.values())
    within = Division.objects.filter(area.condition(""), kind__in=PLACEHOLDERS)
    blank = set(within.order_by().values_list("code", flat=True))
    depth = len(places(run.division.path)) if near > SPREAD else 0
    items = []
    for source, (reached, rest) in listed.items():
        for place, rows in _by_place(reached, depth, blank):
            items += _items(run, source, place, rows)
        for place, numbers in _by_place(
            [(number, path) for path, number in sorted(rest.items())], depth, blank
        ):
            items.append(_item_outside(run, source, place, numbers, book))
    own = run.division.code  # a stable sort: one place after another, the whole last, kinds in their order
    items.sort(key=lambda item: (item.place == own, item.place))
    RunItem.objects.bulk_create(items)
    if not run.is_snapshot:
        for source, (reached, _) in listed.items():
            standing[source.subject].difference_update(pk for pk, _ in reached)
        run.resolved = resolve_departed(run, {kind: ids for kind, ids in standing.items() if ids})
    run.planned_at = timezone.now()
    run.save(update_fields=["resolved", "planned_at"])


def _items(run: ComplianceRun, source: Source, place: str, rows: Rows) -> Iterator[RunItem]:
    """The batches in which subjects of a place are judged."""
    for batch in batches([pk for pk, _ in rows], BATCH):
        yield RunItem(
            run=run, subject_type=source.subject, place=place, subjects=list(batch), size=len(batch)
        )


def _item_outside(run: ComplianceRun, source: Source, place: str, numbers: Rows, book: RuleBook) -> RunItem:
    """Subjects that no rule reaches, as numbers by path: done, with as many NA as there are rules about them."""
    verdicts = sum(
        number * len(book.decided_for(places(path), run.as_of, source.subject)) for number, path in numbers
    )
    return RunItem(
        run=run, subject_type=source.subject, place=place, subjects=[], size=sum(number for number, _ in numbers),
        done_at=timezone.now(), tally={"NA": verdicts} if verdicts else {},
    )  # fmt: skip


def _by_place(rows: Rows, depth: int, blank: set[str]) -> Iterator[tuple[str, Rows]]:
    """Rows (subjects, or numbers of them) by the place `depth` steps down from the province; what stands higher up comes under its own place."""

    @cache
    def place(path: str) -> str:
        codes = [code for code in places(path)[: depth + 2] if code not in blank]
        return codes[min(depth, len(codes) - 1)]

    for code, group in groupby(rows, key=lambda row: place(row[1])):
        yield code, list(group)


def progress(run: ComplianceRun) -> tuple[int, int]:
    """Subjects done and subjects listed."""
    sums = run.items.aggregate(
        total=Sum("size", default=0), done=Sum("size", filter=Q(done_at__isnull=False), default=0)
    )
    return sums["done"], sums["total"]


def progress_by_place(run: ComplianceRun) -> list[dict]:
    """Subjects done and listed by place, while the list is there."""
    rows = (
        run.items.order_by("place")
        .values("place")
        .annotate(total=Sum("size"), done=Sum("size", filter=Q(done_at__isnull=False), default=0))
    )
    names = dict(
        Division.objects.current().filter(code__in=[row["place"] for row in rows]).values_list("code", "name")
    )
    return [{**row, "name": names.get(row["place"], row["place"])} for row in rows]


@transaction.atomic
def check_next(run: ComplianceRun, place: str | None = None) -> int | None:
    """Check the next batch that nobody else holds; how many subjects were finished, None when none is left."""
    pending = run.items.filter(done_at__isnull=True)
    if place is not None:
        pending = pending.filter(place=place)
    item = pending.select_for_update(skip_locked=True).order_by("pk").first()
    if item is None:
        return None
    source = BY_SUBJECT[item.subject_type]
    _read_by_key()
    try:
        with transaction.atomic(), _without_collecting():
            recorded = record(run, source, item.subjects, book_on(run.as_of))
            item.missed = len(missed_by_recheck(run, source, recorded.changed))
    except OperationalError:
        raise  # the database is in trouble, not these subjects
    except Exception as error:
        return _isolate(item, error)
    item.tally, item.opened, item.resolved = recorded.tally, recorded.opened, recorded.resolved
    item.done_at = timezone.now()
    item.save(update_fields=["tally", "opened", "resolved", "missed", "done_at"])
    return len(item.subjects)


def _read_by_key() -> None:
    """For the rest of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute(BY_KEY)


@contextmanager
def _without_collecting() -> Iterator[None]:
    """Facts and verdicts hold no cycles: to look for some among all that a worker has loaded takes as long as judging."""
    on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if on:
            gc.enable()


def _isolate(item: RunItem, error: Exception) -> int:
    """Halve a batch that fails, until the subject at fault stands alone: it must not keep the others unchecked."""
    if len(item.subjects) > 1:
        middle = len(item.subjects) // 2
        RunItem.objects.bulk_create(
            RunItem(
                run_id=item.run_id,
                subject_type=item.subject_type,
                place=item.place,
                subjects=half,
                size=len(half),
            )
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
    """Add up, and mark the run finished."""
    run = ComplianceRun.objects.select_for_update(of=("self",)).select_related("division").get(pk=run.pk)
    if run.finished_at or run.items.filter(done_at__isnull=True).exists():
        return
    tally: Counter = Counter()
    opened, resolved, faults, missed = 0, run.resolved, 0, 0
    for item in run.items.order_by("pk").iterator(chunk_size=500):
        tally.update(item.tally)
        opened, resolved = opened + item.opened, resolved + item.resolved
        faults, missed = faults + bool(item.error), missed + item.missed
    if not run.is_snapshot:
        compact(run.division)
    run.tally, run.opened, run.resolved, run.faults = tally, opened, resolved, faults
    run.missed = missed if is_comparable(run) else None
    run.finished_at = timezone.now()
    run.save(update_fields=["tally", "opened", "resolved", "faults", "missed", "finished_at"])
    run.items.filter(error="").delete()  # the list has served; what went wrong is kept
