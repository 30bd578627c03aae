"""Panels of the decision bar: what each decision will do is said before it is made (决定的后果)."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from filing import consequences, transitions
from filing.models import Filing, ReviewMark


@dataclass(frozen=True)
class Case:
    """What the sentences of the panels are made from."""

    filing: Filing
    content: dict
    unsent: list[dict] = field(default_factory=list)
    unresolved: int = 0
    unmarked: int = 0
    marks: dict[str, ReviewMark] = field(default_factory=dict)
    undo_workdays: int = 0
    undo_until: date | None = None


def panels(case: Case, can: set[str], own: bool) -> list[dict[str, Any]]:
    """The decisions that this person may make now, each with its consequences and its field for the reason."""
    filing = case.filing
    offered = (
        [_withdraw(filing)]
        if own
        else [_refuse(filing), _send_back(case), _propose(case), _register(case), _revoke(case)]
    )
    return [panel for panel in offered if panel["action"] in can]


def _panel(
    action: str, title: str, lines: list[str], label: str, *, kind: str = "primary", **more
) -> dict[str, Any]:
    base = {"optional": False, "remarks": []}
    return {"id": action.replace("_", "-"), "action": action, "title": title, "lines": lines, "label": label,
            "kind": kind, **base, **more}  # fmt: skip


def _withdraw(filing: Filing) -> dict[str, Any]:
    lines = [f"撤回后编号 {filing.case_number} 不再使用，须重新建立备案。"] if filing.case_number else []
    return _panel("withdraw", "撤回", lines, "撤回理由", kind="danger", optional=not filing.case_number)


def _refuse(filing: Filing) -> dict[str, Any]:
    lines = [
        f"编号 {filing.case_number} 的备案就此办结，申报单位须重新申报。",
        "理由会通知申报单位，不登记任何内容。",
    ]
    word = transitions.label(filing, "refuse")
    return _panel("refuse", word, lines, f"{word}的理由", kind="danger")


def _send_back(case: Case) -> dict[str, Any]:
    lines = ["首次提交时间不变，补正不会使备案逾期。"]
    if case.filing.handle_by:
        lines.append("退回后办理期限停止计算，重新提交后从头计算。")
    unsent = case.unsent
    lines += [f"同时发出 {len(unsent)} 条意见："] if unsent else ["还没有对栏目提意见，请写明要补正的内容。"]
    return _panel("send_back", "退回补正", lines, "总体说明", optional=bool(unsent), remarks=unsent)


def _acceptance(case: Case) -> list[str]:
    lines = consequences.lines(case.filing, case.content)
    waived = sum(mark.decision == ReviewMark.Decision.WAIVED for mark in case.marks.values())
    approved = sum(mark.decision == ReviewMark.Decision.APPROVED for mark in case.marks.values())
    if waived or approved:
        lines.append(f"同时登记豁免 {waived} 项，同意偏离 {approved} 项。")
    if case.unresolved:
        lines.append(f"还有 {case.unresolved} 条意见没有了结，不影响备案。")
    if case.unmarked:
        lines.append(f"核对清单还有 {case.unmarked} 项没有核对，不影响备案。")
    return lines


def _propose(case: Case) -> dict[str, Any]:
    lines = [*_acceptance(case), "本机关备案须经复核：提出后由另一人复核备案。"]
    return _panel("propose", "初审同意", lines, "初审意见", optional=True)


def _register(case: Case) -> dict[str, Any]:
    word = transitions.label(case.filing, "register")
    undo = (
        f"{word}后 {case.undo_workdays} 个工作日内，可由另一人撤销。"
        if case.undo_workdays
        else "仅当日可由另一人撤销。"
    )
    return _panel("register", word, [*_acceptance(case), undo], "备注", optional=True)


def _revoke(case: Case) -> dict[str, Any]:
    filing = case.filing
    lines = [f"编号 {filing.registration_number} 保留并标明已撤销。", consequences.of_revoking(filing)]
    if case.undo_until:
        lines.append(f"撤销时限至 {case.undo_until}。经过和理由留存。")
    return _panel("revoke", transitions.label(filing, "revoke"), lines, "撤销理由", kind="danger")
