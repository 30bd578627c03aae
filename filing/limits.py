"""办理期限: how long a bureau gives itself, and how long it lets an acceptance be undone. Its own rules, no clause's.

Not to be confused with the 备案期限 of filing/clock.py, which is the hospital's and stands in the policy documents.
"""

from datetime import date

from django.db import transaction
from django.db.models import Case, Exists, F, IntegerField, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import TruncDate
from django.utils import timezone

from filing.models import Filing, ReviewSettings
from registry import access
from registry.errors import Refused
from registry.models import Authority
from registry.workdays import CalendarMissing, DueOn, current_calendar


def settings_of(authority: Authority | None) -> ReviewSettings:
    """The bureau's rules; the defaults where it has set none."""
    stored = ReviewSettings.objects.filter(authority=authority).first() if authority else None
    return stored or ReviewSettings(authority=authority)


def set_limit(filing: Filing) -> list[str]:
    """Bring the stored 办理期限 up to date: it runs while the case is with the bureau, from the last submission."""
    filing.handle_by = _limit(filing, settings_of(filing.authority).handling_workdays)
    return ["handle_by"]


def _limit(filing: Filing, workdays: int | None) -> date | None:
    if not workdays or filing.submitted_at is None:
        return None
    try:
        return current_calendar().due_on(timezone.localdate(filing.submitted_at), workdays)
    except CalendarMissing:
        return None


def recount(filings) -> int:
    """Count the limits of filings again, in one statement; answers how many have moved."""
    own = ReviewSettings.objects.filter(authority=OuterRef("authority"))
    workdays = Case(
        When(Exists(own), then=Subquery(own.values("handling_workdays"))),
        default=Value(ReviewSettings().handling_workdays, output_field=IntegerField()),
    )
    waiting = filings.waiting_for_authority().annotate(limit=DueOn(TruncDate("submitted_at"), workdays))
    one_is_blank = Q(handle_by__isnull=True, limit__isnull=False) | Q(
        handle_by__isnull=False, limit__isnull=True
    )
    differs = Q(handle_by__lt=F("limit")) | Q(handle_by__gt=F("limit"))
    return waiting.filter(one_is_blank | differs).order_by().update(handle_by=F("limit"))


@transaction.atomic
def save_settings(authority_id: int, values: dict, *, by) -> ReviewSettings:
    """Set the rules of a bureau; the limits of what it has in hand are counted again."""
    authority = Authority.objects.select_for_update(of=("self",)).get(pk=authority_id)
    access.require(by, "configure_authority", authority)
    row, _ = ReviewSettings.objects.update_or_create(authority=authority, defaults={**values, "saved_by": by})
    recount(Filing.objects.filter(authority=authority))
    return row


def undo_until(filing: Filing, workdays: int | None = None) -> date | None:
    """The last day on which this acceptance can be undone; None where the calendar does not reach that far."""
    if filing.decided_at is None:
        return None
    if workdays is None:
        workdays = settings_of(filing.authority).undo_workdays
    day = timezone.localdate(filing.decided_at)
    try:
        return current_calendar().due_on(day, workdays) if workdays else day
    except CalendarMissing:
        return None


def too_late_to_undo(filing: Filing, workdays: int | None = None) -> str:
    """Why an acceptance cannot be undone any more, or nothing."""
    until = undo_until(filing, workdays)
    if until is None or timezone.localdate() <= until:
        return ""
    return f"撤销时限为 {until:%Y-%m-%d}，已经过去。医联体确需退出的，请由牵头医院办理终止。"


def check_undo(filing: Filing) -> None:
    """Raise Refused when the time for undoing has passed."""
    if reason := too_late_to_undo(filing):
        raise Refused(reason)
