"""The filing's deadline (备案期限): so many workdays after the founding day, judged at the first submission.

How many is read from the rule that binds the filing (渝 四(三): 15); the count itself is registry.workdays. The
stored ``due_on`` is only a sort key for lists: whatever is shown or judged is counted again from the calendar.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone

from filing.facts import DueFacts
from filing.models import Filing
from registry import workdays
from registry.policy.book import BoundRule
from registry.policy.library import current_book
from registry.workdays import CalendarMissing, DueDate, WorkCalendar

CHECK = "filed_in_time"
# A holiday notice moves at most the days of one long holiday into or out of a count.
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


def due_of(filing: Filing, rule: BoundRule | None) -> DueDate | None:
    """The deadline with every day counted and skipped; None without rule or date. Raises CalendarMissing."""
    if rule is None or filing.founded_on is None:
        return None
    return workdays.due_date(filing.founded_on, rule.spec.params["workdays"])


def submitted_on(filing: Filing) -> date | None:
    return timezone.localdate(filing.first_submitted_at) if filing.first_submitted_at else None


def read(filing: Filing) -> Clock:
    """The clock as it stands today."""
    today, submitted, rule = timezone.localdate(), submitted_on(filing), rule_of(filing)
    try:
        due = due_of(filing, rule)
        left = workdays.workdays_left(today, due.due) if due and due.due else None
    except CalendarMissing as missing:
        return Clock(rule, None, today, None, submitted, None, str(missing))
    return Clock(rule, due, today, left, submitted, late_workdays(submitted, due))


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
        latest = due.due + timedelta(days=2 * MOVABLE)  # type: ignore[assignment]  # provisional has a day
    return earliest, latest


def late_workdays(submitted: date | None, due: DueDate | None) -> int | None:
    """Workdays by which the first submission missed the deadline; None while that cannot be told."""
    if submitted is None or due is None or due.due is None:
        return None
    earliest, latest = bounds(due)
    if submitted <= earliest:
        return 0
    return None if submitted <= latest else _missed_by(due.due, submitted)


def _missed_by(due: date, day: date) -> int:
    """At least 1 when the day lies after the deadline, even where only days off lie between."""
    return 0 if day <= due else max(1, -workdays.workdays_left(day, due))


def due_facts(filing: Filing, as_of: date) -> DueFacts | None:
    """The deadline as checks judge it."""
    try:
        due = due_of(filing, rule_of(filing))
        if due is None or due.due is None:
            return None
        earliest, latest = bounds(due)
        return DueFacts(due.due, earliest, latest, _missed_by(due.due, submitted_on(filing) or as_of))
    except CalendarMissing:
        return None


def set_deadline(filing: Filing) -> list[str]:
    """Bring the stored deadline and lateness up to date; answers the fields to save."""
    try:
        due = due_of(filing, rule_of(filing))
        late = late_workdays(submitted_on(filing), due)
    except CalendarMissing:
        due = late = None
    filing.due_on = due.due if due else None
    filing.due_state = due.state if due and due.due else ""
    filing.late_workdays = late
    return ["due_on", "due_state", "late_workdays"]
