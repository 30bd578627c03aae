"""Verdicts (判定): what a rule says about one subject, with the reason, the evidence and what is missing."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any, NamedTuple


class Outcome(StrEnum):
    """The eight answers that a rule can give."""

    PASS = "PASS"  # noqa: S105 (an answer, not a password)
    FAIL = "FAIL"
    DEVIATION = "DEVIATION"
    REVIEW = "REVIEW"
    WAIVED = "WAIVED"
    INFO = "INFO"
    INSUFFICIENT = "INSUFFICIENT"
    NA = "NA"

    @property
    def label(self) -> str:
        return LABELS[self]


LABELS = {
    Outcome.PASS: "符合",
    Outcome.FAIL: "不符合",
    Outcome.DEVIATION: "偏离",
    Outcome.REVIEW: "需人工判断",
    Outcome.WAIVED: "已豁免",
    Outcome.INFO: "提示",
    Outcome.INSUFFICIENT: "资料不足",
    Outcome.NA: "不适用",
}
MEANINGS = {
    Outcome.PASS: "条款要求已满足。",
    Outcome.FAIL: "条款要求未满足。",
    Outcome.DEVIATION: "“原则上”“主要”“重点”类要求未满足，须书面说明理由并由指定人员批准。",
    Outcome.REVIEW: "机器不能决定，须由审核人判断。",
    Outcome.WAIVED: "条款要求未满足，但主管部门已书面豁免。",
    Outcome.INFO: "只作提示，不计入符合或不符合。",
    Outcome.INSUFFICIENT: "缺少判定所需的资料。",
    Outcome.NA: "条款不适用于该对象。",
}


class Verdict(NamedTuple):
    """判定. ``explanation`` is one plain Chinese sentence without its full stop; ``cure`` says how to put it right."""

    outcome: Outcome
    explanation: str
    evidence: Mapping[str, Any] = MappingProxyType({})
    missing: tuple[str, ...] = ()
    cure: str = ""

    @property
    def label(self) -> str:
        return self.outcome.label

    def as_dict(self) -> dict[str, Any]:
        """The verdict as JSON-able values."""
        return {
            "outcome": str(self.outcome),
            "explanation": self.explanation,
            "evidence": dict(self.evidence),
            "missing": list(self.missing),
            "cure": self.cure,
        }


def passed(explanation: str, **evidence: Any) -> Verdict:
    """符合."""
    return Verdict(Outcome.PASS, explanation, evidence)


def unmet(explanation: str, cure: str = "", **evidence: Any) -> Verdict:
    """The condition is not met; the engine gives it the weight of its rule (不符合, 偏离, 需人工判断 or 提示)."""
    return Verdict(Outcome.FAIL, explanation, evidence, cure=cure)


def deviation(explanation: str, cure: str = "", **evidence: Any) -> Verdict:
    """偏离, whatever the weight of the rule."""
    return Verdict(Outcome.DEVIATION, explanation, evidence, cure=cure)


def review(explanation: str, cure: str = "", **evidence: Any) -> Verdict:
    """需人工判断."""
    return Verdict(Outcome.REVIEW, explanation, evidence, cure=cure)


def info(explanation: str, **evidence: Any) -> Verdict:
    """提示."""
    return Verdict(Outcome.INFO, explanation, evidence)


def not_applicable(explanation: str, **evidence: Any) -> Verdict:
    """不适用."""
    return Verdict(Outcome.NA, explanation, evidence)


def insufficient(*missing: str, **evidence: Any) -> Verdict:
    """资料不足; names the fields that are blank, in the words of the form."""
    fields = "、".join(missing)
    return Verdict(Outcome.INSUFFICIENT, f"缺少{fields}，无法判定", evidence, missing, f"补充{fields}")
