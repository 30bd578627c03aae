"""The rule book (规则汇编): which rules bind a place on a day, and where active rules contradict each other."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from registry.policy.check import Params
from registry.policy.pack import NATIONAL, PackSpec, RuleSpec

PLAN_ENDED = "规划期已满"
UNDATED = "文件未载日期"
PARENT_MISSING = "上位文件未载入"
PLACES_KEPT = (
    4000  # a nation has some 3,200 places with subjects; a worker that lives for weeks sees many days
)


@dataclass(frozen=True, slots=True)
class BoundRule:
    """A rule as it binds on a day: its document, the remarks to show with its verdicts, and what stands in its way.

    ``params`` are its parameters as its check receives them.
    """

    spec: RuleSpec
    pack: PackSpec
    remarks: tuple[str, ...] = ()
    missing_parent: str = ""
    kinds_wording: str = ""
    params: Params = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "params", Params(self.spec.params, self.spec.vocabulary))

    @property
    def id(self) -> str:
        return self.spec.id

    @property
    def citation(self) -> str:
        """Where it is written, e.g. 《重庆市医疗联合体建设规划》三(一)2."""
        return f"《{self.pack.short_title}》{self.spec.clause}"


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two rules of different documents on one topic, both in force, neither saying how it stands to the other."""

    topic: str
    rules: tuple[BoundRule, BoundRule]


class RuleBook:
    """All packs together. Pure: it can hold drafts as well as what is published."""

    def __init__(self, packs: Iterable[PackSpec]):
        self.packs = {pack.id: pack for pack in packs}
        self._bound: dict[tuple[tuple[str, ...], date], tuple[BoundRule, ...]] = {}
        self._of_place: dict[tuple[tuple[str, ...], date], tuple[BoundRule, ...]] = {}
        self._decided: dict[tuple[int, str], tuple[BoundRule, ...]] = {}

    def rules_for(self, ancestry: Sequence[str], on: date) -> tuple[BoundRule, ...]:
        """The rules of a place and of all above it that were in force on a day, higher documents first.

        ``ancestry`` holds division codes: those of the responsible authority's place and of its ancestors.
        """
        place = (tuple(ancestry), on)
        if place not in self._of_place:
            if len(self._of_place) >= PLACES_KEPT:
                self._of_place.clear()
            self._of_place[place] = self._rules_for(frozenset(ancestry) | {NATIONAL}, on)
        return self._of_place[place]

    def _rules_for(self, places: frozenset[str], on: date) -> tuple[BoundRule, ...]:
        packs = tuple(
            pack.id for pack in self.packs.values() if pack.jurisdiction in places and pack.in_force_on(on)
        )
        key = (packs, on)
        if key not in self._bound:
            self._bound[key] = self._bind([self.packs[pack] for pack in packs], on)
        return self._bound[key]

    def decided_for(self, ancestry: Sequence[str], on: date, subject: str) -> tuple[BoundRule, ...]:
        """Those of the rules of a place that a check decides on this kind of subject."""
        rules = self.rules_for(ancestry, on)
        key = (id(rules), subject)  # `rules` is kept by the book, so its id stays its own
        if key not in self._decided:
            self._decided[key] = tuple(
                rule for rule in rules if rule.spec.decided and rule.spec.subject == subject
            )
        return self._decided[key]

    def rule(self, provision: str, on: date) -> BoundRule | None:
        """One rule wherever it binds, with its remarks of a day."""
        for pack in self.packs.values():
            for spec in pack.rules:
                if spec.id == provision:
                    return self._bound_rule(spec, pack, on)
        return None

    def conflicts(self, ancestry: Sequence[str], on: date) -> list[Conflict]:
        """Pairs of active rules on one topic that disagree, for the administrator."""
        by_topic: dict[str, list[BoundRule]] = {}
        for rule in self.rules_for(ancestry, on):
            if rule.spec.topic:
                by_topic.setdefault(rule.spec.topic, []).append(rule)
        return [
            Conflict(topic, (first, second))
            for topic, rules in by_topic.items()
            for position, first in enumerate(rules)
            for second in rules[position + 1 :]
            if _disagree(first, second)
        ]

    def _bind(self, packs: list[PackSpec], on: date) -> tuple[BoundRule, ...]:
        packs = sorted(packs, key=lambda pack: (pack.jurisdiction.rstrip("0"), pack.id))
        rules = [self._bound_rule(spec, pack, on) for pack in packs for spec in pack.rules]
        replaced = {provision for rule in rules for provision in rule.spec.replaces}
        return tuple(rule for rule in rules if rule.id not in replaced)

    def _bound_rule(self, spec: RuleSpec, pack: PackSpec, on: date) -> BoundRule:
        remarks = [PLAN_ENDED] if pack.plan_ended_on(on) else []
        if pack.is_undated:
            remarks.append(UNDATED)
        parent = self.packs.get(spec.refers_to)
        missing = ""
        if spec.refers_to and (parent is None or parent.is_placeholder):
            missing = parent.number or parent.title if parent else spec.refers_to
        wording = Params({}, spec.vocabulary).words("consortium_kind", spec.kinds)
        return BoundRule(spec, pack, tuple(remarks), missing, wording)


def _disagree(first: BoundRule, second: BoundRule) -> bool:
    if first.pack.id == second.pack.id:
        return False
    related = {*first.spec.adds, *first.spec.replaces, *first.spec.exempts}
    back = {*second.spec.adds, *second.spec.replaces, *second.spec.exempts}
    if second.id in related or first.id in back:
        return False
    return (first.spec.check, first.spec.params) != (second.spec.check, second.spec.params)
