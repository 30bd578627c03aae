"""A pack (政策包): one policy document with its rules, as plain frozen values."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from registry.policy.check import find_check
from registry.policy.verdict import Outcome

MODALITIES = ("应当", "原则上", "鼓励", "可以", "不得", "目标")
HANDLINGS = {"check": "系统判定", "declaration": "申报判定", "checklist": "人工核对", "context": "随文展示"}
NATIONAL = "000000"
# What an unmet condition weighs unless the rule says otherwise (readings A14, A15).
WEIGHTS = {
    "应当": Outcome.FAIL,
    "不得": Outcome.FAIL,
    "目标": Outcome.FAIL,
    "原则上": Outcome.DEVIATION,
    "鼓励": Outcome.INFO,
    "可以": Outcome.INFO,
}


def digest(value: Any) -> str:
    """Sixteen hexadecimal digits that stand for the content of a JSON-able value."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()[:16]


def canonical(value: Any) -> str:
    """One spelling of a JSON-able value, whatever the order of its keys."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class RuleSpec:
    """条款：its words, whom it binds, and the check and parameters that decide it.

    ``unmet`` is the outcome when the condition is not met. ``replaces`` and ``exempts`` name other provisions: a
    replaced rule does not run where this one is in force; where this one touches a subject (answers INFO or PASS),
    the exempted rules do not apply to it. ``refers_to`` names the document whose text decides. ``vocabulary`` holds
    the document's own words, in which its verdicts are explained.
    """

    id: str
    pack: str
    clause: str
    quote: str
    modality: str
    handling: str
    subject: str
    applies_to: str
    kinds: tuple[str, ...] = ()
    scope: str = ""
    check: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    unmet: str = ""
    topic: str = ""
    adds: tuple[str, ...] = ()
    replaces: tuple[str, ...] = ()
    exempts: tuple[str, ...] = ()
    refers_to: str = ""
    needs: str = ""
    logic: str = ""
    vocabulary: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    _version: list[str] = field(default_factory=list, init=False, repr=False, compare=False)

    @property
    def weight(self) -> Outcome:
        return Outcome(self.unmet) if self.unmet else WEIGHTS[self.modality]

    @property
    def decided(self) -> bool:
        """Whether a check decides it; the others are shown, declared or put on a checklist."""
        return bool(self.check)

    @property
    def decides_lateness(self) -> bool:
        method = find_check(self.check) if self.check else None
        return bool(method and method.lateness)

    @property
    def version(self) -> str:
        """What stands for the whole rule; worked out once, for each line of each check sheet names it."""
        if not self._version:
            self._version.append(digest(self.body()))
        return self._version[0]

    def body(self) -> dict[str, Any]:
        """The whole rule as JSON-able values, from which :meth:`from_body` makes it again."""
        values = {name: value for name, value in asdict(self).items() if name != "_version"}
        return json.loads(json.dumps(values))

    @classmethod
    def from_body(cls, body: Mapping[str, Any]) -> "RuleSpec":
        lists = ("kinds", "adds", "replaces", "exempts")
        return cls(**{key: tuple(value) if key in lists else value for key, value in body.items()})


@dataclass(frozen=True, slots=True)
class PackSpec:
    """政策包：a document, its dates and words, and its rules in the order of the text."""

    id: str
    title: str
    short_title: str
    issuer: str
    jurisdiction: str
    status: str
    number: str = ""
    issued_on: date | None = None
    effective_from: date | None = None
    effective_to: date | None = None
    plan_from: date | None = None
    plan_to: date | None = None
    parents: tuple[str, ...] = ()
    note: str = ""
    vocabulary: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    named: Mapping[str, list] = field(default_factory=dict)
    text: str = ""
    rules: tuple[RuleSpec, ...] = ()

    @property
    def is_placeholder(self) -> bool:
        return self.status == "placeholder"

    @property
    def is_undated(self) -> bool:
        """Its own text carries no date: it applies, but never decides whether something was late."""
        return self.effective_from is None and not self.is_placeholder

    def in_force_on(self, day: date) -> bool:
        """Issued and not repealed; the end of a plan period does not end it."""
        begun = self.effective_from is None or self.effective_from <= day
        return begun and (self.effective_to is None or day < self.effective_to)

    def plan_ended_on(self, day: date) -> bool:
        """规划期已满."""
        return self.plan_to is not None and self.plan_to < day
