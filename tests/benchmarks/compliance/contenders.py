"""What is measured, each in a process of its own."""

import datetime as dt
import hashlib
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable

from django.db import connection, transaction
from django.db.models import Count, F, Max
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from evaluation import recheck, runs
from evaluation.models import ComplianceRun, Finding
from registry.models import CalendarDay, Consortium, Division, Membership
from registry.workdays import DueOn, current_calendar
from tests.benchmarks.compliance import object_by_object

SAYS = ("explanation", "cure", "evidence", "missing", "subject_name", "subject_code", "kind")


def findings() -> dict:
    """What stands: counts by rule and verdict, and a digest over every verdict, and one over all that is said with it."""
    rows = Finding.objects.standing().order_by("subject_type", "subject_id", "provision")
    digest, whole, counted = hashlib.sha256(), hashlib.sha256(), Counter()
    for kind, pk, provision, verdict, *says in rows.values_list(
        "subject_type", "subject_id", "provision", "verdict", *SAYS
    ).iterator():
        digest.update(f"{kind} {pk} {provision} {verdict}\n".encode())
        whole.update(json.dumps([kind, pk, provision, verdict, *says], sort_keys=True).encode())
        counted[f"{provision} {verdict}"] += 1
    return {
        "digest": digest.hexdigest()[:16],
        "whole": whole.hexdigest()[:16],
        "counts": dict(sorted(counted.items())),
    }


def _run(province: str) -> ComplianceRun:
    division = Division.objects.current().get(code=province)
    return ComplianceRun.objects.create(division=division, as_of=timezone.localdate(), origin="nightly")


def _run_over(codes: Iterable[str]) -> None:
    for code in codes:
        run = _run(code)
        runs.plan(run)
        while runs.check_next(run) is not None:
            pass
        runs.finish(run)


def _warm(work: Callable[[Division], None], province: str) -> None:
    """Judge a city and take it back: what a process reads and builds once in its life has been there all day."""
    cities = (
        Division.objects.current().filter(path__startswith=f"/{province}/", level="city").order_by("path")
    )
    with transaction.atomic():
        work(cities[0])
        transaction.set_rollback(True)


def ours(clock, provinces: list[str]) -> dict:
    """The engine as it runs at night: list, facts in batches, verdicts, findings with facts and evidence."""
    _warm(lambda place: _run_over([place.code]), provinces[0])
    with clock:
        _run_over(provinces)
    return findings()


def again(clock, provinces: list[str]) -> dict:
    """The same, over findings that already stand: nothing has changed since last night."""
    _run_over(provinces)
    return ours(clock, provinces)


def two_workers(clock, provinces: list[str]) -> dict:
    """Two processes over one list of work."""
    listed = []
    with clock:
        for province in provinces:
            run = _run(province)
            runs.plan(run)
            listed.append(run)
        helper = subprocess.Popen(
            [sys.executable, "-m", "tests.benchmarks.compliance.helper", *(str(run.pk) for run in listed)]
        )
        for run in listed:
            while runs.check_next(run) is not None:
                pass
        if helper.wait():
            raise RuntimeError("the second worker failed")
        for run in listed:
            runs.finish(run)
    return findings()


def orm(clock, provinces: list[str], *, prefetched: bool) -> dict:
    """The same rules over model objects."""

    def judge(place: Division) -> None:
        object_by_object.judge(place.path, timezone.localdate(), prefetched=prefetched)

    return _by_others(clock, judge, provinces)


def zen(clock, provinces: list[str]) -> dict:
    """The nine local rules in the ZEN engine."""
    from tests.benchmarks.compliance import zen_rules  # installed for benchmarks alone

    return _by_others(clock, lambda place: zen_rules.judge(place.path, timezone.localdate()), provinces)


def _by_others(clock, judge: Callable[[Division], None], provinces: list[str]) -> dict:
    _warm(judge, provinces[0])
    with clock:
        for code in provinces:
            judge(Division.objects.current().get(code=code))
    return findings()


def floor(clock) -> dict:
    """One sequential scan with a hash aggregate over the memberships; the median of five in one process."""
    sql = (
        "SELECT count(*), sum(n) FROM (SELECT consortium_id, count(*) AS n FROM registry_membership "
        "WHERE during @> current_date GROUP BY consortium_id) one"
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "SET max_parallel_workers_per_gather = 0; SET enable_indexscan = off; SET enable_bitmapscan = off"
        )
        cursor.execute("SET enable_indexonlyscan = off")
        cursor.execute(sql)  # warm
        with clock:
            cursor.execute(sql)
        consortia, members = cursor.fetchone()
    return {"consortia": consortia, "memberships": int(members)}


def one_consortium(clock, members: int) -> dict:
    """One consortium judged again after a change, with that many members."""
    consortium = Consortium.objects.filter(kind="city_group").order_by("pk").first()
    rows = Membership.objects.filter(consortium=consortium).order_by("pk")
    keep = list(rows.values_list("pk", flat=True)[:members])
    if len(keep) < members:
        spare = Membership.objects.exclude(consortium__kind__in=["city_group"]).order_by("pk")
        used = set(rows.values_list("institution", flat=True))
        for institution in spare.values_list("institution", flat=True)[: 3 * members]:
            if institution not in used and len(keep) < members:
                used.add(institution)
                keep.append(
                    Membership.objects.create(
                        consortium=consortium, institution_id=institution, during=("2019-01-01", None)
                    ).pk
                )
    rows.exclude(pk__in=keep).delete()
    recheck.judge_now("consortium", [consortium.pk])
    with CaptureQueriesContext(connection) as queries:
        recheck.judge_now("consortium", [consortium.pk])
    connection.force_debug_cursor = False
    with clock:
        for _ in range(20):
            recheck.judge_now("consortium", [consortium.pk])
    return {"queries": len([q for q in queries if "SAVEPOINT" not in q["sql"]]), "members": rows.count()}


def single_rows(clock, reads: int) -> dict:
    """As many reads of one row through the ORM, twenty times."""
    keys = list(Consortium.objects.order_by("pk").values_list("pk", flat=True)[:reads])
    with clock:
        for _ in range(20):
            for key in keys:
                Consortium.objects.get(pk=key)
    return {"reads": len(keys)}


def _founding_days() -> list[dt.date]:
    return [dt.date(2004, 1, 2) + dt.timedelta(days=n) for n in range(8000)]


def our_deadline(clock, times: int) -> dict:
    """Fifteen workdays from each day of 2004–2025."""
    calendar = current_calendar()
    days = _founding_days()
    with clock:
        for _ in range(times):
            due = [calendar.due_on(day, 15) for day in days]
    return {"digest": hashlib.sha256(repr(due).encode()).hexdigest()[:16]}


def explained_deadline(clock, times: int) -> dict:
    """The same, each with the days that it counts and those that it skips."""
    calendar = current_calendar()
    days = _founding_days()
    with clock:
        for _ in range(times):
            due = [calendar.due_date(day, 15) for day in days]
    return {"digest": hashlib.sha256(repr([one.due for one in due]).encode()).hexdigest()[:16]}


def million(clock, deadlines: bool) -> dict:
    """A million founding days in one SELECT: the last of them, or the last of their deadlines; the third of three."""
    current_calendar()
    with (
        connection.cursor() as cursor
    ):  # stands before the real table of that name, for this connection alone
        cursor.execute(
            "CREATE TEMP TABLE registry_calendarday AS "
            "SELECT date '2004-01-02' + n % 8000 AS date FROM generate_series(1, 1000000) n"
        )
        cursor.execute("ANALYZE registry_calendarday; SET max_parallel_workers_per_gather = 0")
    column = DueOn("date", 15) if deadlines else F("date")
    for _ in range(2):
        CalendarDay.objects.aggregate(last=Max(column), rows=Count("*"))
    with clock:
        found = CalendarDay.objects.aggregate(last=Max(column), rows=Count("*"))
    return {name: str(value) for name, value in found.items()}


def walked_deadline(clock) -> dict:
    """The same by asking chinesecalendar day by day."""
    import chinese_calendar

    due = []
    with clock:
        for day in _founding_days():
            left, one = 15, day
            while left:
                one += dt.timedelta(days=1)
                left -= chinese_calendar.is_workday(one)
            due.append(one)
    return {"digest": hashlib.sha256(repr(due).encode()).hexdigest()[:16]}
