"""Writing messages into inboxes, with the deliveries that each reader has chosen."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.core.cache import cache
from django.db import transaction

from registry.models import Delivery, Notification, NotificationChoice, User

MOST_SHOWN = 99
HALF_A_MINUTE = 30  # seconds
_REMEMBERED = "inbox-unread-{}"
E = NotificationChoice.Email


@dataclass(frozen=True)
class Kind:
    """通知类别: one line of each person's choices."""

    code: str
    label: str
    sentence: str


_kinds: dict[str, Kind] = {}


def declare(*declared: Kind) -> None:
    """Called by each app when it is ready."""
    _kinds.update({kind.code: kind for kind in declared})


def kinds() -> list[Kind]:
    """All kinds, in the order in which they were declared."""
    return list(_kinds.values())


def channels_available() -> set[str]:
    """What this installation can send besides the inbox: an unset mail server or SMS hook sends nothing."""
    mail = {Delivery.Channel.EMAIL, Delivery.Channel.DIGEST} if settings.EMAIL_HOST else set()
    return mail | ({Delivery.Channel.SMS} if settings.SMS_SENDER else set())


@transaction.atomic
def tell(
    recipients: Iterable[User], kind: str, event: str, title: str, *, text: str = "", url: str = ""
) -> None:
    """Put a message into each inbox, once per event and person."""
    people = {user.pk: user for user in recipients if user.is_active}
    if kind not in _kinds:
        raise LookupError(f"No kind of notification {kind!r}")
    rows = [
        Notification(recipient=user, kind=kind, event=event, title=title[:200], text=text, url=url)
        for user in people.values()
    ]
    Notification.objects.bulk_create(rows, ignore_conflicts=True)
    forget_unread(people)
    available = channels_available()
    if not available or not people:
        return
    told = Notification.objects.filter(event=event, recipient__in=people).order_by("pk")
    choices = {
        choice.user_id: choice
        for choice in NotificationChoice.objects.filter(user__in=people, kind=kind).order_by("pk")
    }
    deliveries = [
        Delivery(notification=row, channel=channel)
        for row in told
        for channel in _channels(people[row.recipient_id], choices.get(row.recipient_id))
        if channel in available
    ]
    Delivery.objects.bulk_create(deliveries, ignore_conflicts=True)


def told(events: Iterable[str]) -> set[str]:
    """Which of these events have reached anybody."""
    return set(Notification.objects.filter(event__in=list(events)).order_by().values_list("event", flat=True))


def _channels(user: User, choice: NotificationChoice | None) -> list[str]:
    choice = choice or NotificationChoice()
    found: list[str] = []
    if user.email and choice.email != E.NONE:
        found.append(Delivery.Channel.EMAIL if choice.email == E.NOW else Delivery.Channel.DIGEST)
    if user.phone and choice.sms:
        found.append(Delivery.Channel.SMS)
    return found


def unread_count(user) -> int:
    """Unread messages up to one more than a bar can show; one index range, never the whole inbox."""
    return Notification.objects.filter(recipient=user).unread().order_by()[: MOST_SHOWN + 1].count()


def unread_in_bar(user) -> int:
    """The same as every page shows it: remembered, so that it costs a page no query, and at most half a minute old."""
    return cache.get_or_set(_REMEMBERED.format(user.pk), lambda: unread_count(user), HALF_A_MINUTE) or 0


def forget_unread(people: Iterable[int]) -> None:
    """Count afresh once the transaction is through: messages have come in, or have been read."""
    keys = [_REMEMBERED.format(pk) for pk in people]
    transaction.on_commit(lambda: cache.delete_many(keys))
