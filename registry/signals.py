"""What the register tells others, after commit."""

from django.dispatch import Signal

# calendar_changed: sender=CalendarYear, year (whose days or state are no longer what they were)
calendar_changed = Signal()
