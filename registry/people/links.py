"""One-time links (一次性链接): made, looked at and used; only a digest of the token is stored."""

import datetime as dt
import hashlib
import secrets

from axes.utils import reset as forget_failures
from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from registry import audit
from registry.errors import Refused
from registry.models import AccountLink, User
from registry.people import reach

DEAD = "这个链接已经用过、过期或作废。请联系给您链接的管理员重新生成。"


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def issue(person: User, purpose: str, *, by: User | None) -> str:
    """The token of a new link; earlier links of the person are void. The caller has locked the person and asked."""
    withdraw(person)
    token, now = secrets.token_urlsafe(32), timezone.now()
    AccountLink.objects.create(
        person=person,
        purpose=purpose,
        digest=_digest(token),
        made_by=by,
        made_at=now,
        expires_at=now + dt.timedelta(hours=settings.ACCOUNT_LINK_HOURS),
    )
    return token


def withdraw(person: User) -> None:
    """Make the person's open link void."""
    person.links.filter(used_at=None, withdrawn_at=None).update(withdrawn_at=timezone.now())


def address(token: str, request=None) -> str:
    """What the person opens; without a request it begins with SITE_URL."""
    path = reverse("registry:join", args=[token])
    return request.build_absolute_uri(path) if request else settings.SITE_URL.rstrip("/") + path


def usable(token: str) -> AccountLink | None:
    """The link of this token, if it may still be used."""
    rows = AccountLink.objects.select_related("person", "made_by")
    link = rows.filter(digest=_digest(token)).first()
    return link if link and _holds(link) else None


def open_links(tokens: list[str], *, by: User) -> dict[str, AccountLink]:
    """By token, the links that this person made and that are still open."""
    digests = {_digest(token): token for token in tokens}
    rows = AccountLink.objects.filter(digest__in=digests, made_by=by, used_at=None, withdrawn_at=None)
    rows = rows.filter(expires_at__gt=timezone.now()).select_related("person")
    return {digests[link.digest]: link for link in rows.order_by("pk")}


def _holds(link: AccountLink) -> bool:
    """Open, in time, for an account in use, and made by somebody who may still manage that account today."""
    if link.used_at or link.withdrawn_at or link.expires_at <= timezone.now() or not link.person.is_active:
        return False
    if link.made_by is None:
        return link.purpose == AccountLink.Purpose.FIRST
    return not reach.why_not(link.made_by, link.person)


@transaction.atomic
def redeem(token: str, password: str) -> User:
    """Set the password by the link, which is then used up; of two at once exactly one succeeds."""
    found = AccountLink.objects.filter(digest=_digest(token)).first()
    if found is None:
        raise Refused(DEAD)
    person = User.objects.select_for_update().get(pk=found.person_id)
    rows = AccountLink.objects.select_for_update(of=("self",)).select_related("made_by")
    link = rows.get(pk=found.pk)
    link.person = person
    if not _holds(link):
        raise Refused(DEAD)
    with audit.acting(person, reason=f"凭一次性链接设置密码（{link.get_purpose_display()}）"):
        person.set_password(password)
        person.save(update_fields=["password"])
        link.used_at = timezone.now()
        link.save(update_fields=["used_at"])
    forget_failures(username=person.username)
    return person
