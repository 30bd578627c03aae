"""What a process that died has left unsaid (补发通知): every recent event that has reached nobody is told again."""

import datetime as dt
import logging
from collections.abc import Callable, Iterator
from functools import partial

from django.utils import timezone

from filing import notifications
from filing.models import FilingEvent, Remark
from registry import inbox

logger = logging.getLogger(__name__)
DAYS = 2
_BY_ACTION: dict[str, Callable[[int], None]] = {
    **dict.fromkeys([*notifications.TO_HOSPITAL, *notifications.TO_BUREAU], notifications.announce),
    **dict.fromkeys(notifications.DESK, notifications.announce_desk),
    **dict.fromkeys([*notifications.CLOCK, *notifications.CLOCK_ASKED], notifications.announce_clock),
}
URGED = {"urge": False, "urge_seen": True}


def announce_recent() -> int:
    """Tell what has reached nobody yet; answers how many events that were.

    What has reached somebody is left alone: it was told as a whole, and who came to the unit since is not told old
    news. One event that cannot be told keeps no other from being told.
    """
    recent = dict(_recent(timezone.now() - dt.timedelta(days=DAYS)))
    told = inbox.told(recent)
    untold = [tell for key, tell in recent.items() if key not in told]
    for tell in untold:
        try:
            tell()
        except Exception:
            logger.exception("An event could not be told: %r", tell)
    return len(untold)


def _recent(since: dt.datetime) -> Iterator[tuple[str, Callable[[], None]]]:
    """The key of each event, and how it is told."""
    events = FilingEvent.objects.filter(at__gte=since, action__in=[*_BY_ACTION, *URGED]).order_by("pk")
    for pk, action, details in events.values_list("pk", "action", "details"):
        if action in URGED:
            urge, seen = details["urge"], URGED[action]
            yield notifications.urge_key(urge, seen), partial(notifications.announce_urge, urge, seen)
        else:
            yield notifications.event_key(pk), partial(_BY_ACTION[action], pk)
    settled = Remark.objects.filter(resolved_at__gte=since).order_by("pk").values_list("pk", flat=True)
    for pk in settled:
        yield notifications.remark_key(pk), partial(notifications.announce_remark, pk)
