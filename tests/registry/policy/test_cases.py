"""Every case of tests/cases, and that every decided provision has cases for what it can answer."""

import json
import tomllib
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from grids.facts import division
from registry.facts import consortium, institution
from registry.facts.codec import spell
from registry.policy.book import RuleBook
from registry.policy.check import all_checks, find_check
from registry.policy.engine import judge_one
from registry.policy.receipts import exempting_rules, receipt_of, recompute
from registry.policy.verdict import LABELS, Outcome
from tests.registry.policy.shipped import PACKS
from tests.registry.policy.words import BUILDERS, answered

FOLDER = Path(__file__).parents[2] / "cases"
DAY = date(2019, 6, 3)
BOOK = RuleBook(PACKS)
RULES = {spec.id: (pack, spec) for pack in BOOK.packs.values() for spec in pack.rules}
OUTCOMES = {label: outcome for outcome, label in LABELS.items()}


def _cases():
    for path in sorted(FOLDER.glob("*.toml")):
        for name, table in tomllib.loads(path.read_text(encoding="utf-8")).items():
            for rule in table.get("rules", [name]):
                for case in table["cases"]:
                    yield rule, {**table.get("base", {}), **case}


CASES = list(_cases())


def _judgement(rule: str, case: dict):
    pack, spec = RULES[rule]
    day = case.get("on", max(DAY, pack.effective_from or DAY))
    facts = BUILDERS[spec.subject](case)
    if "answer" in case:
        facts = answered(facts, spec, case, day)
    found = judge_one(facts, BOOK.rules_for((pack.jurisdiction,), day), day)
    return next(judgement for judgement in found if judgement.rule.id == rule)


@pytest.mark.parametrize(("rule", "case"), CASES, ids=[f"{rule} {case['when']}" for rule, case in CASES])
def test_case(rule, case):
    judgement = _judgement(rule, case)
    verdict = judgement.verdict
    assert verdict.label == case["expect"], verdict.explanation
    assert case.get("says", "") in verdict.explanation
    if "missing" in case:
        assert list(verdict.missing) == case["missing"]
    if verdict.outcome is Outcome.INSUFFICIENT:
        assert verdict.missing
    assert not verdict.explanation.endswith(("。", "，"))
    # Evidence is stored in the spelling of facts, which must be the JSON that it is read back as.
    assert json.loads(spell(verdict.evidence)) == json.loads(json.dumps(dict(verdict.evidence)))


@pytest.mark.parametrize(
    ("rule", "case"), CASES[::5], ids=[f"{rule} {case['when']}" for rule, case in CASES[::5]]
)
def test_the_verdict_is_given_again_from_its_receipt(rule, case):
    judgement = _judgement(rule, case)
    exempting = exempting_rules(judgement.rule, _together(judgement))
    assert recompute(receipt_of(judgement), judgement.rule, *exempting) == judgement.verdict


PARTS = {"consortium": consortium.PARTS, "institution": institution.PARTS, "division": division.PARTS}
IN_PARTS = [(rule, case) for rule, case in CASES if RULES[rule][1].subject in PARTS]


@pytest.mark.parametrize(
    ("rule", "case"), IN_PARTS, ids=[f"{rule} {case['when']}" for rule, case in IN_PARTS]
)
def test_a_check_reads_no_part_that_it_does_not_declare(rule, case):
    judgement = _judgement(rule, case)
    spec, facts = judgement.rule.spec, judgement.facts
    undeclared = PARTS[spec.subject] - find_check(spec.check).reads - {"members"}
    part = replace(facts, unread=tuple(sorted(undeclared)))
    own = [bound for bound in _together(judgement) if bound.id == rule]
    assert [one.verdict for one in judge_one(part, own, judgement.as_of)] == [
        one.verdict for one in judge_one(facts, own, judgement.as_of)
    ]


def _together(judgement):
    return BOOK.rules_for((judgement.rule.pack.jurisdiction,), judgement.as_of)


def _has_cases_here(spec) -> bool:
    """Checks over what is drawn on the map have theirs in tests/grids/test_checks.py."""
    module = find_check(spec.check).function.__module__
    return not module.startswith("grids.checks.") or module == "grids.checks.places"


DECIDED = sorted(rule for rule, (_, spec) in RULES.items() if spec.decided and _has_cases_here(spec))
ONLY_SHOWN = {"remote_inside", "size_of_lead", "document_in_force", "permission"}


@pytest.mark.parametrize("rule", DECIDED)
def test_every_decided_provision_has_cases(rule):
    outcomes = {OUTCOMES[case["expect"]] for name, case in CASES if name == rule}
    spec = RULES[rule][1]
    only_shown = spec.check in ONLY_SHOWN or spec.params.get("shown_only")
    assert len(outcomes) >= (1 if only_shown else 2)


def test_every_check_is_used_by_a_provision():
    used = {spec.check for _, spec in RULES.values()}
    assert {name for name, check in all_checks().items() if set(check.subjects) & set(BUILDERS)} <= used
