"""Giving stored verdicts again from their receipts (按凭据重算), and saying where one does not come out the same."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date

from django.db import OperationalError

from evaluation.models import Finding
from registry.facts import NotRead
from registry.facts.codec import decode
from registry.models import Rule
from registry.policy.book import BoundRule
from registry.policy.check import Params, find_check
from registry.policy.engine import judge_one
from registry.policy.library import pack_of
from registry.policy.pack import RuleSpec
from registry.policy.receipts import code_version, record_facts
from registry.policy.subjects import facts_class
from registry.policy.verdict import Outcome, Verdict

BATCH = 500
TEXT_ONLY = "说明或依据的文字不同"


@dataclass(frozen=True, slots=True)
class Difference:
    """A verdict that does not come out again as it is stored, and in what it differs."""

    finding: Finding
    reason: str


@dataclass
class Rechecked:
    """How many verdicts were given again, how many of them by another version of the program, and what differs."""

    total: int = 0
    other_program: int = 0
    reasons: Counter = field(default_factory=Counter)


def recheck(findings: Iterable[Finding], result: Rechecked) -> Iterator[Difference]:
    """Give each verdict again; counts into `result`, yields the differences."""
    rules = _Rules()
    for finding in findings:
        result.total += 1
        result.other_program += finding.code_version != code_version()
        if reason := _difference(finding, rules):
            result.reasons[reason.partition("：")[0]] += 1
            yield Difference(finding, reason)


def _difference(finding: Finding, rules: "_Rules") -> str:
    """In what it differs; a receipt that is damaged can fail anywhere, and must not keep the others unread."""
    if finding.facts is None:
        return "没有保存事实"
    try:
        return _given_again(finding, rules)
    except OperationalError:
        raise  # the database is in trouble, not this receipt
    except Exception as error:
        return f"凭据读不出来：{type(error).__name__}（{error}）"


def _given_again(finding: Finding, rules: "_Rules") -> str:
    kind = facts_class(finding.facts.subject)
    facts = decode(kind, finding.facts.body)
    if record_facts(facts).digest != finding.facts_id:
        return "事实与摘要不符"
    if getattr(facts, "calendar_version", "") != finding.calendar_version:
        return "日历版本与事实不符"
    rule = rules.bound(finding.rule_id, finding.bound)
    if rule.spec.check and find_check(rule.spec.check) is None:
        return f"判定方法已不存在：{rule.spec.check}"
    exempting = [rules.bound(pk, finding.bound) for pk in finding.bound.get("exempting", ())]
    try:
        given = list(judge_one(facts, [*exempting, rule], finding.reference_date))
    except NotRead:
        return "现在的程序要用没有保存的事实"
    verdict = next((one.verdict for one in given if one.rule is rule), None)
    if verdict is None:
        return "条款现在不由程序判定"
    return _compare(finding, verdict)


def _compare(finding: Finding, again: Verdict) -> str:
    if str(again.outcome) != finding.verdict:
        return f"判定不同：存 {Outcome(finding.verdict).label}，算得 {again.label}"
    stored = (finding.explanation, finding.cure, finding.evidence, finding.missing)
    given = (again.explanation, again.cure, dict(again.evidence), list(again.missing))
    return "" if json.loads(json.dumps(given)) == list(stored) else TEXT_ONLY


class _Rules:
    """Stored rule versions as they bound on the day of a verdict; each is read once."""

    def __init__(self) -> None:
        self._rows: dict[int, tuple] = {}

    def bound(self, pk: int, bound: dict) -> BoundRule:
        if pk not in self._rows:
            row = Rule.objects.select_related("document").get(pk=pk)
            spec = RuleSpec.from_body(row.body)
            wording = Params({}, spec.vocabulary).words("consortium_kind", spec.kinds)
            self._rows[pk] = (spec, pack_of(row.document), wording)
        spec, pack, wording = self._rows[pk]
        begun = None if bound.get("undated") else pack.effective_from or date.min
        return BoundRule(
            spec,
            replace(pack, effective_from=begun),
            missing_parent=bound.get("parent", ""),
            kinds_wording=wording,
        )
