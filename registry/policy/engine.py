"""Judging (判定): rules over facts. Pure, so it runs unchanged over a draft, one consortium or a nation."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from registry.policy.book import PARENT_MISSING, BoundRule, RuleBook
from registry.policy.check import Params, find_check
from registry.policy.verdict import Outcome, Verdict, insufficient, not_applicable
from registry.policy.vocabulary import SCOPES

_TOUCHES = (Outcome.PASS, Outcome.INFO)


class Judgement(NamedTuple):
    """What one rule says about one subject on a day (判定结果)."""

    rule: BoundRule
    facts: Any
    verdict: Verdict
    as_of: date

    @property
    def sentence(self) -> str:
        """The explanation with its source, as one sentence for a reader."""
        remarks = f"（{'；'.join(self.rule.remarks)}）" if self.rule.remarks else ""
        return f"{self.verdict.explanation}，依据{self.rule.citation}{remarks}。"


def judge(subjects: Iterable[Any], rules: RuleBook | Sequence[BoundRule], as_of: date) -> Iterator[Judgement]:
    """Every decided rule of a subject's kind over every subject, streamed subject by subject.

    With a rule book, each subject is judged by the rules that bind its own place (``facts.ancestry``).
    """
    for facts in subjects:
        if isinstance(rules, RuleBook):
            yield from judge_decided(facts, rules.decided_for(facts.ancestry, as_of, facts.subject), as_of)
        else:
            yield from judge_one(facts, rules, as_of)


def judge_one(facts: Any, rules: Sequence[BoundRule], as_of: date) -> Iterator[Judgement]:
    """The decided rules of this kind of subject over one subject, exempting rules taken into account."""
    own = [rule for rule in rules if rule.spec.decided and rule.spec.subject == facts.subject]
    return judge_decided(facts, own, as_of)


def judge_decided(facts: Any, own: Sequence[BoundRule], as_of: date) -> Iterator[Judgement]:
    """The same where the rules are already known to be decided and to be about this kind of subject."""
    exempted: dict[str, BoundRule] = {}
    for rule in own:
        if rule.spec.exempts and _decide(rule, facts, as_of).outcome in _TOUCHES:
            exempted |= dict.fromkeys(rule.spec.exempts, rule)
    for rule in own:
        if exempted and (by := exempted.get(rule.id)):
            verdict = not_applicable(f"依{by.spec.clause}“{by.spec.quote}”，本条不适用", 豁免条款=by.id)
        else:
            verdict = verdict_of(rule, facts, as_of)
        yield Judgement(rule, facts, verdict, as_of)


def verdict_of(rule: BoundRule, facts: Any, as_of: date) -> Verdict:
    """The verdict of one rule, with the weight of its wording and a recorded waiver applied."""
    verdict = _decide(rule, facts, as_of)
    if verdict.outcome in (Outcome.FAIL, Outcome.DEVIATION):
        return _waived(rule, facts, as_of, verdict) or verdict
    return verdict


def _decide(rule: BoundRule, facts: Any, as_of: date, **replaced: Any) -> Verdict:
    spec = rule.spec
    if reason := _outside(rule, facts):
        return reason
    if rule.pack.is_undated and spec.decides_lateness:
        return insufficient("文件施行日期")
    check = find_check(spec.check)
    if check is None:
        raise LookupError(f"{spec.id}: no check {spec.check}")
    params = Params({**spec.params, **replaced}, spec.vocabulary) if replaced else rule.params
    verdict = check.function(facts, params, as_of)
    if rule.missing_parent and verdict.outcome is not Outcome.NA:  # whom it does not touch it still can tell
        return Verdict(
            Outcome.INSUFFICIENT, f"{PARENT_MISSING}：{rule.missing_parent}", missing=(rule.missing_parent,)
        )
    if verdict.outcome is Outcome.FAIL and spec.weight is not Outcome.FAIL:
        return verdict._replace(outcome=spec.weight)
    return verdict


def _outside(rule: BoundRule, facts: Any) -> Verdict | None:
    """Not applicable by kind or scope; INSUFFICIENT where the scope that would tell is blank."""
    spec = rule.spec
    if spec.kinds and facts.kind not in spec.kinds:
        if not facts.kind:
            return insufficient("医联体类型")
        return _only_for(rule.kinds_wording)
    if spec.scope and facts.scope != spec.scope:
        if not facts.scope:
            return insufficient("范围")
        scope = next(word for word, code in SCOPES.items() if code == spec.scope)
        return _only_for(f"{scope}的{rule.kinds_wording}")
    return None


@lru_cache(maxsize=500)
def _only_for(whom: str) -> Verdict:
    return not_applicable(f"本条只适用于{whom}")


def _waived(rule: BoundRule, facts: Any, as_of: date, verdict: Verdict) -> Verdict | None:
    for waiver in getattr(facts, "waivers", ()):
        if waiver.rule != rule.id or waiver.granted_on > as_of or (waiver.until and waiver.until < as_of):
            continue
        if waiver.replaced and _decide(rule, facts, as_of, **waiver.replaced).outcome is not Outcome.PASS:
            continue
        grounds = {
            "批准人": waiver.granted_by,
            "批准日期": waiver.granted_on.isoformat(),
            "批准文件": waiver.document,
        }
        word = "豁免" if waiver.kind == "waiver" else "批准偏离"
        return Verdict(
            Outcome.WAIVED if waiver.kind == "waiver" else verdict.outcome,
            f"{verdict.explanation}，已由{waiver.granted_by}于 {waiver.granted_on:%Y-%m-%d} {word}（{waiver.reason}）",
            {
                **verdict.evidence,
                word: grounds | {"理由": waiver.reason, "替代条件": dict(waiver.replaced)},
            },
        )
    return None
