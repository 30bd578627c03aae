"""What a reviewer writes beside a filing (审查): remarks on fields and marks on provisions; and the hospital's answers."""

from collections.abc import Callable
from functools import partial

from django.db import transaction
from django.utils import timezone

from filing import assessment, checklist, lifting, limits, second, transitions
from filing.editing import editable
from filing.form import form_of
from filing.models import Filing, FilingEvent, Remark, ReviewMark
from filing.signals import desk_changed, remarked
from registry import access
from registry.errors import Refused
from registry.texts import named, said


def reviewable(filing_id: int, *, by) -> Filing:
    """The filing, locked, that this person may review now."""
    filing = transitions.locked(filing_id)
    access.require(by, "review_filings", filing.authority or "filing")
    if filing.status not in Filing.WITH_AUTHORITY:
        raise Refused(f"备案当前为“{filing.status_label}”，不能写审查意见。")
    filing.principal = transitions.check_reviewer(by, filing)
    return filing


# -- Remarks ------------------------------------------------------------------------------------------------
@transaction.atomic
def add_remark(
    filing_id: int, *, section: str, field: str = "", text: str, provision: str = "", by
) -> Remark:
    """提意见 on a field or a whole section; it reaches the hospital with the next return."""
    filing = reviewable(filing_id, by=by)
    form = form_of(filing)
    if form.section(section) is None or (field and form.find(section, field) is None):
        raise Refused("备案表没有这一栏。")
    if not (text := said(text, "意见")):
        raise Refused("意见不能空白。")
    return Remark.objects.create(
        filing=filing,
        section=section,
        field=field,
        provision=provision,
        submission=filing.submissions,
        text=text,
        by=by,
        on_behalf_of=filing.principal,
    )


def _remark(remark_id: int, may: Callable[..., Filing], by) -> tuple[Remark, Filing]:
    """A remark and its filing, both locked, in the order of every other act: the filing first."""
    filing = may(Remark.objects.get(pk=remark_id).filing_id, by=by)
    rows = Remark.objects.select_for_update(of=("self",)).select_related("answered_by")
    return rows.get(pk=remark_id), filing


@transaction.atomic
def remove_remark(remark_id: int, *, by) -> Filing:
    """Take back a remark that has not been sent."""
    remark, filing = _remark(remark_id, reviewable, by)
    if remark.sent_at:
        raise Refused("这条意见已经发给申报单位，不能删除；可以了结。")
    remark.delete()
    return filing


@transaction.atomic
def resolve_remark(remark_id: int, *, by) -> Filing:
    """了结: the reviewer is content with the answer."""
    remark, filing = _remark(remark_id, reviewable, by)
    if remark.sent_at and remark.resolved_at is None:
        remark.resolved_by, remark.resolved_at = by, timezone.now()
        remark.save(update_fields=["resolved_by", "resolved_at"])
        _tell(remark, "resolved")
    return filing


@transaction.atomic
def answer_remark(remark_id: int, *, text: str, by) -> Filing:
    """答复: the hospital says at the field what it has done."""
    remark, filing = _remark(remark_id, editable, by)
    if remark.sent_at is None or remark.resolved_at:
        raise Refused("这条意见不需要答复。")
    if not (text := said(text, "答复")):
        raise Refused("答复不能空白。")
    if remark.answered_at and text != remark.answer:
        raise Refused(f"{remark.answered_by}已答复：“{remark.answer}”。您写的没有保存：“{text}”。")
    remark.answer, remark.answered_by, remark.answered_at = text, by, timezone.now()
    remark.save(update_fields=["answer", "answered_by", "answered_at"])
    return filing


def _tell(remark: Remark, act: str) -> None:
    transaction.on_commit(partial(remarked.send_robust, sender=Filing, remark_id=remark.pk, act=act))


# -- Marks --------------------------------------------------------------------------------------------------
@transaction.atomic
def set_mark(
    filing_id: int,
    provision: str,
    *,
    decision: str,
    note: str = "",
    approver: str = "",
    document: str = "",
    by,
) -> ReviewMark:
    """The reviewer's act on one line of the check sheet."""
    filing = reviewable(filing_id, by=by)
    item = checklist.find(filing, provision)
    basis, standing = (item.basis, item.mark) if item else _on_sheet(filing, provision, decision)
    if standing and standing.by_id != by.pk:
        said_so = standing.get_decision_display()
        raise Refused(f"{standing.by}已处理 {provision}：{said_so}。要改的，先在这一条上取消处理。")
    if item and decision not in dict(item.answers):
        raise Refused(f"{provision} 是人工核对事项，不能这样处理。")
    if decision == ReviewMark.Decision.WAIVED and (refusal := lifting.why_not(filing, provision, by)):
        raise Refused(refusal)
    note, approver, document = said(note, "理由"), named(approver), named(document)
    if decision not in (ReviewMark.Decision.MET, ReviewMark.Decision.UNCONCERNED) and not note:
        raise Refused("须写明理由。")
    if decision in (ReviewMark.Decision.APPROVED, ReviewMark.Decision.WAIVED) and not approver:
        raise Refused("须写明批准人。")
    if decision == ReviewMark.Decision.WAIVED and not document:
        raise Refused("豁免须写明批准文件。")
    values = {"decision": decision, "note": note, "approver": approver, "document": document}
    for name in ("approver", "document"):
        column = ReviewMark._meta.get_field(name)
        if len(values[name]) > column.max_length:
            raise Refused(f"{column.verbose_name}最多 {column.max_length} 个字。")
    mark, _ = ReviewMark.objects.update_or_create(
        filing=filing,
        provision=provision,
        defaults=values | {"basis": basis, "by": by, "on_behalf_of": filing.principal},
    )
    return mark


def _on_sheet(filing: Filing, provision: str, decision: str) -> tuple[str, ReviewMark | None]:
    """What a mark on a line of the check sheet is about, if that line can be answered so, and the mark that stands."""
    row = assessment.live(filing).row(provision)
    if row is None:
        raise Refused(f"检查单和核对清单都没有 {provision}。")
    allowed = {code for code, _ in row.answers} | ({row.mark.decision} if row.mark else set())
    if decision not in allowed:
        raise Refused(f"{provision} 现为“{row.verdict.label}”，不能这样处理。")
    return assessment.basis_of_line(row.receipt, decision), row.mark


@transaction.atomic
def clear_mark(filing_id: int, provision: str, *, by) -> Filing:
    """Take the act back."""
    filing = reviewable(filing_id, by=by)
    filing.marks.filter(provision=provision).delete()
    return filing


# -- Two persons --------------------------------------------------------------------------------------------
@transaction.atomic
def propose(filing_id: int, *, note: str = "", by) -> Filing:
    """初审同意: the first of two persons proposes the registration; nothing is decided by it."""
    filing = reviewable(filing_id, by=by)
    if not limits.settings_of(filing.authority).second_reviewer:
        raise Refused(f"{filing.authority}的备案不须复核，可以直接备案。")
    if filing.status != Filing.Status.RECEIVED:
        raise Refused("受理以后才能提出初审意见。")
    content = checklist.content_under_review(filing)
    if blocks := assessment.live(filing).blocks + checklist.blocks(filing, content):
        raise Refused("提出初审意见前还须处理：" + "；".join(blocks) + "。")
    if second.standing(filing):
        raise Refused("已有初审意见，等待复核。")
    event = FilingEvent.objects.create(
        filing=filing,
        action=second.ACTION,
        from_status=filing.status,
        to_status=filing.status,
        note=said(note, "说明"),
        details={"basis": second.basis(filing)},
        by=by,
        on_behalf_of=filing.principal,
    )
    transaction.on_commit(partial(desk_changed.send_robust, sender=Filing, event_id=event.pk))
    return filing
