"""The filing's deadline (备案期限): so many workdays after the founding day, judged at the first submission.

How many is read from the rule that binds the filing (渝 四(三): 15); the count itself is registry.workdays. The
stored ``due_on`` is only a sort key for lists: whatever is shown or judged is counted again from the calendar.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone

from filing.facts import DueFacts
from filing.models import ClockChange, Filing
from registry import workdays
from registry.policy.book import BoundRule
from registry.policy.library import current_book
from registry.workdays import CalendarMissing, DueDate, Extension, Suspension, WorkCalendar

CHECK = "filed_in_time"
# No notice since 2007 has moved a deadline by more than six workdays (a test counts them all); a bound needs room.
MOVABLE = 8


@dataclass(frozen=True)
class Clock:
    """How a filing stands against its deadline. ``left`` counts workdays after today, negative when overdue."""

    rule: BoundRule | None
    due: DueDate | None
    today: date
    left: int | None
    submitted_on: date | None
    late: int | None
    missing: str = ""
    calendar: WorkCalendar | None = None

    @property
    def is_provisional(self) -> bool:
        return self.due is not None and self.due.is_provisional


def rule_of(filing: Filing) -> BoundRule | None:
    """The rule that sets the deadline; only the founding of a consortium has one in the texts."""
    if filing.kind != Filing.Kind.ESTABLISH or filing.authority is None:
        return None
    place = filing.authority.division or filing.authority.management_area.host
    codes = tuple(code for code in place.path.split("/") if code)
    rules = current_book().rules_for(codes, timezone.localdate())
    return next((rule for rule in rules if rule.spec.check == CHECK), None)


def submitted_on(filing: Filing) -> date | None:
    return timezone.localdate(filing.first_submitted_at) if filing.first_submitted_at else None


def read(filing: Filing) -> Clock:
    """The clock as it stands today."""
    today, submitted, rule = timezone.localdate(), submitted_on(filing), rule_of(filing)
    if rule is None or filing.founded_on is None:
        return Clock(rule, None, today, None, submitted, None)
    calendar = workdays.current_calendar()
    suspensions, extensions = moved_by(filing)
    try:
        due = calendar.due_date(
            filing.founded_on, rule.spec.params["workdays"], suspensions=suspensions, extensions=extensions
        )
        late = late_workdays(submitted, due, calendar)
    except CalendarMissing as missing:
        return Clock(rule, None, today, None, submitted, None, str(missing))
    return Clock(rule, due, today, _left(today, due, calendar), submitted, late, calendar=calendar)


def moved_by(filing: Filing) -> tuple[list[Suspension], list[Extension]]:
    """What the bureau has granted: days that are not counted (中止) and days more (延长)."""
    if filing.pk is None:
        return [], []
    granted = filing.clock_changes.filter(state=ClockChange.State.GRANTED)
    suspensions, extensions = [], []
    for change in granted:
        if change.kind == ClockChange.Kind.SUSPEND:
            suspensions.append(Suspension(change.first, change.last, change.ground))
        else:
            extensions.append(Extension(change.workdays, change.ground))
    return suspensions, extensions


def _left(today: date, due: DueDate, calendar: WorkCalendar) -> int | None:
    """Workdays after today up to the deadline; None where today's year has no calendar yet."""
    try:
        return calendar.workdays_between(today, due.due) if due.due else None
    except CalendarMissing:
        return None


def bounds(due: DueDate, calendar: WorkCalendar | None = None) -> tuple[date | None, date | None]:
    """The earliest and the latest day that the deadline can turn out to be, once its years are published."""
    if not due.is_provisional:
        return due.due, due.due
    calendar = calendar or workdays.current_calendar()
    provisional = calendar.provisional_years
    known = [day for day in due.counted if day.year not in provisional]
    earliest = date(known[-1].year, 12, 31) if known else due.begins_on
    try:
        latest = calendar.due_on(due.due, MOVABLE)
    except CalendarMissing:
        latest = due.due + timedelta(days=2 * MOVABLE)
    return earliest, latest


def late_workdays(
    submitted: date | None, due: DueDate | None, calendar: WorkCalendar | None = None
) -> int | None:
    """Workdays by which the first submission missed the deadline; None while that cannot be told."""
    if submitted is None or due is None or due.due is None:
        return None
    calendar = calendar or workdays.current_calendar()
    earliest, latest = bounds(due, calendar)
    if submitted <= earliest:
        return 0
    return None if submitted <= latest else _missed_by(due.due, submitted, calendar)


def _missed_by(due: date, day: date, calendar: WorkCalendar) -> int:
    """At least 1 when the day lies after the deadline, even where only days off lie between."""
    return 0 if day <= due else max(1, calendar.workdays_between(due, day))


def due_facts(read: Clock, as_of: date) -> DueFacts | None:
    """The deadline as checks judge it."""
    if read.due is None or read.due.due is None:
        return None
    calendar = read.calendar or workdays.current_calendar()
    try:
        late = _missed_by(read.due.due, read.submitted_on or as_of, calendar)
    except CalendarMissing:
        return None
    earliest, latest = bounds(read.due, calendar)
    return DueFacts(read.due.due, earliest, latest, late)


def set_deadline(filing: Filing) -> list[str]:
    """Bring the stored deadline and lateness up to date; answers the fields to save."""
    now = read(filing)
    filing.due_on = now.due.due if now.due else None
    filing.due_state = now.due.state if now.due and now.due.due else ""
    filing.late_workdays = now.late
    return ["due_on", "due_state", "late_workdays"]
