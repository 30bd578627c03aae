"""Deadlines counted again when the workday calendar has changed (日历变更后重新计算期限)."""

from datetime import date
from functools import partial

from django.db import transaction
from django.db.models import Q

from filing import clock, limits
from filing.models import Filing
from filing.signals import deadline_moved
from registry import audit
from registry.workdays import current_calendar


def calendar_has_changed(sender, year: int, **kwargs) -> None:
    """Receiver of registry.signals.calendar_changed."""
    with audit.acting(reason=f"{year} 年工作日历变更，重新计算备案期限"):
        recount(year)
        with transaction.atomic():
            limits.recount(Filing.objects.filter(handle_by__isnull=False))


def recount(year: int) -> int:
    """Bring the stored deadlines that touch a year up to date; answers how many have moved."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    # From the founding to the deadline, however far extended, or to the late submission; one that could not be told
    # for want of a calendar may be told now.
    reaches = Q(due_on__gte=first) | Q(due_on=None) | Q(first_submitted_at__date__gte=first)
    touched = Filing.objects.filter(reaches, kind=Filing.Kind.ESTABLISH, founded_on__lte=last)
    return sum(_again(pk) for pk in touched.order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def _again(filing_id: int) -> bool:
    filing = Filing.objects.select_for_update(of=("self",)).select_related("authority").get(pk=filing_id)
    before = (filing.due_on, filing.due_state, filing.late_workdays)
    fields = clock.set_deadline(filing)
    if (filing.due_on, filing.due_state, filing.late_workdays) == before:
        return False
    filing.save(update_fields=fields)
    transaction.on_commit(
        partial(
            deadline_moved.send_robust,
            sender=Filing,
            filing_id=filing.pk,
            before=before[0],
            after=filing.due_on,
            calendar=current_calendar().version,
        )
    )
    return True
