"""What filing does when it hears of its own events: it tells people (filing/notifications.py)."""

from filing import notifications
from filing.models import FilingEvent


def moved(sender, filing_id: int, action: str, **kwargs) -> None:
    """Receiver of filing_moved."""
    event = FilingEvent.objects.filter(filing=filing_id, action=action).order_by("-pk").first()
    if event:
        notifications.announce(event.pk)


def desk(sender, event_id: int, **kwargs) -> None:
    """Receiver of desk_changed."""
    notifications.announce_desk(event_id)


def remark(sender, remark_id: int, **kwargs) -> None:
    """Receiver of remarked."""
    notifications.announce_remark(remark_id)


def urge(sender, urge_id: int, seen: bool, **kwargs) -> None:
    """Receiver of urged."""
    notifications.announce_urge(urge_id, seen)


def deadline(sender, filing_id: int, before, after, calendar: str, **kwargs) -> None:
    """Receiver of deadline_moved."""
    notifications.announce_deadline(filing_id, before, after, calendar)


def clock(sender, event_id: int, **kwargs) -> None:
    """Receiver of clock_changed."""
    notifications.announce_clock(event_id)
