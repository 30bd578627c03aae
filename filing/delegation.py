"""Reviewing for somebody else for a time (委托): who stands in for whom, and what that gives."""

import datetime as dt

from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone

from filing.models import Delegation, Filing
from registry import access, inbox
from registry.errors import Refused
from registry.models import Assignment, Authority, User
from registry.roles import roles_with
from registry.texts import said

MOST_DAYS = 366


# -- Asking -------------------------------------------------------------------------------------------------
def received(user) -> list[Delegation]:
    """Today's delegations to a person; one query, remembered on the user object."""
    if "_delegations" not in user.__dict__:
        rows = user.delegations.in_force().select_related("delegator", "authority").order_by("pk")
        user.__dict__["_delegations"] = list(rows)
    return user.__dict__["_delegations"]


def principal(user, filing: Filing) -> User | None:
    """For whom this person reviews this filing today; None when it is by his own right.

    A stand-in acts for the delegator on the cases that the delegator has taken, and on all where he has no
    assignment of his own.
    """
    if filing.authority is None:
        return None
    over = [row for row in received(user) if filing.authority.path.startswith(row.authority.path)]
    for row in over:
        if filing.held_by_id == row.delegator_id:
            return row.delegator
    return over[0].delegator if over and not _reviews_himself(user, filing.authority) else None


def _reviews_himself(user, authority: Authority) -> bool:
    own = user.assignments.active().filter(role__in=roles_with("review_filings"), delegation=None)
    return any(authority.path.startswith(path) for path in own.values_list("authority__path", flat=True))


def check_principal(user, filing: Filing) -> User | None:
    """The principal, who must still hold the right that he has lent."""
    person = principal(user, filing)
    if person and not access.covers(person, "review_filings", filing.authority):
        raise Refused(f"委托人{person}已不再审查{filing.authority}的备案，委托失效。")
    return person


def candidates(user, authority: Authority):
    """Who can stand in at a bureau: its own commission staff, and reviewers of the bureaus above it."""
    above = Authority.objects.filter(path__in=_ancestors(authority.path))
    at = Assignment.objects.active().filter(authority=authority)
    over = Assignment.objects.active().filter(authority__in=above, role__in=roles_with("review_filings"))
    people = User.objects.filter(is_active=True, pk__in=at.values("user")) | User.objects.filter(
        is_active=True, pk__in=over.values("user")
    )
    return people.exclude(pk=user.pk).distinct().order_by("name", "pk")


def _ancestors(path: str) -> list[str]:
    parts = path.strip("/").split("/")
    return ["/" + "/".join(parts[:length]) + "/" for length in range(1, len(parts))]


def own_authorities(user):
    """The bureaus at which a person himself reviews, not those lent to him."""
    held = user.assignments.active().filter(role__in=roles_with("review_filings"), delegation=None)
    return Authority.objects.filter(pk__in=held.values("authority")).order_by("path")


# -- Acts ---------------------------------------------------------------------------------------------------
@transaction.atomic
def delegate(
    *, authority: Authority, to: User, start: dt.date, end: dt.date, reason: str = "", by
) -> Delegation:
    """委托: `end` is the last day. The stand-in gets an assignment only where he has none of his own."""
    User.objects.select_for_update(of=("self",)).get(pk=by.pk)
    if not own_authorities(by).filter(pk=authority.pk).exists():
        raise Refused("只能委托您本人在任的审查工作。")
    if not candidates(by, authority).filter(pk=to.pk).exists():
        raise Refused(f"{to}不是{authority}或上级机关的人员，不能受托。")
    if start < timezone.localdate():
        raise Refused(f"开始日期不能早于今天（{timezone.localdate():%Y-%m-%d}）。")
    if end < start:
        raise Refused("结束日期不能早于开始日期。")
    if (end - start).days > MOST_DAYS:
        raise Refused("委托期最长一年。长期变动请由安全管理员调整任职。")
    during = DateRange(start, end + dt.timedelta(days=1))
    if by.given_delegations.standing().filter(authority=authority, during__overlap=during).exists():
        raise Refused("这段时间已经委托给别人。先收回原来的委托，或改日期。")
    if by.delegations.standing().filter(authority=authority, during__overlap=during, delegator=to).exists():
        raise Refused(f"{to}在这段时间已委托给您，不能再委托回去。")
    assignment = None
    if not _covered(to, authority, during):
        assignment = access.grant(to, "reviewer", authority, start=start, end=end)
    try:
        row = Delegation.objects.create(
            delegator=by, delegate=to, authority=authority, during=during, reason=said(reason, "事由"),
            assignment=assignment,
        )  # fmt: skip
    except IntegrityError:
        raise Refused("这段时间已经委托给别人。") from None
    inbox.tell(
        [to],
        "assigned",
        f"delegation:{row.pk}",
        f"{by}委托您审查{authority}的备案，{start:%Y-%m-%d} 至 {end:%Y-%m-%d}",
        text=row.reason,
        url="/filings/queue/",
    )
    return row


def _covered(user, authority: Authority, during: DateRange) -> bool:
    """Whether the person reviews for the bureau anyway, on every day of the time."""
    own = user.assignments.filter(
        role__in=roles_with("review_filings"), during__contains=during, delegation=None
    )
    return any(authority.path.startswith(path) for path in own.values_list("authority__path", flat=True))


@transaction.atomic
def cancel(delegation_id: int, *, by) -> Delegation:
    """收回: from today on the stand-in no longer acts; what he did stays as it is."""
    row = Delegation.objects.select_for_update(of=("self",)).select_related("delegate").get(pk=delegation_id)
    if row.delegator_id != by.pk:
        raise Refused("只有委托人可以收回委托。")
    today = timezone.localdate()
    if row.cancelled_at or row.during.upper <= today:
        raise Refused("委托已经结束。")
    if row.assignment:
        access.revoke(row.assignment)
        row.refresh_from_db(fields=["assignment"])  # one that began today is gone
    row.cancelled_at = timezone.now()
    row.save(update_fields=["cancelled_at"])
    inbox.tell(
        [row.delegate],
        "assigned",
        f"delegation:{row.pk}:cancelled",
        f"{by}收回了对{row.authority}备案审查的委托",
    )
    return row
