"""Sending what waits (发送): single mails and SMS at once, the digest once a day.

A delivery is claimed in a transaction of its own before the mail server is spoken to. A refused one waits for the
next round; one whose worker died stays claimed and is never sent again, because nobody can tell whether it went out:
the inbox has it.
"""

import logging
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.utils.module_loading import import_string

from registry.models import Delivery

logger = logging.getLogger(__name__)
MAX_ATTEMPTS = 5
BATCH = 200
S, C = Delivery.State, Delivery.Channel


def claim(*channels: str, after: int = 0, recipient: int | None = None) -> list[Delivery]:
    """Take the next waiting delivery, or all that wait for one person's digest; no other worker sees them any more.

    No more than what goes out in one mail: of a worker that dies, only the mail in its hands stays claimed.
    """
    waiting = Delivery.objects.filter(state=S.WAITING, channel__in=channels, pk__gt=after)
    if recipient:
        waiting = waiting.filter(notification__recipient=recipient)
    with transaction.atomic():
        rows = list(
            waiting.select_for_update(of=("self",), skip_locked=True)
            .select_related("notification__recipient")
            .order_by("pk")[: BATCH if recipient else 1]
        )
        for row in rows:
            row.state, row.attempts = S.CLAIMED, row.attempts + 1
            row.save(update_fields=["state", "attempts", "changed_at"])
    return rows


def settle(rows: list[Delivery], sent: bool) -> None:
    """Record how it went; what was refused waits again until its attempts are used up."""
    for row in rows:
        row.state = S.SENT if sent else S.WAITING if row.attempts < MAX_ATTEMPTS else S.FAILED
        row.save(update_fields=["state", "changed_at"])


def send_waiting() -> int:
    """Single mails and SMS, each once a round; answers how many went out."""
    sent = last = 0
    for _ in range(BATCH):
        if not (rows := claim(C.EMAIL, C.SMS, after=last)):
            break
        last = rows[0].pk
        sent += _attempt(rows, _mail if rows[0].channel == C.EMAIL else _sms)
    return sent


def send_digests() -> int:
    """One mail a person with everything that waits for his digest; answers how many mails went out."""
    waiting = Delivery.objects.filter(state=S.WAITING, channel=C.DIGEST).order_by()
    people = sorted(set(waiting.values_list("notification__recipient", flat=True)))
    sent = 0
    for person in people:
        while rows := claim(C.DIGEST, recipient=person):
            if not _attempt(rows, _digest):
                return sent  # the mail server is in trouble; what it refused waits for the next day's round
            sent += 1
    return sent


def _attempt(rows: list[Delivery], send) -> bool:
    try:
        send([row.notification for row in rows])
    except (SMTPException, OSError) as error:
        logger.warning("%s deliveries not sent: %s", len(rows), error)
        settle(rows, sent=False)
        return False
    settle(rows, sent=True)
    return True


def address(url: str) -> str:
    """The full address of a page, where the installation knows its own."""
    return f"{settings.SITE_URL.rstrip('/')}{url}" if settings.SITE_URL and url else ""


def _lines(notice) -> str:
    return "\n".join(line for line in (notice.title, notice.text, address(notice.url)) if line)


def _mail(notices: list) -> None:
    notice = notices[0]
    send_mail(notice.title, _lines(notice), None, [notice.recipient.email])


def _digest(notices: list) -> None:
    body = "\n\n".join(_lines(notice) for notice in notices)
    send_mail(f"医联体备案：{len(notices)} 条通知", body, None, [notices[0].recipient.email])


def _sms(notices: list) -> None:
    notice = notices[0]
    import_string(settings.SMS_SENDER)(notice.recipient.phone, notice.title)
