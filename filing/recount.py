"""Deadlines counted again when the workday calendar has changed (日历变更后重新计算期限).

The process that changed the calendar counts at once; what it leaves undone when it dies is made good by a periodic
task, which compares the version of each year with the one that its deadlines were counted by.
"""

from datetime import date
from functools import partial

from django.db import transaction
from django.db.models import Q

from filing import clock, limits
from filing.models import CountedYear, Filing
from filing.signals import deadline_moved
from registry import audit
from registry.models.calendar import CalendarYear
from registry.workdays import current_calendar


def calendar_has_changed(sender, year: int, **kwargs) -> None:
    """Receiver of registry.signals.calendar_changed."""
    version = CalendarYear.objects.values_list("version", flat=True).get(pk=year)
    _follow(year, version)


def catch_up() -> list[int]:
    """Years whose calendar the deadlines do not follow yet, counted now: whoever was counting them has died."""
    counted = dict(CountedYear.objects.order_by("year").values_list("year", "version"))
    years = CalendarYear.objects.order_by("year").values_list("year", "version")
    behind = [(year, version) for year, version in years if counted.get(year) != version]
    for year, version in behind:
        _follow(year, version)
    return [year for year, _ in behind]


def _follow(year: int, version: int) -> None:
    with audit.acting(reason=f"{year} 年工作日历变更，重新计算备案期限"):
        recount(year)
        with transaction.atomic():
            limits.recount(Filing.objects.filter(handle_by__isnull=False))
            CountedYear.objects.update_or_create(year=year, defaults={"version": version})


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
