"""Panels of the decision bar: what each decision will do is said before it is made (决定的后果)."""

from typing import Any

from filing import consequences, transitions
from filing.models import Filing


def panels(
    filing: Filing, content: dict, can: set[str], unsent: list[dict], own: bool
) -> list[dict[str, Any]]:
    """The decisions that this person may make now, each with its consequences and its field for the reason."""
    offered = (
        [_withdraw(filing)]
        if own
        else [_refuse(filing), _send_back(unsent), _register(filing, content), _revoke(filing)]
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
    lines = [f"编号 {filing.case_number} 的备案就此办结，申报单位须重新申报。", "理由会通知申报单位。"]
    word = transitions.label(filing, "refuse")
    return _panel("refuse", word, lines, f"{word}的理由", kind="danger")


def _send_back(unsent: list[dict]) -> dict[str, Any]:
    lines = ["首次提交时间不变，补正不会使备案逾期。"]
    lines += [f"同时发出 {len(unsent)} 条意见："] if unsent else ["还没有对栏目提意见，请写明要补正的内容。"]
    return _panel("send_back", "退回补正", lines, "总体说明", optional=bool(unsent), remarks=unsent)


def _register(filing: Filing, content: dict) -> dict[str, Any]:
    word, lines = transitions.label(filing, "register"), consequences.lines(filing, content)
    return _panel("register", word, lines, "备注", optional=True)


def _revoke(filing: Filing) -> dict[str, Any]:
    lines = [f"编号 {filing.registration_number} 保留并标明已撤销。", consequences.of_revoking(filing)]
    return _panel("revoke", transitions.label(filing, "revoke"), lines, "撤销理由", kind="danger")
