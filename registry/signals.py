"""What the register tells others, after commit."""

from django.dispatch import Signal

# calendar_changed: sender=CalendarYear, year (whose days or state are no longer what they were)
calendar_changed = Signal()

# job_ended: sender=Job, job (done, failed or cancelled; whoever waited for it may try again)
job_ended = Signal()
