"""Deadlines in workdays (工作日期限) over the calendar held in the database.

The counting itself is in :mod:`registry.calendars`; here the calendar is read, cached by its content and changed.
"""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache, partial

from django.db import models, transaction
from django.db.models.expressions import Combinable
from django.utils import timezone

from registry.calendars import CalendarMissing, Day, DueDate, Extension, Suspension, WorkCalendar
from registry.errors import Refused
from registry.models.calendar import CalendarDay, CalendarYear
from registry.signals import calendar_changed

__all__ = [
    "CalendarMissing", "Day", "DueDate", "DueOn", "Extension", "Suspension", "WorkCalendar",
    "correct_day", "current_calendar", "due_date", "is_late", "load_year", "workdays_left",
]  # fmt: skip


def current_calendar() -> WorkCalendar:
    """The calendar as it stands now. One small query; the days are read again only when a year has changed."""
    return _calendar(tuple(CalendarYear.objects.values_list("year", "state", "fingerprint").order_by("year")))


@lru_cache(maxsize=4)
def _calendar(years: tuple[tuple[int, str, str], ...]) -> WorkCalendar:
    days = [
        Day(*row) for row in CalendarDay.objects.values_list("date", "is_workday", "reason").order_by("date")
    ]
    provisional = [year for year, state, _ in years if state == CalendarYear.State.PROVISIONAL]
    digest = hashlib.sha256(repr(years).encode()).hexdigest()[:12]
    return WorkCalendar(days, provisional, version=digest)


def due_date(
    begins_on: date,
    workdays: int = 15,
    *,
    suspensions: Iterable[Suspension] = (),
    extensions: Iterable[Extension] = (),
    calendar: WorkCalendar | None = None,
) -> DueDate:
    """The last day of a period of workdays that begins on (and does not count) ``begins_on``, explained."""
    calendar = calendar or current_calendar()
    return calendar.due_date(begins_on, workdays, suspensions=suspensions, extensions=extensions)


class DueOn(models.Func):
    """The last day of a period of workdays as a column of a query (期限), for any number of rows in one statement.

    ``begins_on`` and ``workdays`` are expressions; NULL where either is, or where the calendar does not reach. The
    calendar goes with the statement as two arrays: how many workdays lie up to each day, and which day each workday is.
    """

    arity = 2
    output_field = models.DateField()

    def __init__(self, begins_on: str | Combinable, workdays: str | int | Combinable, calendar=None, **extra):
        if isinstance(workdays, int):
            workdays = models.Value(workdays, output_field=models.IntegerField())
        super().__init__(begins_on, workdays, **extra)
        self.calendar = calendar or current_calendar()

    def as_sql(self, compiler, connection, function=None, template=None, arg_joiner=None, **extra):
        begins_on, workdays = (compiler.compile(one) for one in self.get_source_expressions())
        days = f"{{{','.join(map(str, self.calendar.workdays))}}}"
        through = f"{{{','.join(map(str, self.calendar.through))}}}"
        sql = f"(%s::date[])[(%s::int[])[{begins_on[0]} - %s::date + 1] + {workdays[0]}]"
        return sql, (days, through, *begins_on[1], self.calendar.first, *workdays[1])


def workdays_left(today: date, due: date, *, calendar: WorkCalendar | None = None) -> int:
    """Workdays after today up to and including the due day: 0 on the last day, negative when it has passed."""
    return (calendar or current_calendar()).workdays_between(today, due)


def is_late(moment: datetime, due: date) -> bool:
    """Whether an act at ``moment`` misses ``due``, which lasts until 24:00 local time (当日 24:00 前均为按期)."""
    return timezone.localdate(moment) > due


@transaction.atomic
def load_year(
    year: int,
    exceptions: Mapping[date, tuple[bool, str]],
    *,
    notice_number: str = "",
    notice_urls: str = "",
    state: str = CalendarYear.State.LOADED,
    source: str = CalendarYear.Source.ADMINISTRATOR,
) -> bool:
    """Write a year from the days that a notice names; every other day follows its weekday (载入一年工作日历).

    ``exceptions`` maps a day to (is workday, reason) and may hold days of the December before, which a notice can
    move as well. Answers whether anything changed.
    """
    if stray := [day for day in exceptions if day.year != year and (day.year, day.month) != (year - 1, 12)]:
        raise Refused(f"{min(stray)} 不属于 {year} 年，也不是上一年 12 月的调休日。")
    own = {day: value for day, value in exceptions.items() if day.year == year}
    earlier = {day: value for day, value in exceptions.items() if day.year != year}
    for day, (is_workday, reason) in sorted(earlier.items()):
        correct_day(day, is_workday, reason, source=source)
    days = [_ordinary(date(year, 1, 1) + timedelta(days=n)) for n in range(366)]
    days = [Day(d.on, *own.get(d.on, d[1:])) for d in days if d.on.year == year]
    facts = {
        "state": state, "source": source, "notice_number": notice_number, "notice_urls": notice_urls,
        "fingerprint": _fingerprint(days),
    }  # fmt: skip
    current = CalendarYear.objects.select_for_update().filter(year=year).first()
    if current and all(getattr(current, name) == value for name, value in facts.items()):
        return False
    CalendarYear.objects.update_or_create(
        year=year, defaults=facts | {"version": current.version + 1 if current else 1}
    )
    _write_days(year, days)
    _announce(year)
    return True


@transaction.atomic
def correct_day(
    day: date, is_workday: bool, reason: str, *, source: str = CalendarYear.Source.ADMINISTRATOR
) -> bool:
    """Correct one day, e.g. where a province prolonged a holiday (更正单日). Answers whether anything changed."""
    current = CalendarYear.objects.select_for_update().filter(year=day.year).first()
    if current is None:
        raise Refused(f"没有 {day.year} 年的工作日历，请先载入该年。")
    if CalendarDay.objects.filter(date=day, is_workday=is_workday, reason=reason).exists():
        return False
    CalendarDay.objects.filter(date=day).update(is_workday=is_workday, reason=reason)
    rows = (
        CalendarDay.objects.filter(year=day.year).values_list("date", "is_workday", "reason").order_by("date")
    )
    current.fingerprint = _fingerprint(Day(*row) for row in rows)
    current.version += 1
    current.source = source
    current.save(update_fields=["fingerprint", "version", "source"])
    _announce(day.year)
    return True


def _announce(year: int) -> None:
    transaction.on_commit(partial(calendar_changed.send_robust, sender=CalendarYear, year=year))


def _write_days(year: int, days: list[Day]) -> None:
    stored = {d.date: d for d in CalendarDay.objects.filter(year=year)}
    changed = []
    for day in days:
        row = stored.get(day.on)
        if row and (row.is_workday, row.reason) != (day.is_workday, day.reason):
            row.is_workday, row.reason = day.is_workday, day.reason
            changed.append(row)
    CalendarDay.objects.bulk_update(changed, ["is_workday", "reason"])
    CalendarDay.objects.bulk_create(
        CalendarDay(date=d.on, year_id=year, is_workday=d.is_workday, reason=d.reason)
        for d in days
        if d.on not in stored
    )


def _ordinary(on: date) -> Day:
    return Day(on, True, "工作日") if on.weekday() < 5 else Day(on, False, "周末")


def _fingerprint(days: Iterable[Day]) -> str:
    lines = "".join(f"{d.on}{int(d.is_workday)}{d.reason}" for d in days)
    return hashlib.sha256(lines.encode()).hexdigest()[:16]
