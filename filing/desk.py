"""Who has a case on the desk (经办): take, take over, release, assign.

Having a case keeps nobody else from acting on it; it says who is expected to. What is decided is decided once, by
the lock of the move.
"""

from functools import partial

from django.db import transaction
from django.utils import timezone

from filing import delegation, transitions
from filing.models import Filing, FilingEvent
from filing.signals import desk_changed
from registry import access, audit
from registry.errors import Refused

MOST_AT_ONCE = 200


def hold(filing: Filing, action: str, to, by, **details) -> None:
    """Put a locked case on somebody's desk, or on nobody's; the caller has asked whether that may be."""
    before = filing.held_by_id
    filing.held_by, filing.held_at = to, timezone.now() if to else None
    filing.save(update_fields=["held_by", "held_at"])
    event = FilingEvent.objects.create(
        filing=filing,
        action=action,
        from_status=filing.status,
        to_status=filing.status,
        details={"from": before, "to": to.pk if to else None, "name": str(to or ""), **details},
        by=by,
        on_behalf_of=delegation.principal(by, filing),
    )
    transaction.on_commit(partial(desk_changed.send_robust, sender=Filing, event_id=event.pk))


def _open_case(filing: Filing, by) -> Filing:
    """The same locked case, if somebody may have it on his desk."""
    access.require(by, "review_filings", filing.authority or "filing")
    if filing.status in Filing.FINISHED or filing.status == Filing.Status.DRAFT:
        raise Refused(f"备案当前为“{filing.status_label}”，不需要经办人。")
    return filing


def why_not_hold(user, filing: Filing) -> str:
    """Why a person cannot have this case, or nothing."""
    if not access.covers(user, "review_filings", filing.authority):
        return f"{user}不审查{filing.authority}的备案"
    return f"{user}办理过这件备案的申报" if transitions.own_case(user, filing) else ""


@transaction.atomic
def take(filing_id: int, *, by, seen_holder: int | None = None) -> Filing:
    """领取 a free case, or 接手 one from the holder that the person saw; of two at once exactly one gets it."""
    with audit.acting(by, reason="领取备案"):
        filing = _open_case(transitions.locked(filing_id), by)
        if filing.held_by_id == by.pk:
            raise Refused("这件备案已经由您经办。")
        if filing.held_by_id != seen_holder:
            raise Refused(
                f"这件备案刚由{filing.held_by}领取。" if filing.held_by else "这件备案刚被放回，请重新领取。"
            )
        if reason := transitions.own_case(by, filing):
            raise Refused(reason)
        hold(filing, "take_over" if seen_holder else "take", by, by)
    return filing


@transaction.atomic
def release(filing_id: int, *, by) -> Filing:
    """放回: the case is free again."""
    with audit.acting(by, reason="放回备案"):
        filing = _open_case(transitions.locked(filing_id), by)
        if filing.held_by_id != by.pk:
            raise Refused("这件备案不由您经办。" if filing.held_by_id else "这件备案没有人领取。")
        hold(filing, "release", None, by)
    return filing


@transaction.atomic
def assign(filing_ids: list[int], to, *, by) -> tuple[list[Filing], list[str]]:
    """交办 several cases to one person; answers what was assigned, and for the rest the reason, case by case."""
    if len(filing_ids) > MOST_AT_ONCE:
        raise Refused(f"一次最多交办 {MOST_AT_ONCE} 件，已选 {len(filing_ids)} 件。")
    done, left = [], []
    with audit.acting(by, reason=f"交办给{to}"):
        for pk in sorted(set(filing_ids)):
            filing = transitions.locked(pk)
            called = f"{filing.case_number}“{filing}”"
            try:
                _open_case(filing, by)
            except Refused as refusal:
                left.append(f"{called}：{str(refusal).removesuffix('。')}")
                continue
            if filing.held_by_id == to.pk:
                left.append(f"{called}：已由{to}经办")
            elif reason := transitions.own_case(by, filing):
                left.append(f"{called}：{reason.removesuffix('。')}")
            elif reason := why_not_hold(to, filing):
                left.append(f"{called}：{reason}")
            else:
                hold(filing, "assign", to, by)
                done.append(filing)
    return done, left
