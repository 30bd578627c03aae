"""Moving a deadline (期限的中止和延长). The texts give no grounds: the bureau states its own, with the document."""

from datetime import date
from functools import partial, wraps

from django.db import transaction
from django.utils import timezone

from filing import clock
from filing.models import ClockChange, Filing, FilingEvent
from filing.signals import clock_changed
from filing.transitions import locked
from registry import access, audit
from registry.errors import Refused
from registry.texts import named, said

K, S = ClockChange.Kind, ClockChange.State
MOST_WORKDAYS = 250  # a year; more is a slip of the keyboard


def asked_of(user):
    """What hospitals ask of the bureaus for which the person reviews, and of those below, oldest first."""
    reach = access.authorities_where(user, "review_filings").values("pk")
    return ClockChange.objects.filter(filing__authority__in=reach, state=S.ASKED).order_by("pk")


def _act(act):
    @wraps(act)
    def run(pk: int, *, by, **given):
        with audit.acting(by, reason="期限变动"), transaction.atomic():
            return act(pk, by=by, **given)

    return run


@_act
def ask(filing_id: int, *, kind: str, ground: str, by, first=None, last=None, workdays=None) -> ClockChange:
    """申请中止或延长: by the hospital, while the case is open."""
    filing = locked(filing_id)
    access.require(by, "edit_filing", filing.applicant or "filing")
    change = _new(filing, kind, ground, first, last, workdays, by)
    if filing.clock_changes.filter(state=S.ASKED).exists():
        raise Refused("已有一项期限申请等待决定，请等决定后再提。")
    change.state = S.ASKED
    change.save()
    _record(filing, f"{kind}_asked", str(change), by)
    return change


@_act
def order(
    filing_id: int, *, kind: str, ground: str, document: str, by, first=None, last=None, workdays=None
) -> ClockChange:
    """中止或延长: by the bureau, of its own accord."""
    filing = _reviewable(filing_id, by)
    change = _new(filing, kind, ground, first, last, workdays, by)
    change.document = named(document)
    _grant(change, filing, by, "")
    return change


@_act
def decide(change_id: int, *, granted: bool, note: str, document: str = "", by) -> ClockChange:
    """决定一项申请; a refusal says why."""
    change = ClockChange.objects.get(pk=change_id)
    filing = _reviewable(change.filing_id, by)
    change = ClockChange.objects.select_for_update(of=("self",)).get(pk=change_id)
    if change.state != S.ASKED:
        raise Refused(f"这项申请{change.get_state_display()}，不能再次决定。")
    change.document = named(document)
    if granted:
        _grant(change, filing, by, said(note, "说明"))
        return change
    if not said(note, "说明"):
        raise Refused("不同意时须写明理由。")
    change.state, change.decided_by, change.decided_at = S.DECLINED, by, timezone.now()
    change.decision_note = said(note, "说明")
    change.save(update_fields=["state", "decided_by", "decided_at", "decision_note", "document"])
    _record(filing, f"{change.kind}_declined", change.decision_note, by)
    return change


@_act
def resume(change_id: int, *, last: date, by) -> ClockChange:
    """恢复计算: an open suspension ends; ``last`` is the last day that is not counted."""
    filing = _reviewable(ClockChange.objects.get(pk=change_id).filing_id, by)
    change = ClockChange.objects.select_for_update(of=("self",)).get(pk=change_id)
    if change.kind != K.SUSPEND or change.state != S.GRANTED or change.last:
        raise Refused("这项期限变动没有在中止中。")
    if last < change.first:
        raise Refused(f"恢复前的最后一天不能早于中止起日 {change.first}。")
    change.last = last
    change.save(update_fields=["last"])
    _recount(filing)
    _record(filing, "suspend_ended", str(change), by)
    return change


def _reviewable(filing_id: int, by) -> Filing:
    """The filing, locked, for its bureau; an unsubmitted draft too, because the deadline runs before it is submitted."""
    filing = locked(filing_id)
    access.require(by, "review_filings", filing.authority or "filing")
    if filing.applicant_id in access.institutions_of(by, "edit_filing"):
        raise Refused("您是申报单位的经办人，不能决定本单位的期限。")
    return filing


def _new(filing: Filing, kind: str, ground: str, first, last, workdays, by) -> ClockChange:
    """A change that makes sense for the case, not yet saved."""
    if filing.status in Filing.FINISHED:
        raise Refused(f"备案当前为“{filing.status_label}”，期限不再变动。")
    read = clock.read(filing)
    if read.rule is None or filing.founded_on is None:
        raise Refused("这件备案没有备案期限，或者尚未填写成立日期。")
    ground = said(ground, "理由")
    if not ground:
        raise Refused("请写明理由。")
    if kind == K.EXTEND:
        if not workdays or not 1 <= workdays <= MOST_WORKDAYS:
            raise Refused(f"延长的工作日数应为 1 至 {MOST_WORKDAYS}。")
        return ClockChange(filing=filing, kind=kind, workdays=workdays, ground=ground, asked_by=by)
    if first is None:
        raise Refused("请填写中止的起日。")
    if first <= filing.founded_on:
        raise Refused(f"中止的起日应在成立日期 {filing.founded_on} 之后。")
    if last and last < first:
        raise Refused("中止的止日不能早于起日。")
    return ClockChange(filing=filing, kind=kind, first=first, last=last, ground=ground, asked_by=by)


def _grant(change: ClockChange, filing: Filing, by, note: str) -> None:
    change.state, change.decided_by, change.decided_at = S.GRANTED, by, timezone.now()
    change.decision_note = note
    change.save()
    _recount(filing)
    _record(filing, f"{change.kind}_granted", str(change), by)


def _recount(filing: Filing) -> None:
    filing.save(update_fields=clock.set_deadline(filing))


def _record(filing: Filing, action: str, note: str, by) -> None:
    event = FilingEvent.objects.create(
        filing=filing, action=action, from_status=filing.status, to_status=filing.status, note=note, by=by
    )
    transaction.on_commit(partial(clock_changed.send_robust, sender=Filing, event_id=event.pk))
