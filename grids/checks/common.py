"""What the checks of the grids share."""

from collections.abc import Iterable, Sequence
from datetime import date

from grids.facts import GridFacts, HolderFacts
from registry.policy.verdict import Verdict, insufficient, not_applicable

LEVELS = {"province": "省（市）", "city": "市（州）", "county": "区县"}
SHOWN = 30


def names(found: Iterable[str]) -> list[str]:
    """Names in a fixed order; a long list ends with its count."""
    every = sorted(dict.fromkeys(found))
    return every if len(every) <= SHOWN else [*every[: SHOWN - 1], f"{every[SHOWN - 1]}等共 {len(every)} 个"]


def few(found: Iterable[str]) -> str:
    """Three names for a sentence, and how many there are."""
    every = sorted(dict.fromkeys(found))
    return "、".join(every[:3]) + (f"等 {len(every)} 个" if len(every) > 3 else "")


def standing(holders: Iterable[HolderFacts], day: date) -> list[HolderFacts]:
    """Holders whose consortium still exists on the day."""
    return [h for h in holders if h.ended_on is None or h.ended_on > day]


def outside_level(facts, levels: Sequence[str]) -> Verdict | None:
    """Not applicable to places of another level."""
    if facts.level in levels:
        return None
    return not_applicable(f"本条以{'、'.join(LEVELS[level] for level in levels)}为单位判定")


def no_townships(facts) -> Verdict | None:
    """INSUFFICIENT while no township of the place is registered."""
    return None if facts.townships else insufficient("街道、乡镇名册")


def retired(facts: GridFacts) -> Verdict | None:
    """A grid that has been abolished is judged no more."""
    return not_applicable("网格已经撤销") if facts.retired else None
