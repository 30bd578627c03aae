"""Declared items (申报事项): what the rules that bind a subject ask its owner to state, each item once. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from registry.policy.book import BoundRule


@dataclass(frozen=True, slots=True)
class Item:
    """One item with every rule that it serves. ``options`` are ticked, ``labels`` take figures, ``days`` dates;
    an item with none of them is a statement."""

    key: str
    asks: str
    rules: tuple[BoundRule, ...]
    options: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    days: tuple[str, ...] = ()
    yearly: bool = False
    at_filing: bool = False
    may_not_apply: bool = False

    @property
    def is_statement(self) -> bool:
        return not (self.options or self.labels or self.days)


def items_for(rules: Iterable[BoundRule], subject: str, *, kind: str = "", level: str = "") -> list[Item]:
    """The items that rules ask of a consortium of a kind, or of a place of a level, in the order of the text."""
    asking: dict[str, list[BoundRule]] = {}
    for rule in rules:
        spec = rule.spec
        if spec.subject != subject or not spec.params.get("declaration") or "asks" not in spec.params:
            continue
        if (kind and spec.kinds and kind not in spec.kinds) or not _of_level(spec.params, level):
            continue
        asking.setdefault(spec.params["declaration"], []).append(rule)
    return [_item(key, tuple(found)) for key, found in asking.items()]


def _of_level(params, level: str) -> bool:
    return not level or not params.get("levels") or level in params["levels"]


def _item(key: str, rules: tuple[BoundRule, ...]) -> Item:
    params = [rule.spec.params for rule in rules]
    dated = [rule.spec.params for rule in rules if rule.spec.check == "declared_days"]

    def union(name: str, among) -> tuple[str, ...]:
        return tuple(dict.fromkeys(value for one in among for value in one.get(name, ())))

    return Item(
        key=key,
        asks=params[0]["asks"],
        rules=rules,
        options=union("options", params),
        labels=union("labels", [one for one in params if one not in dated]),
        days=union("labels", dated),
        yearly=any(one.get("yearly") for one in params),
        at_filing=any(one.get("asked") == "备案" for one in params),
        may_not_apply=any(one.get("may_not_apply") for one in params),
    )
