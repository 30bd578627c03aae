"""What a document says of itself (文件自身的条款): decided from the pack as it is loaded, shown on the document."""

from registry.facts import document as _facts  # noqa: F401 (registers the facts of the subject)
from registry.policy.check import Param, check
from registry.policy.verdict import info


@check("document_in_force", subject="document", params={"says": Param(str, default="")})
def document_in_force(facts, p, as_of):
    """文件的施行日期、规划期和上位文件，随文件提示。"""
    parts = [
        f"自 {facts.effective_from} 起施行" if facts.effective_from else "文件未载日期，不据以判定是否逾期",
    ]
    if facts.plan_to:
        ended = "，规划期已满，条款仍给出判定并注明" if facts.plan_to < as_of else ""
        parts.append(f"规划期至 {facts.plan_to}{ended}")
    elif facts.effective_from:
        parts.append("没有规定期限")
    if facts.trial:
        parts.append("试行")
    if facts.missing_parents:
        parts.append(f"上位文件未载入：{'、'.join(facts.missing_parents)}，引用它们的条款判为资料不足")
    return info("；".join([*parts, *filter(None, [p.says])]))
