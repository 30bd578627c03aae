"""Receipts (判定凭据): enough to give the same verdict again years later."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from inspect import getsourcefile
from pathlib import Path
from typing import Any

from registry.facts.codec import decode, encode, spell
from registry.policy.book import BoundRule
from registry.policy.check import all_checks
from registry.policy.engine import Judgement, judge_one
from registry.policy.subjects import facts_class
from registry.policy.verdict import Verdict


@dataclass(frozen=True, slots=True)
class FactRecord:
    """The facts about a subject in one spelling, and the digest that stands for them."""

    digest: str
    subject: str
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Receipt:
    """Rule and version, facts, calendar and code version, day and verdict of one judgement."""

    rule: str
    rule_version: str
    facts: FactRecord
    as_of: date
    calendar_version: str
    code_version: str
    verdict: Mapping[str, Any]


def record_facts(facts: Any) -> FactRecord:
    """The facts in their canonical form. Store one row for a subject, however many rules have judged it."""
    digest, _ = spelled_facts(facts)
    return FactRecord(digest, facts.subject, encode(facts))


def spelled_facts(facts: Any) -> tuple[str, str]:
    """The digest that stands for the facts, and their body as JSON text in its one spelling."""
    body = spell(facts)
    text = f'{{"facts":{body},"subject":"{facts.subject}"}}'
    return hashlib.sha256(text.encode()).hexdigest(), body


def receipt_of(judgement: Judgement, facts: FactRecord | None = None) -> Receipt:
    """The receipt of a judgement; pass the record when several judgements share their facts."""
    return Receipt(
        rule=judgement.rule.id,
        rule_version=judgement.rule.spec.version,
        facts=facts or record_facts(judgement.facts),
        as_of=judgement.as_of,
        calendar_version=getattr(judgement.facts, "calendar_version", ""),
        code_version=code_version(),
        verdict=judgement.verdict.as_dict(),
    )


def recompute(receipt: Receipt, rule: BoundRule, *exempting: BoundRule) -> Verdict:
    """The verdict that the recorded rule gives on the recorded facts.

    ``exempting`` are the rules of the day that may exempt from this one (:func:`exempting_rules`); without them a
    verdict that rested on an exemption is not the same.
    """
    if rule.spec.version != receipt.rule_version:
        raise ValueError(f"{receipt.rule}: rule version {rule.spec.version} is not {receipt.rule_version}")
    facts = decode(facts_class(receipt.facts.subject), receipt.facts.body)
    found = judge_one(facts, [*exempting, rule], receipt.as_of)
    return next(judgement.verdict for judgement in found if judgement.rule is rule)


def exempting_rules(rule: BoundRule, rules: Iterable[BoundRule]) -> list[BoundRule]:
    """Those of the rules that bind together with this one which may exempt from it."""
    return [other for other in rules if rule.id in other.spec.exempts]


@cache
def code_version() -> str:
    """A digest of the source of every check and of the modules beside it."""
    sources = {Path(getsourcefile(check.function) or "") for check in all_checks().values()}
    shared = (Path(__file__).parent, Path(__file__).parent.parent / "facts")
    sources |= {path for folder in shared for path in folder.glob("*.py")}
    return hashlib.sha256(b"".join(path.read_bytes() for path in sorted(sources))).hexdigest()[:16]
