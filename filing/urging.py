"""督办: a bureau above asks the bureau in charge to deal with a filing; it is seen, answered and kept."""

from functools import partial

from django.db import transaction
from django.utils import timezone

from filing import transitions
from filing.models import Filing, FilingEvent, Urge
from filing.signals import urged
from registry import access, audit
from registry.errors import Refused
from registry.texts import said


def may_urge(user, filing: Filing) -> bool:
    """Whether the person reviews at a bureau above the one in charge."""
    above = access.authorities_above(user, "review_filings", filing.authority) if filing.authority else ()
    return bool(above)


def _record(filing: Filing, action: str, by, note: str, urge: Urge, *, seen: bool) -> None:
    FilingEvent.objects.create(
        filing=filing,
        action=action,
        from_status=filing.status,
        to_status=filing.status,
        note=note,
        details={"urge": urge.pk},
        by=by,
    )
    transaction.on_commit(partial(urged.send_robust, sender=Filing, urge_id=urge.pk, seen=seen))


@transaction.atomic
def urge(filing_id: int, *, text: str, by) -> Urge:
    """督办 a filing that is with a bureau below."""
    with audit.acting(by, reason="督办"):
        filing = transitions.locked(filing_id)
        access.require(by, "view_filings", filing.authority or "filing")
        if not may_urge(by, filing):
            raise Refused("只有上级机关的审核人可以督办。")
        if filing.status not in Filing.WITH_AUTHORITY:
            raise Refused(f"备案当前为“{filing.status_label}”，不在{filing.authority}办理中，不能督办。")
        if not (text := said(text, "督办要求")):
            raise Refused("须写明督办要求。")
        row = Urge.objects.create(filing=filing, text=text, by=by)
        _record(filing, "urge", by, text, row, seen=False)
    return row


@transaction.atomic
def acknowledge(urge_id: int, *, answer: str = "", by) -> Urge:
    """签收: the bureau in charge has seen it; with or without an answer."""
    with audit.acting(by, reason="签收督办"):
        row = Urge.objects.select_for_update(of=("self",)).get(pk=urge_id)
        filing = transitions.locked(row.filing_id)
        access.require(by, "review_filings", filing.authority or "filing")
        if row.by_id == by.pk:
            raise Refused("督办由您提出，须由承办机关签收。")
        if row.seen_at:
            raise Refused(f"{row.seen_by}已签收这件督办。")
        row.seen_by, row.seen_at, row.answer = by, timezone.now(), said(answer, "回复")
        row.save(update_fields=["seen_by", "seen_at", "answer"])
        _record(filing, "urge_seen", by, row.answer, row, seen=True)
    return row
