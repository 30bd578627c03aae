"""Reminders of deadlines (期限提醒): 5, 2 and 0 workdays before the last day, and once it has passed.

The 备案期限 is the hospital's and runs until its first submission; the 办理期限 is the bureau's own and runs while
the case is in its hands. A day on which no worker ran is made up for: each step is told once for each due date.
"""

from datetime import date

from django.utils import timezone

from filing.models import Filing
from filing.notifications import bureau_people, hospital_people, page_of
from registry import inbox
from registry.workdays import CalendarMissing, WorkCalendar, current_calendar

STEPS = (5, 2, 0)
HORIZON = 40  # calendar days: no holiday makes five workdays longer than this


def step(left: int) -> str:
    """The nearest step that a number of workdays left has reached; nothing while none has been."""
    if left < 0:
        return "over"
    return next((str(days) for days in reversed(STEPS) if left <= days), "")


def words(name: str, due: date, left: int) -> str:
    """What the reminder says."""
    if left < 0:
        return f"{name} {due:%Y-%m-%d} 已过 {-left} 个工作日"
    return f"{name}今日到期（{due:%Y-%m-%d}）" if left == 0 else f"{name}剩 {left} 个工作日（{due:%Y-%m-%d}）"


def remind() -> int:
    """Remind of everything that has reached a step; answers how many reminders were due."""
    today, calendar = timezone.localdate(), current_calendar()
    horizon = date.fromordinal(today.toordinal() + HORIZON)
    unfiled = Filing.objects.filter(
        status=Filing.Status.DRAFT, first_submitted_at=None, due_on__lte=horizon
    ).select_related("applicant")
    waiting = (
        Filing.objects.waiting_for_authority()
        .filter(handle_by__lte=horizon)
        .select_related("authority__parent__parent", "held_by")
    )
    told = [
        _one(f, "备案期限", "file", f.due_on, hospital_people, today, calendar)
        for f in unfiled.order_by("pk")
    ]
    told += [
        _one(f, "办理期限", "handle", f.handle_by, bureau_people, today, calendar)
        for f in waiting.order_by("pk")
    ]
    return sum(told)


def _one(
    filing: Filing, name: str, code: str, due: date, people, today: date, calendar: WorkCalendar
) -> bool:
    try:
        left = calendar.workdays_between(today, due)
    except CalendarMissing:
        return False
    if due < today:
        left = min(-1, left)  # late by a day, even where only days off lie between
    if not (reached := step(left)):
        return False
    title = f"{filing}：{words(name, due, left)}"
    inbox.tell(
        people(filing), "due", f"filing:{filing.pk}:{code}:{due}:{reached}", title, url=page_of(filing)
    )
    return True
