"""Cases in domain words: how each kind of subject is told, and an answer to an item that a rule asks for."""

from dataclasses import replace
from datetime import date
from typing import Any

from registry.facts import DeclarationFacts
from registry.policy.pack import RuleSpec
from tests.registry.policy.words.consortia import consortium, filing
from tests.registry.policy.words.institutions import single
from tests.registry.policy.words.places import campaign, division, document
from tests.registry.policy.words.shared import facility


def answered(facts: Any, spec: RuleSpec, case: dict, day: date) -> Any:
    """The facts with an answer to the item that the rule asks for, and of a kind or level that the rule binds."""
    given, key = case["answer"], spec.params["declaration"]
    if spec.kinds and not getattr(facts, "kind", ""):
        facts = replace(facts, kind=spec.kinds[0])
    if spec.subject == "division" and "level" not in case and spec.params.get("levels"):
        facts = replace(facts, level=spec.params["levels"][0])
    if not given:
        return facts
    options = spec.params.get("options", ())
    chosen = {"全部": options, "缺一项": options[1:], "一项": options[:1], "别的": ["其他"]}
    value = given.get("value", "有")
    words_of = {"有": "yes", "没有": "no"}
    declared = DeclarationFacts(
        value="、".join(chosen[value]) if value in chosen else words_of.get(value, value),
        evidenced=given.get("evidence", True),
        accepted={"已采信": True, "未采信": False}.get(given.get("state", "")),
        year=given.get("year", day.year - 1) if spec.params.get("yearly") else None,
        amounts=tuple(given.get("amounts", ())),
        earlier=tuple(given.get("earlier", ())),
        days=tuple(one or None for one in given.get("days", ())),
        reason=given.get("reason", ""),
    )
    return replace(facts, declarations={**facts.declarations, key: declared})


BUILDERS = {
    "consortium": consortium,
    "filing": filing,
    "institution": single,
    "division": division,
    "planned_facility": facility,
    "evaluation": campaign,
    "document": document,
}
