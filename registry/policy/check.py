"""Checks (判定方法): small pure functions over facts, registered by name with the parameters they take.

    @check("members_at_most", subject="consortium", params={"at_most": int})
    def members_at_most(facts, p, as_of): ...

A check never touches the database. Which provision uses it, and with which numbers, stands in the packs.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from types import SimpleNamespace
from typing import Any

from registry.plausible import EARLIEST, LATEST
from registry.policy.discovery import discover
from registry.policy.subjects import SUBJECTS
from registry.policy.verdict import Verdict
from registry.policy.vocabulary import WORDS, word

_REQUIRED = object()
LARGEST_NUMBER = 1_000_000  # no document counts further; nothing in them is counted below nought
_TYPES = {
    bool: "是否（true 或 false）", int: "整数（不加引号）", str: "文字（加引号）", list: "一列值（用方括号）",
    dict: "一组 名称 = 值（用花括号）", date: "日期（如 2018-12-28，不加引号）", float: "小数",
}  # fmt: skip


class BadParameter(ValueError):
    """A pack gives a check a parameter that it does not take (参数有误)."""

    def __init__(self, name: str, message: str):
        super().__init__(message)
        self.name = name


@dataclass(frozen=True, slots=True)
class Param:
    """A declared parameter: its type, the word list its values come from, and its default if it may be left out.

    ``words`` names a list of registry/policy/vocabulary.py: a pack writes Chinese words, the check sees codes.
    ``choices`` are the only texts that it may have, each with what it is called on a form.
    ``named`` takes the name of a list under [named] in the pack and receives its entries.
    """

    type: type
    words: str = ""
    named: bool = False
    default: Any = _REQUIRED
    choices: Mapping[str, str] = field(default_factory=dict)

    @property
    def required(self) -> bool:
        return self.default is _REQUIRED


class Params(SimpleNamespace):
    """What a check receives: its parameters by name, and the document's own words for what it tells a person."""

    def __init__(self, values: Mapping[str, Any], vocabulary: Mapping[str, Mapping[str, str]]):
        super().__init__(**values)
        self._vocabulary = vocabulary
        self._word: dict[tuple[str, str], str] = {}
        self._said: dict[tuple[str, tuple[str, ...], str], str] = {}

    def word(self, group: str, code: str) -> str:
        """The document's word for a code, or the common one: in Chongqing 省级 is called 市级."""
        asked = (group, code)
        if asked not in self._word:
            own = self._vocabulary.get(group, {})
            named = next((chinese for chinese, known in own.items() if known == code), None)
            self._word[asked] = named or word(group, code)
        return self._word[asked]

    def words(self, group: str, codes: Iterable[str], last: str = "、") -> str:
        """Several codes as words with 、 between them; ``last`` stands before the last one, e.g. 或."""
        asked = (group, tuple(codes), last)
        if asked not in self._said:
            every = list(dict.fromkeys(self.word(group, code) for code in asked[1]))
            self._said[asked] = last.join(filter(None, ["、".join(every[:-1]), every[-1]])) if every else ""
        return self._said[asked]


@dataclass(frozen=True, slots=True)
class Check:
    """A registered check. ``lateness`` marks one that decides whether an act was in time.

    ``subjects`` are the kinds of subject whose facts it can read: most checks know one, some ask only for what
    several kinds of facts have in common. ``reads`` names the parts of the facts that are read for it alone
    (registry/facts/parts.py).
    """

    name: str
    subjects: tuple[str, ...]
    params: Mapping[str, Param]
    function: Callable[[Any, Params, date], Verdict]
    lateness: bool
    reads: frozenset[str] = frozenset()

    @property
    def description(self) -> str:
        return (self.function.__doc__ or "").strip().splitlines()[0]

    def __call__(
        self,
        facts: Any,
        params: Mapping[str, Any],
        as_of: date,
        vocabulary: Mapping[str, Mapping[str, str]] | None = None,
    ) -> Verdict:
        return self.function(facts, Params(params, vocabulary or {}), as_of)

    def bind(
        self, given: Mapping[str, Any], words: Mapping[str, Mapping[str, str]], named: Mapping[str, list]
    ) -> dict[str, Any]:
        """The parameters as the check receives them: complete, checked, pack words turned into codes."""
        if unknown := sorted(set(given) - set(self.params)):
            raise BadParameter(
                unknown[0],
                f"判定方法 {self.name} 没有参数 {unknown[0]}。它的参数有 {'、'.join(self.params) or '（无）'}。",
            )
        bound = {}
        for name, param in self.params.items():
            if name not in given:
                if param.required:
                    raise BadParameter(
                        "params", f"判定方法 {self.name} 缺少参数 {name}。在 params 里写明 {name}。"
                    )
                bound[name] = param.default
                continue
            bound[name] = _value(name, given[name], param, words, named)
        return bound


def _value(name, value, param: Param, words, named) -> Any:
    if param.named:
        if not isinstance(value, str) or value not in named:
            raise BadParameter(
                name, f"参数 {name}：[named] 中没有 {value}。先用 [[named.{value}]] 列出名单。"
            )
        return named[value]
    if not _is(value, param.type):
        raise BadParameter(
            name,
            f"参数 {name} 应为{_TYPES.get(param.type, '另一种值')}，实为{_TYPES.get(type(value), '另一种值')}。",
        )
    if param.type is int and not 0 <= value <= LARGEST_NUMBER:
        raise BadParameter(name, f"参数 {name} 应在 0 到 {LARGEST_NUMBER} 之间，实为 {value}。")
    if param.type is date and not EARLIEST <= value <= LATEST:
        raise BadParameter(name, f"参数 {name} 应在 {EARLIEST} 到 {LATEST} 之间，实为 {value}。请核对年份。")
    if param.type is dict and not all(_is(one, list) and _are_texts(one) for one in value.values()):
        raise BadParameter(name, f'参数 {name} 的每一项应是一列文字，如 {{ 名称 = ["SW-07"] }}。')
    if param.type is list and not _are_texts(value):
        raise BadParameter(name, f'参数 {name} 应是一列文字，如 ["甲", "乙"]，不能有空的一项。')
    if param.required and value in ("", []):
        raise BadParameter(name, f"参数 {name} 是空的。请写明。")
    if param.choices:
        listed = value if isinstance(value, list) else [value]
        if value != param.default and (unknown := [one for one in listed if one not in param.choices]):
            allowed = "、".join(param.choices)
            raise BadParameter(name, f"参数 {name} 没有 {unknown[0]} 这一种，只能是 {allowed}。")
    if param.words:
        known = {**WORDS[param.words], **words.get(param.words, {})}
        known |= {code: code for code in WORDS[param.words].values()}
        values = value if isinstance(value, list) else [value]
        if unknown := [word for word in values if word not in known]:
            raise BadParameter(
                name, f"参数 {name}：不认识 {unknown[0]}，可用的词有 {'、'.join(WORDS[param.words])}。"
            )
        codes = [known[word] for word in values]
        return codes if isinstance(value, list) else codes[0]
    return value.isoformat() if isinstance(value, date) else value


def _is(value: Any, wanted: type) -> bool:
    """Of that very type: a truth value is no number, a point in time is no day."""
    return (
        isinstance(value, wanted)
        and not (wanted is int and isinstance(value, bool))
        and not isinstance(value, datetime)
    )


def _are_texts(values: Iterable[Any]) -> bool:
    return all(isinstance(one, str) and one.strip() for one in values)


_registered: dict[str, Check] = {}


def check(
    name: str,
    *,
    subject: str | tuple[str, ...],
    params: Mapping[str, type | Param] | None = None,
    lateness: bool = False,
    reads: Iterable[str] = (),
) -> Callable:
    """Register a pure function as the check of that name."""
    subjects = (subject,) if isinstance(subject, str) else subject
    if unknown := set(subjects) - set(SUBJECTS):
        raise ValueError(f"unknown subject {sorted(unknown)}")
    if name in _registered:
        raise ValueError(f"check {name} is registered twice")
    declared = {
        key: value if isinstance(value, Param) else Param(value) for key, value in (params or {}).items()
    }

    def register(function: Callable) -> Callable:
        _registered[name] = Check(name, subjects, declared, function, lateness, frozenset(reads))
        return function

    return register


def all_checks() -> Mapping[str, Check]:
    """Every check of every app, by name."""
    discover()
    return _registered


def find_check(name: str) -> Check | None:
    return all_checks().get(name)
