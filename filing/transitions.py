"""The moves of a filing (备案流转): a table, and one function a move.

Each locks the row before its state is read, so that two people cannot both win; asks for the permission again,
whoever calls; holds the version that the person saw against the one that stands; saves; records the event; and
announces after commit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial, reduce, wraps
from operator import or_
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from filing import (
    acceptance,
    assessment,
    checklist,
    clock,
    completeness,
    delegation,
    editing,
    limits,
    numbering,
    second,
    signing,
    snapshots,
)
from filing.models import CheckSheet, Filing, FilingEvent, FilingMember, FilingSection, Material, Remark
from filing.signals import filing_moved
from registry import access, audit
from registry.errors import Refused, Stale
from registry.texts import said

S = Filing.Status


@dataclass(frozen=True, slots=True)
class Move:
    """A row of the table: what the act is called, from which states it may be done, where it leads, who may."""

    label: str
    sources: frozenset[str]
    target: str
    permission: str


def _move(label: str, sources: Sequence[str], target: str, permission: str) -> Move:
    return Move(label, frozenset(sources), target, permission)


MOVES: dict[str, Move] = {
    "submit": _move("提交", [S.DRAFT, S.RETURNED], S.SUBMITTED, "edit_filing"),
    "withdraw": _move("撤回", [S.DRAFT, S.SUBMITTED, S.RETURNED, S.RECEIVED], S.WITHDRAWN, "edit_filing"),
    "receive": _move("受理", [S.SUBMITTED], S.RECEIVED, "review_filings"),
    "send_back": _move("退回补正", [S.SUBMITTED, S.RECEIVED], S.RETURNED, "review_filings"),
    "register": _move("备案", [S.RECEIVED], S.REGISTERED, "review_filings"),
    "refuse": _move("不予备案", [S.SUBMITTED, S.RECEIVED], S.REFUSED, "review_filings"),
    "revoke": _move("撤销备案", [S.REGISTERED], S.REVOKED, "review_filings"),
}
# What was brought in from existing records is put right by another import; only the bureau's own decisions remain.
IMPORTED_MOVES = frozenset({"receive", "register", "refuse"})
NOT_HERE = "这是导入的既有备案，请通过导入更正。"
FILER_MOVES = frozenset(name for name, move in MOVES.items() if move.permission == "edit_filing")
FILER_ACTS = FILER_MOVES | {"start", "prepare", "suspend_asked", "extend_asked"}


# What the moves of a prior approval are called (申请 → 审查 → 同意 | 不同意).
APPROVAL_WORDS = {
    "submit": "提交申请",
    "receive": "受理审查",
    "register": "同意",
    "refuse": "不同意",
    "revoke": "撤销同意",
}


def label(filing: Filing, action: str) -> str:
    """What a move is called for this kind of filing; empty for what is no move."""
    if filing.kind == Filing.Kind.APPROVAL and action in APPROVAL_WORDS:
        return APPROVAL_WORDS[action]
    return MOVES[action].label if action in MOVES else ""


# -- What every move shares ---------------------------------------------------------------------------------
def locked(filing_id: int) -> Filing:
    """The filing with its row locked until the transaction ends."""
    rows = Filing.objects.select_for_update(of=("self",)).select_related(
        "lead__division", "applicant", "authority__division", "consortium", "approval"
    )
    return rows.get(pk=filing_id)


def unit_of(filing: Filing, permission: str):
    """Where the permission must be held: at the hospital that files, or at the bureau filed with."""
    return filing.applicant if permission == "edit_filing" else filing.authority


def own_case(user, filing: Filing) -> str:
    """Why this person may not review this filing, or nothing: nobody reviews what he has filed himself."""
    if filing.applicant_id in access.institutions_of(user, "edit_filing"):
        return "您是申报单位的经办人，不能审查本单位的备案。"
    if filing.origin == Filing.Origin.IMPORTED:
        return ""
    if filing.created_by_id == user.pk or has_worked_on(user, filing):
        return "您办理过这件备案的申报，不能再由您审查。"
    return ""


def has_worked_on(user, filing: Filing) -> bool:
    """Whether the person has filed, prepared, or written any part of it that stands, for the hospital."""
    case = {"filing": OuterRef("pk")}
    traces = (
        FilingEvent.objects.filter(**case, by=user, action__in=FILER_ACTS),
        FilingSection.objects.filter(**case, saved_by=user),
        FilingMember.objects.filter(**case, saved_by=user),
        Material.objects.filter(**case, uploaded_by=user),
        Remark.objects.filter(**case, answered_by=user),
    )
    found = reduce(or_, (Exists(trace.order_by()) for trace in traces))
    return Filing.objects.filter(found, pk=filing.pk).exists()


def check_reviewer(user, filing: Filing):
    """Refuse what the person, or the one he stands in for, filed himself; answers the one he stands in for."""
    principal = delegation.check_principal(user, filing)
    if reason := own_case(user, filing):
        raise Refused(reason)
    if principal and own_case(principal, filing):
        raise Refused(f"委托人{principal}办理过这件备案的申报，您不能代为审查。")
    return principal


def why_not(filing: Filing, action: str, user, own: str | None = None) -> str:
    """Why this person cannot make this move now; nothing when he can. For the button that says so.

    ``own`` is what :func:`own_case` has answered already, where several moves are asked about.
    """
    move = MOVES[action]
    if filing.origin == Filing.Origin.IMPORTED and action not in IMPORTED_MOVES:
        return NOT_HERE
    if filing.status not in move.sources:
        return f"备案当前为“{filing.status_label}”，不能{label(filing, action)}。"
    unit = unit_of(filing, move.permission)
    if unit is None or not access.covers(user, move.permission, unit):
        return "您没有这项权限。"
    if move.permission == "review_filings" and (reason := own_case(user, filing) if own is None else own):
        return reason
    if action == "register":
        required = limits.settings_of(filing.authority).second_reviewer
        proposal = second.standing(filing) if required else None
        return second.why_not_register(filing, user, required=required, proposal=proposal)
    if action == "revoke":
        return second.why_not_revoke(filing, user) or limits.too_late_to_undo(filing)
    return signing.why_not_submit(filing, user) if action == "submit" else ""


def _begin(filing_id: int, action: str, by, version: int | None) -> Filing:
    filing, move = locked(filing_id), MOVES[action]
    if filing.origin == Filing.Origin.IMPORTED and action not in IMPORTED_MOVES:
        raise Refused(NOT_HERE)
    access.require(by, move.permission, unit_of(filing, move.permission) or "filing")
    filing.principal = check_reviewer(by, filing) if move.permission == "review_filings" else None
    if filing.status not in move.sources:
        raise Refused(
            f"备案当前为“{filing.status_label}”，不能{label(filing, action)}。请刷新页面查看最新情况。"
        )
    if version is not None and version != filing.version:
        raise Stale("您打开页面以后，这件备案又有变动。请核对后重新办理。", filing)
    return filing


def _finish(
    filing: Filing, action: str, by, fields: Sequence[str] = (), note: str = "", **details: Any
) -> Filing:
    previous, filing.status = filing.status, MOVES[action].target
    filing.version += 1
    filing.save(update_fields=["status", "version", *fields])
    FilingEvent.objects.create(
        filing=filing,
        action=action,
        from_status=previous,
        to_status=filing.status,
        note=note,
        details=details,
        by=by,
        on_behalf_of=filing.principal,
    )
    transaction.on_commit(
        partial(filing_moved.send_robust, sender=Filing, filing_id=filing.pk, action=action)
    )
    return filing


def _freeze_sheet(filing: Filing, version, occasion: str) -> CheckSheet:
    return assessment.freeze(filing, version, occasion)


def _act(move):
    """One transaction, whose writes carry the person and the name of the act into the audit."""

    @wraps(move)
    def run(filing_id: int, *, by, **arguments: Any) -> Filing:
        if note := arguments.get("note"):
            arguments["note"] = said(note, "理由")
        with audit.acting(by, reason=MOVES[move.__name__].label), transaction.atomic():
            return move(filing_id, by=by, **arguments)

    return run


# -- The hospital's moves -----------------------------------------------------------------------------------
@_act
def submit(filing_id: int, *, by, version: int | None = None) -> Filing:
    """提交. The first one stops the clock and takes the case number; a later one answers a return."""
    filing = _begin(filing_id, "submit", by, version)
    left = {"authority": filing.authority_id, "number": filing.case_number, "holder": filing.held_by_id}
    written = editing.take_over(filing)
    if reason := signing.why_not_submit(filing, by):
        raise Refused(reason)
    if problems := completeness.problems(filing):
        raise Refused("提交前还须处理：" + "；".join(problems) + "。")
    now = timezone.now()
    first = filing.first_submitted_at is None
    filing.submitted_at = now
    filing.submissions += 1
    fields = [*written, "submitted_at", "submissions"]
    if first:
        filing.first_submitted_at = now
        fields.append("first_submitted_at")
    fields += editing.set_route(filing) + clock.set_deadline(filing)
    moved = not first and filing.authority_id != left["authority"]
    if (
        first or moved
    ):  # a series belongs to a bureau: the one that it now goes to has a number of its own for it
        filing.case_number = numbering.take_case_number(filing)
        fields.append("case_number")
    if moved:
        filing.held_by = filing.held_at = None
        fields += ["held_by", "held_at"]
    frozen = snapshots.freeze(filing, by=by, at=now)
    filing.sheet = _freeze_sheet(filing, frozen, CheckSheet.Occasion.SUBMISSION)
    fields += limits.set_limit(filing)
    return _finish(
        filing,
        "submit",
        by,
        [*fields, "sheet"],
        submission=filing.submissions,
        prepared_by=str(filing.prepared_by) if filing.prepared_by else "",
        **({"left": left} if moved else {}),
    )


@_act
def withdraw(filing_id: int, *, by, note: str, version: int | None = None) -> Filing:
    """撤回. A case number already given stays with the withdrawn case."""
    filing = _begin(filing_id, "withdraw", by, version)
    if filing.first_submitted_at and not note.strip():
        raise Refused("撤回已提交的备案须写明理由。")
    filing.unsent = {}  # it ends as it was submitted last
    return _finish(filing, "withdraw", by, ["unsent"], note=note.strip())


# -- The authority's moves ----------------------------------------------------------------------------------
@_act
def receive(filing_id: int, *, by, version: int | None = None) -> Filing:
    """受理: the papers are complete. Nothing about their content is decided by it."""
    filing = _begin(filing_id, "receive", by, version)
    filing.received_at, filing.received_by = timezone.now(), by
    return _finish(filing, "receive", by, ["received_at", "received_by"])


@_act
def send_back(filing_id: int, *, by, note: str = "", version: int | None = None) -> Filing:
    """退回补正: what is to be put right is said in remarks on fields, in the note, or in both."""
    filing = _begin(filing_id, "send_back", by, version)
    unsent = filing.remarks.filter(sent_at=None)
    if not note.strip() and not unsent.exists():
        raise Refused("退回补正须写明理由，或在栏目上提出意见。")
    sent = unsent.update(sent_at=timezone.now())
    filing.received_at = filing.received_by = filing.handle_by = None
    fields = ["received_at", "received_by", "handle_by"]
    return _finish(filing, "send_back", by, fields, note.strip(), remarks=sent)


@_act
def register(filing_id: int, *, by, note: str = "", version: int | None = None) -> Filing:
    """备案: the act of acceptance. The rules are run again; the register is written in the same transaction."""
    filing = _begin(filing_id, "register", by, version)
    clock_fields = clock.set_deadline(filing)
    frozen = filing.versions.filter(number=filing.submissions).first()
    frozen = frozen or snapshots.freeze(
        filing, by=by, at=timezone.now()
    )  # an imported case has no submission here
    sheet = _freeze_sheet(filing, frozen, CheckSheet.Occasion.REGISTRATION)
    blocks = assessment.read(filing, sheet).blocks + checklist.blocks(filing, frozen.content)
    if blocks:
        raise Refused(f"{label(filing, 'register')}前还须处理：" + "；".join(blocks) + "。")
    second.check_register(filing, by)
    filing.sheet = sheet
    filing.decided_at, filing.decided_by, filing.decision_note = timezone.now(), by, note.strip()
    filing.registered_on = timezone.localdate()
    filing.registration_number = numbering.take_registration_number(filing)
    filing.verification_code = numbering.new_verification_code()
    acceptance.write(filing, by=by)
    fields = [
        *clock_fields,
        "sheet",
        "decided_at",
        "decided_by",
        "decision_note",
        "registered_on",
        "registration_number",
        "verification_code",
        "consortium",
    ]
    return _finish(filing, "register", by, fields, note.strip(), number=filing.registration_number)


@_act
def refuse(filing_id: int, *, by, note: str, version: int | None = None) -> Filing:
    """不予备案, with the reasons."""
    filing = _begin(filing_id, "refuse", by, version)
    if not note.strip():
        raise Refused("不予备案须写明理由。")
    filing.decided_at, filing.decided_by, filing.decision_note = timezone.now(), by, note.strip()
    return _finish(filing, "refuse", by, ["decided_at", "decided_by", "decision_note"], note.strip())


@_act
def revoke(filing_id: int, *, by, note: str, version: int | None = None) -> Filing:
    """撤销备案: another person takes an acceptance back; the number stays with the case, marked."""
    filing = _begin(filing_id, "revoke", by, version)
    if reason := second.why_not_revoke(filing, by):
        raise Refused(reason)
    if not note.strip():
        raise Refused("撤销备案须写明理由。")
    limits.check_undo(filing)
    acceptance.take_back(filing, by=by)
    return _finish(filing, "revoke", by, note=note.strip())
