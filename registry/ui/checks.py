"""Judgements of the policy engine as the items of a check sheet (检查单)."""

from collections.abc import Mapping

from registry.policy.book import PLAN_ENDED
from registry.policy.check import find_check
from registry.policy.pack import HANDLINGS

from .library import register


def plain(value):
    """A piece of evidence as a person reads it: lists with 、, mappings as name and value, blanks as —."""
    if isinstance(value, Mapping):
        return "；".join(f"{name} {plain(part)}" for name, part in value.items())
    if isinstance(value, list | tuple | set | frozenset):
        return "、".join(plain(part) for part in value) or "—"
    if isinstance(value, bool):
        return "是" if value else "否"
    return "—" if value is None or value == "" else str(value)


@register.filter
def as_check(judgement):
    """`{% with check=judgement|as_check %}{% include "components/check_row.html" … %}`: what that row needs."""
    rule, verdict, method = judgement.rule, judgement.verdict, find_check(judgement.rule.spec.check)
    evidence = [(name, plain(value)) for name, value in verdict.evidence.items()]
    if verdict.missing:
        evidence.append(("缺少", plain(verdict.missing)))
    return {
        "verdict": verdict.outcome,
        "rule_id": rule.id,
        "headline": verdict.explanation,
        "quote": rule.spec.quote,
        "clause": rule.citation,
        "clause_url": "",
        "modality": rule.spec.modality,
        "handling": HANDLINGS[rule.spec.handling],
        "expired": PLAN_ENDED in rule.remarks,
        "evidence": evidence,
        "method": method.description if method else "",
        "cure": verdict.cure,
    }
