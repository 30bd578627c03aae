"""The workday calendar (工作日历) as a plain value: counting workdays without a database.

A period in workdays never counts the day on which it begins: day 1 is the next workday, and an act on the last
day is in time until 24:00 local time (readings A1). State Council holidays and make-up workdays are days of the
calendar like any other, so nothing here knows about weekends.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

FINAL, PROVISIONAL, SUSPENDED = "final", "provisional", "suspended"


class CalendarMissing(Exception):
    """A count needs a day of a year for which there is neither a published nor a provisional calendar (工作日历缺失)."""

    def __init__(self, day: date):
        super().__init__(f"没有 {day.year} 年的工作日历，不能计算涉及该年的期限。请管理员先载入该年日历。")
        self.year = day.year


class Day(NamedTuple):
    """One day of the calendar; ``reason`` is what a person reads, e.g. 周末, 春节放假, 国庆节调休上班."""

    on: date
    is_workday: bool
    reason: str


class Skipped(NamedTuple):
    """A day that the count passed over, and why (跳过的日子)."""

    on: date
    reason: str


@dataclass(frozen=True, slots=True)
class Suspension:
    """The clock stands still (中止) from ``first`` to ``last``, both included; without ``last`` it still stands."""

    first: date
    last: date | None
    ground: str

    def covers(self, day: date) -> bool:
        return self.first <= day and (self.last is None or day <= self.last)


@dataclass(frozen=True, slots=True)
class Extension:
    """So many workdays more (延长), granted on a stated ground."""

    workdays: int
    ground: str


@dataclass(frozen=True, slots=True)
class DueDate:
    """A deadline that explains itself (期限及其计算过程).

    ``due`` is None while an open suspension keeps the clock from reaching its end; ``state`` is then "suspended".
    "provisional" means that a day of an unpublished year was needed. ``workdays`` includes extensions.
    """

    begins_on: date
    workdays: int
    due: date | None
    state: str
    counted: tuple[date, ...]
    skipped: tuple[Skipped, ...]
    calendar_version: str

    @property
    def is_provisional(self) -> bool:
        return self.state == PROVISIONAL


class WorkCalendar:
    """An unbroken run of days, indexed so that a deadline costs two look-ups and its explanation two slices.

    ``days`` must be consecutive; ``provisional_years`` are those computed from weekends and statutory days only.
    ``first``, ``workdays`` and ``through`` are the index itself, for a database that is to count a million deadlines
    in one statement: the first day, all workdays in order, and how many of them lie up to and including each day.
    """

    def __init__(self, days: Sequence[Day], provisional_years: Iterable[int], version: str):
        self.version = version
        self.provisional_years = frozenset(provisional_years)
        self._days = days
        self.first = days[0].on if days else None
        self.workdays: list[date] = []
        self.through: list[int] = []
        self._off: list[Skipped] = []
        for position, day in enumerate(days):
            if day.on - self.first != timedelta(days=position):
                raise ValueError(f"工作日历在 {day.on} 之前有缺日")
            if day.is_workday:
                self.workdays.append(day.on)
            else:
                self._off.append(Skipped(day.on, day.reason))
            self.through.append(len(self.workdays))

    def day(self, on: date) -> Day:
        """The entry of one day; CalendarMissing outside the calendar."""
        return self._days[self._position(on)]

    def is_workday(self, on: date) -> bool:
        return self.day(on).is_workday

    def due_on(self, begins_on: date, workdays: int = 15) -> date:
        """Only the last day of the period, without its explanation."""
        last = self.through[self._position(begins_on)] + workdays
        if last > len(self.workdays):
            raise CalendarMissing(self._days[-1].on + timedelta(days=1))
        return self.workdays[last - 1]

    def workdays_between(self, begins_on: date, ends_on: date) -> int:
        """Workdays after ``begins_on`` up to and including ``ends_on``; negative when ``ends_on`` lies earlier."""
        return self.through[self._position(ends_on)] - self.through[self._position(begins_on)]

    def workdays_of_year(self, year: int) -> int:
        """How many workdays a year has (for the list of loaded years)."""
        return bisect_left(self.workdays, date(year + 1, 1, 1)) - bisect_left(self.workdays, date(year, 1, 1))

    def due_date(
        self,
        begins_on: date,
        workdays: int = 15,
        *,
        suspensions: Iterable[Suspension] = (),
        extensions: Iterable[Extension] = (),
    ) -> DueDate:
        """The last day of a period with every day counted and every day passed over."""
        if workdays < 1:
            raise ValueError("工作日数必须是正整数")
        suspensions = tuple(suspensions)
        total = workdays + sum(extension.workdays for extension in extensions)
        if suspensions:
            return self._walked(begins_on, total, suspensions)
        start = self._position(begins_on)
        before = self.through[start]
        if before + total > len(self.workdays):
            raise CalendarMissing(self._days[-1].on + timedelta(days=1))
        counted = self.workdays[before : before + total]
        due = counted[-1]
        end = start + (due - begins_on).days
        skipped = self._off[start + 1 - before : end + 1 - self.through[end]]
        return self._answer(begins_on, total, due, self._state(start, end), counted, skipped)

    def _walked(self, begins_on: date, total: int, suspensions: tuple[Suspension, ...]) -> DueDate:
        """The same day by day, where the clock stands still for a while."""
        counted: list[date] = []
        skipped: list[Skipped] = []
        day = self.day(begins_on)
        while len(counted) < total:
            day = self.day(day.on + timedelta(days=1))
            halt = next((s for s in suspensions if s.covers(day.on)), None)
            if halt and halt.last is None:
                skipped.append(Skipped(day.on, f"中止计算：{halt.ground}"))
                return self._answer(begins_on, total, None, SUSPENDED, counted, skipped)
            if not day.is_workday:
                skipped.append(Skipped(day.on, day.reason))
            elif halt:
                skipped.append(Skipped(day.on, f"中止计算：{halt.ground}"))
            else:
                counted.append(day.on)
        state = self._state(self._position(begins_on), self._position(day.on))
        return self._answer(begins_on, total, day.on, state, counted, skipped)

    def _state(self, start: int, end: int) -> str:
        """Whether the days after one position up to another touch a year that is not published yet."""
        years = range(self._days[start + 1].on.year, self._days[end].on.year + 1)
        return FINAL if self.provisional_years.isdisjoint(years) else PROVISIONAL

    def _answer(self, begins_on, total, due, state, counted, skipped) -> DueDate:
        return DueDate(begins_on, total, due, state, tuple(counted), tuple(skipped), self.version)

    def _position(self, on: date) -> int:
        position = (on - self.first).days if self.first else -1
        if not 0 <= position < len(self._days):
            raise CalendarMissing(on)
        return position
