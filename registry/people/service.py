"""Acts on accounts and assignments (人员管理). Each locks the person and the administrator, in one order, and asks again.

So two administrators cannot put each other out at the same moment, and nobody changes his own rights: therefore the
last security administrator stays.
"""

import datetime as dt

from django.db import IntegrityError, transaction
from django.utils import timezone

from registry import access, audit
from registry.errors import Refused
from registry.models import AccountLink, Assignment, User
from registry.people import links, reach
from registry.people.naming import called
from registry.roles import ROLES


def locked(person_id: int, by) -> tuple[User, User]:
    """The person and the acting administrator, both locked and read anew; permitted."""
    rows = User.objects.select_for_update().filter(pk__in={person_id, by.pk}).order_by("pk")
    people = {user.pk: user for user in rows}
    person, actor = people[person_id], people[by.pk]
    reach.require(actor, person)
    return person, actor


@transaction.atomic
def invite(
    *, username: str, name: str, phone: str, email: str, role: str, unit, start=None, end=None, by
) -> tuple[User, str]:
    """A new account with its first assignment, and the token with which the person sets the password."""
    actor = User.objects.select_for_update().get(pk=by.pk)
    if not actor.is_active:
        raise Refused("您的账户已停用。")
    reach.require_grant(actor, role, unit)
    username, name = called(username, name)
    with audit.acting(by, reason="邀请人员"):
        person = User(username=username, name=name, phone=phone, email=email)
        person.set_unusable_password()
        try:
            with transaction.atomic():
                person.save()
        except IntegrityError:  # the database knows best: somebody else may invite at this moment
            raise Refused(f"账号“{username}”已有人使用，请换一个。") from None
        _assign(person, role, unit, start, end)
        return person, links.issue(person, AccountLink.Purpose.INVITE, by=by)


def _assign(person: User, role: str, unit, start: dt.date | None, end: dt.date | None) -> Assignment:
    today = timezone.localdate()
    start = start or today
    if start < today:
        raise Refused("任职不能从过去的日期开始；请填今天或以后的日期。")
    if end and end < start:
        raise Refused("任职的最后一天早于第一天，请核对日期。")
    field = access.kind_of(unit)
    same = Assignment.objects.filter(
        user=person, role=role, authority=None, institution=None
    ) if field is None else Assignment.objects.filter(user=person, role=role, **{field: unit})  # fmt: skip
    period = (start, end + dt.timedelta(days=1) if end else None)
    if same.filter(during__overlap=period).exists():
        raise Refused(f"{person}在这段时间已经是{unit or '本系统'}的{ROLES[role].label}，不必重复安排。")
    return access.grant(person, role, unit, start=start, end=end)


@transaction.atomic
def grant(person_id: int, *, role: str, unit, start=None, end=None, reason: str = "", by) -> Assignment:
    """安排任职 from `start` (today) to `end`, the last day that counts."""
    person, actor = locked(person_id, by)
    reach.require_grant(actor, role, unit)
    if not person.is_active:
        raise Refused(f"{person}的账户已停用，请先重新启用。")
    with audit.acting(by, reason=reason or "安排任职"):
        return _assign(person, role, unit, start, end)


@transaction.atomic
def end(assignment_id: int, *, last_day: dt.date | None = None, reason: str, by) -> User:
    """结束任职: `last_day` is the last day on which it holds; without it, it ends at once."""
    user_id = Assignment.objects.values_list("user_id", flat=True).get(pk=assignment_id)
    person, actor = locked(user_id, by)
    rows = Assignment.objects.select_for_update(of=("self",)).select_related(
        "authority", "institution__division"
    )
    assignment = rows.get(pk=assignment_id)
    reach.require_grant(actor, assignment.role, assignment.unit)
    today, stands_to = timezone.localdate(), assignment.during.upper
    if stands_to and stands_to <= today:
        raise Refused("这项任职已经结束。")
    on = last_day + dt.timedelta(days=1) if last_day else today
    if on < today:
        raise Refused("结束日期不能早于昨天；要立即结束，请不填日期。")
    if stands_to and on >= stands_to:
        raise Refused(f"这项任职本来就到 {stands_to - dt.timedelta(days=1)} 为止，请填更早的日期。")
    with audit.acting(by, reason=reason):
        assignment.user = person
        access.revoke(assignment, on=on)
    return person


@transaction.atomic
def new_link(person_id: int, *, by) -> tuple[User, str]:
    """重设密码: a new one-time link; the old password holds until the person has set the new one."""
    person, _ = locked(person_id, by)
    if not person.is_active:
        raise Refused(f"{person}的账户已停用，请先重新启用。")
    fresh = not person.has_usable_password()
    purpose = AccountLink.Purpose.INVITE if fresh else AccountLink.Purpose.RESET
    with audit.acting(by, reason="重新邀请" if fresh else "重设密码"):
        return person, links.issue(person, purpose, by=by)


@transaction.atomic
def deactivate(person_id: int, *, reason: str, by) -> User:
    """停用: the person cannot sign in any more and is signed out everywhere; assignments stay as they are."""
    person, _ = locked(person_id, by)
    if not person.is_active:
        raise Refused(f"{person}的账户已经停用。")
    with audit.acting(by, reason=reason):
        close(person)
    return person


def close(person: User) -> None:
    """Put a locked account out of use, with its open link."""
    person.is_active = False
    person.save(update_fields=["is_active"])
    links.withdraw(person)


@transaction.atomic
def reactivate(person_id: int, *, reason: str, by) -> User:
    """重新启用: the idle time counts from now."""
    person, _ = locked(person_id, by)
    if person.is_active:
        raise Refused(f"{person}的账户没有停用。")
    person.is_active, person.reactivated_at, person.idle_warned_at = True, timezone.now(), None
    with audit.acting(by, reason=reason):
        person.save(update_fields=["is_active", "reactivated_at", "idle_warned_at"])
    return person


@transaction.atomic
def change_contact(person_id: int, *, phone: str, email: str, by) -> User:
    """修改联系方式 of somebody in one's reach, or one's own."""
    if person_id == by.pk:
        person = User.objects.select_for_update().get(pk=person_id)
    else:
        person, _ = locked(person_id, by)
    person.phone, person.email = phone, email
    with audit.acting(by, reason="修改联系方式"):
        person.save(update_fields=["phone", "email"])
    return person
