"""How the bureaus below deal with their filings (督查): open, overdue, and how long a decision takes.

Handling time is counted in workdays from the last submission to the decision; the time a filing lay with the
hospital for correction is not the bureau's.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from statistics import median

from django.db.models import Count, Min, Q
from django.utils import timezone

from filing.models import Filing
from registry.models import Authority
from registry.workdays import CalendarMissing, WorkCalendar, current_calendar

MONTHS = 12
MOST_CASES = 20_000
MOST_BUREAUS = 400


@dataclass
class BureauRow:
    """One bureau: cases in hand, those past its own 办理期限, those filed late, and its decisions of the year."""

    authority: Authority
    open: int = 0
    free: int = 0
    overdue: int = 0
    late: int = 0
    oldest: int | None = None
    days: list[int] = field(default_factory=list)

    @property
    def decided(self) -> int:
        return len(self.days)

    @property
    def median(self) -> float | None:
        return median(self.days) if self.days else None

    @property
    def longest(self) -> int | None:
        return max(self.days, default=None)


@dataclass(frozen=True)
class Report:
    """All bureaus of a person's area, and the median handling time of each month."""

    rows: list[BureauRow]
    months: list[tuple[str, int, float | None]]
    since: date
    truncated: bool

    def total(self, name: str) -> int:
        return sum(getattr(row, name) for row in self.rows)

    @property
    def totals(self) -> dict[str, int]:
        return {name: self.total(name) for name in ("open", "free", "overdue", "late", "decided")}


def months_back(today: date, count: int = MONTHS) -> list[date]:
    """The first days of the last months, this one included, oldest first."""
    year, month, found = today.year, today.month, []
    for _ in range(count):
        found.append(date(year, month, 1))
        year, month = (year, month - 1) if month > 1 else (year - 1, 12)
    return found[::-1]


def report(reach) -> Report:
    """For the authorities of a queryset; four queries whatever their number."""
    today, calendar = timezone.localdate(), current_calendar()
    months = months_back(today)
    bureaus = list(reach.order_by("path")[:MOST_BUREAUS])
    rows = {bureau.pk: BureauRow(bureau) for bureau in bureaus}
    _count_open(rows, today, calendar)
    by_month: dict[date, list[int]] = defaultdict(list)
    decided = (
        Filing.objects.filter(authority__in=rows, decided_at__date__gte=months[0], submitted_at__isnull=False)
        .order_by("-decided_at")
        .values_list("authority_id", "submitted_at", "decided_at")[: MOST_CASES + 1]
    )
    cases = list(decided)
    for authority, submitted, closed in cases[:MOST_CASES]:
        days = _between(calendar, timezone.localdate(submitted), timezone.localdate(closed))
        if days is not None:
            rows[authority].days.append(days)
            by_month[timezone.localdate(closed).replace(day=1)].append(days)
    trend = [
        (f"{first:%Y-%m}", len(found := by_month.get(first, [])), median(found) if found else None)
        for first in months
    ]
    active = [row for row in rows.values() if row.open or row.decided or row.late]
    active.sort(key=lambda row: (-row.overdue, -(row.oldest or 0), -row.open, row.authority.path))
    return Report(active, trend, months[0], len(cases) > MOST_CASES)


def _count_open(rows: dict[int, BureauRow], today: date, calendar: WorkCalendar) -> None:
    counted = (
        Filing.objects.filter(authority__in=rows)
        .waiting_for_authority()
        .order_by()
        .values("authority")
        .annotate(
            open=Count("pk"),
            free=Count("pk", filter=Q(held_by=None)),
            overdue=Count("pk", filter=Q(handle_by__lt=today)),
            late=Count("pk", filter=Q(late_workdays__gt=0)),
            oldest=Min("submitted_at"),
        )
    )
    for found in counted:
        row = rows[found["authority"]]
        row.open, row.free, row.overdue, row.late = (
            found[key] for key in ("open", "free", "overdue", "late")
        )
        if found["oldest"]:
            row.oldest = _between(calendar, timezone.localdate(found["oldest"]), today)


def _between(calendar: WorkCalendar, start: date, end: date) -> int | None:
    try:
        return calendar.workdays_between(start, end)
    except CalendarMissing:
        return None


def trend_chart(found: Report) -> dict:
    """The months for components/line_chart.html."""
    known = [days for _, _, days in found.months if days is not None]
    last = known[-1] if known else None
    label = f"近 {MONTHS} 个月办理用时中位数" + (
        f"，最近 {last:g} 个工作日" if last is not None else "，还没有办结的备案"
    )
    return {
        "label": label,
        "unit": "个工作日",
        "min": 0,
        "max": max(5, *(known or [0])),
        "x": [month for month, _, _ in found.months],
        "series": [
            {
                "name": "中位数",
                "data": [days for _, _, days in found.months],
                "color": "--azu",
                "dash": "solid",
            }
        ],
    }
