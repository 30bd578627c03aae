"""Accounts that nobody uses (闲置账户): warned first, closed later; the last security administrator stays."""

import datetime as dt
import logging

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Greatest
from django.utils import timezone

from registry import audit, inbox, operators
from registry.models import Assignment, User
from registry.people import service
from registry.people.first import ROLE

logger = logging.getLogger(__name__)
NOTICE = dt.timedelta(days=7)  # at least this long between warning and closing
NEVER_SET = "!"


def _unused_for(days: int):
    """Accounts in use whose last sign-in, beginning and return all lie that many days back."""
    people = User.objects.filter(is_active=True, is_superuser=False).exclude(username=operators.USERNAME)
    people = people.annotate(used_at=Greatest("last_login", "date_joined", "reactivated_at"))
    return people.filter(used_at__lt=timezone.now() - dt.timedelta(days=days)).order_by("pk")


def warn() -> int:
    """Tell each idle person once, by the inbox and by mail where the person has one."""
    if not settings.IDLE_CLOSE_DAYS:
        return 0
    rows = _unused_for(settings.IDLE_WARN_DAYS)
    rows = rows.filter(Q(idle_warned_at=None) | Q(idle_warned_at__lt=F("used_at")))
    for person in rows:
        with transaction.atomic(), audit.acting(operators.operator(), reason="闲置提醒"):
            User.objects.filter(pk=person.pk).update(idle_warned_at=timezone.now())
            inbox.tell(
                [person],
                "account",
                f"idle:{person.pk}:{person.used_at:%Y%m%d}",
                f"您的账户已 {settings.IDLE_WARN_DAYS} 天没有使用",
                text=f"满 {settings.IDLE_CLOSE_DAYS} 天没有登录的账户将停用；登录一次即可继续使用。",
            )
    return len(rows)


def close() -> int:
    """Close the accounts that stayed idle after the warning; how many."""
    if not settings.IDLE_CLOSE_DAYS:
        return 0
    rows = _unused_for(settings.IDLE_CLOSE_DAYS)
    warned = rows.filter(idle_warned_at__gte=F("used_at"), idle_warned_at__lte=timezone.now() - NOTICE)
    return sum(_close(pk) for pk in warned.values_list("pk", flat=True))


@transaction.atomic
def _close(pk: int) -> bool:
    # Whoever runs the system is locked with all his like, so that two at once cannot close the last two.
    guards = Assignment.objects.active().filter(role=ROLE, user__is_active=True).values("user")
    people = User.objects.select_for_update().filter(Q(pk=pk) | Q(pk__in=guards)).order_by("pk")
    found = {person.pk: person for person in people}
    person = found[pk]
    if not _unused_for(settings.IDLE_CLOSE_DAYS).filter(pk=pk).exists():
        return False  # has signed in meanwhile
    if guards.filter(user=pk).exists():
        others = [one for one in found.values() if one.pk != pk and not one.password.startswith(NEVER_SET)]
        if not others:
            logger.warning("The last security administrator (%s) is idle and stays open", person.username)
            return False
    with audit.acting(operators.operator(), reason=f"连续 {settings.IDLE_CLOSE_DAYS} 天没有登录"):
        service.close(person)
    return True
