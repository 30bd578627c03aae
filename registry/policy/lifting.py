"""Who may lift a rule (豁免权限): the bureau of the level that made it, one above, or a lower level that it names.

A document names a lower level for some of its rules in its list `[[named.waived_by]]`:

    [[named.waived_by]]
    level = "区县级"
    rules = ["XX-12"]

A rule of the state is lifted by the province at the lowest: there is no bureau above it here.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from registry.policy.pack import NATIONAL
from registry.policy.vocabulary import DIVISION_LEVELS

NAMED = "waived_by"
DEPTH = {"省级": 1, "地市级": 2, "区县级": 3}  # codes in the path of a place of that level


@dataclass(frozen=True, slots=True)
class Level:
    """The place whose bureau may lift a rule, by its path, and who that is in words."""

    path: str
    words: str


def lifting_level(
    provision: str, jurisdiction: str, issuer: str, named: Mapping[str, Any], path: str
) -> Level:
    """Who may lift a rule of a document for a subject that stands at the end of a path of division codes."""
    codes = [code for code in path.split("/") if code]
    words = [entry["level"] for entry in named.get(NAMED, ()) if provision in entry["rules"]]
    if words:
        depth = max(DEPTH[word] for word in words)
        word = next(word for word in words if DEPTH[word] == depth)
        return Level(_path(codes[:depth]), f"{word}卫生健康行政部门或其上级")
    if jurisdiction == NATIONAL or jurisdiction not in codes:
        return Level(_path(codes[:1]), "省级卫生健康行政部门")
    return Level(_path(codes[: codes.index(jurisdiction) + 1]), f"{issuer}或其上级")


def _path(codes: Iterable[str]) -> str:
    return f"/{'/'.join(codes)}/"


def check_named(entries: Any, provisions: Iterable[str], complain: Callable[[str], None]) -> None:
    """What is wrong with a document's list, in words."""
    known = set(provisions)
    for entry in entries if isinstance(entries, list) else [entries]:
        if not isinstance(entry, Mapping) or entry.get("level") not in DIVISION_LEVELS:
            complain(f"[[named.{NAMED}]] 须写 level，可用的词有 {'、'.join(DIVISION_LEVELS)}。")
        elif not isinstance(entry.get("rules"), list) or not entry["rules"]:
            complain(f"[[named.{NAMED}]] 须写 rules，列出条款编号。")
        elif unknown := [rule for rule in entry["rules"] if rule not in known]:
            complain(f"[[named.{NAMED}]] 的 rules 中没有条款 {unknown[0]}。")
