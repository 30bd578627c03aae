"""Following up what was found (整改跟踪): asked for by the authority, reported by who answers for it, closed with proof.

待整改 ──报送──▶ 待核验 ──核验销号──▶ 已销号
   ▲                │
   └────退回再改─────┘            撤销 leads from both to 已撤销
"""

import datetime as dt
from functools import partial

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone

from evaluation import answering, messages
from evaluation.models import Finding, Rectification, RectificationStep
from evaluation.models.compliance import OPEN_VERDICTS
from registry import access
from registry.errors import Refused
from registry.models import Authority, Institution
from registry.uploads import clean_name, receive

_State, _Act = Rectification.State, RectificationStep.Act
# Where each act leads from and to; who may do it stands in evaluation.answering.
MOVES: dict[str, tuple[tuple[str, ...], str | None]] = {
    _Act.REPORT: ((_State.ASKED,), _State.REPORTED),
    _Act.RETURN: ((_State.REPORTED,), _State.ASKED),
    _Act.EXTEND: ((_State.ASKED, _State.REPORTED), None),
    _Act.CLOSE: ((_State.ASKED, _State.REPORTED), _State.CLOSED),
    _Act.WITHDRAW: ((_State.ASKED, _State.REPORTED), _State.WITHDRAWN),
}


def may_ask(finding: Finding, user) -> bool:
    """Whether this person may have the finding put right: it stands, is open, and nobody is at it."""
    return (
        finding.stands
        and finding.snapshot_id is None
        and finding.verdict in OPEN_VERDICTS
        and access.covers(user, "run_compliance", finding.division)
        and not finding.rectifications.unfinished().exists()
    )


@transaction.atomic
def ask(*, finding: Finding, by, due_on: dt.date, text: str, unit: str = "") -> Rectification:
    """交办整改：a unit that answers for the finding is to put it right by a day.

    `unit` is one of the keys of `answering.units_for`; without it the likeliest is asked.
    """
    finding = Finding.objects.select_for_update(of=("self",)).select_related("division").get(pk=finding.pk)
    access.require(by, "run_compliance", finding.division)
    if not finding.stands or finding.snapshot_id is not None:
        raise Refused("这项判定已不再成立，无需整改。")
    if finding.verdict not in OPEN_VERDICTS:
        raise Refused("只有不符合、偏离、资料不足和需人工判断的判定可以交办整改。")
    _in_future(due_on)
    _said(text, "请写明整改要求。")
    units = answering.units_for(finding)
    if not units or (unit and unit not in units):
        raise Refused("所选的责任单位现在不能交办。请刷新页面，重新选择责任单位。")
    asked = units[unit or next(iter(units))]
    bureau = asked if isinstance(asked, Authority) else None
    try:
        with transaction.atomic():
            rectification = Rectification.objects.create(
                finding=finding,
                responsible=asked if isinstance(asked, Institution) else None,
                bureau=bureau,
                own_initiative=bureau is not None and answering.asks_itself(bureau, by),
                due_on=due_on,
                asked_by=by,
            )
    except IntegrityError:
        raise Refused("这项判定已经交办整改，还没有销号。") from None
    step = RectificationStep.objects.create(
        rectification=rectification, act=_Act.ASK, by=by, text=text, due_on=due_on
    )
    _announce(step)
    return rectification


@transaction.atomic
def report(rectification_id: int, *, by, text: str, proof: UploadedFile | None) -> Rectification:
    """报送整改：what the unit has done, with the file that proves it."""
    row = _locked(rectification_id, _Act.REPORT, by)
    _said(text, "请写明整改情况。")
    if proof is None:
        raise Refused("请上传证明材料，再报送整改。")
    return _move(row, _Act.REPORT, by, text, proof=proof)


@transaction.atomic
def send_back(rectification_id: int, *, by, text: str, due_on: dt.date) -> Rectification:
    """退回再改，with a day by which it is due."""
    row = _locked(rectification_id, _Act.RETURN, by)
    _said(text, "请写明退回的原因。")
    _in_future(due_on)
    row.due_on = due_on
    return _move(row, _Act.RETURN, by, text, due_on=due_on)


@transaction.atomic
def extend(rectification_id: int, *, by, text: str, due_on: dt.date) -> Rectification:
    """调整期限."""
    row = _locked(rectification_id, _Act.EXTEND, by)
    _said(text, "请写明调整期限的原因。")
    _in_future(due_on)
    row.due_on = due_on
    return _move(row, _Act.EXTEND, by, text, due_on=due_on)


@transaction.atomic
def close(rectification_id: int, *, by, text: str, proof: UploadedFile | None = None) -> Rectification:
    """核验销号: needs proof, which is the unit's file, one of the authority's own, or that the verdict is gone."""
    row = _locked(rectification_id, _Act.CLOSE, by)
    _said(text, "请写明核验情况。")
    if proof is None and row.finding.stands and row.state != _State.REPORTED:
        raise Refused("该判定仍然成立，也没有收到整改材料。请上传核验材料，或等责任单位报送后再销号。")
    row.closed_by, row.closed_at = by, timezone.now()
    return _move(row, _Act.CLOSE, by, text, proof=proof)


@transaction.atomic
def withdraw(rectification_id: int, *, by, text: str) -> Rectification:
    """撤销：it should not have been asked for."""
    row = _locked(rectification_id, _Act.WITHDRAW, by)
    _said(text, "请写明撤销的原因。")
    row.closed_by, row.closed_at = by, timezone.now()
    return _move(row, _Act.WITHDRAW, by, text)


def acts_of(row: Rectification, user) -> set[str]:
    """What this person may do with it now."""
    return {
        str(act)
        for act, (states, _) in MOVES.items()
        if row.state in states and answering.may(row, act, user)
    }


def require_state(row: Rectification, act: str) -> None:
    """Raise Refused where the act does not lead on from the state in which it is."""
    if row.state not in MOVES[act][0]:
        raise Refused(
            f"该整改事项{row.get_state_display()}，不能{RectificationStep.Act(act).label}。请刷新页面。"
        )


def _locked(pk: int, act: str, by) -> Rectification:
    rows = Rectification.objects.select_for_update(of=("self",))
    row = rows.select_related("finding__division", "responsible", "bureau").get(pk=pk)
    answering.require(row, act, by)
    require_state(row, act)
    return row


def _move(row: Rectification, act: str, by, text: str, *, due_on=None, proof=None) -> Rectification:
    row.state = MOVES[act][1] or row.state
    row.save(update_fields=["state", "due_on", "closed_by", "closed_at"])
    step = RectificationStep(rectification=row, act=act, by=by, text=text.strip(), due_on=due_on)
    if proof is not None:
        content = receive(proof)
        step.original_name = clean_name(proof.name, content.extension)
        step.content_type, step.sha256 = content.content_type, content.sha256
        step.file.save(step.original_name, proof, save=False)
    step.save()
    _announce(step)
    return row


def _announce(step: RectificationStep) -> None:
    transaction.on_commit(partial(messages.stepped, step.pk), robust=True)


def _said(text: str, refusal: str) -> None:
    if not text.strip():
        raise Refused(refusal)


def _in_future(day: dt.date) -> None:
    if day < timezone.localdate():
        raise Refused(f"整改期限 {day} 已经过去，请选今天或以后的日期。")
