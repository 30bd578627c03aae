"""Reading a pack from TOML: every mistake is reported with file, rule and line, all of them at once.

A quote must stand in the stored text. Only white space is ignored in the comparison, because the texts break
lines inside words; every other character, wrong ones of the source included, must be the same.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from registry.policy import lifting
from registry.policy.check import BadParameter, all_checks, find_check
from registry.policy.guard import heavy_lines, unstorable
from registry.policy.pack import HANDLINGS, MODALITIES, PackSpec, RuleSpec, canonical
from registry.policy.shapes import check_document, check_facilities, check_rule, check_tables
from registry.policy.subjects import SUBJECTS
from registry.policy.toml_words import meant, told
from registry.policy.verdict import Outcome
from registry.policy.vocabulary import SCOPES, WORDS

STATUSES = ("formal", "trial", "placeholder")
QUOTE_LENGTH = 60
REQUIRED = ("id", "clause", "quote", "modality", "handling", "subject", "applies_to")
WANTED = {
    "id": "写明条款编号，如 SW-07。",
    "clause": "写明条文位置，如 三（一）2。",
    "quote": "从原文逐字引一句，最多 60 字。",
    "modality": f"写 {'、'.join(MODALITIES)} 之一。",
    "handling": f"写 {'、'.join(HANDLINGS)} 之一。",
    "subject": f"写 {'、'.join(SUBJECTS)} 之一。",
    "applies_to": "写明对谁的要求，如 城市医疗集团。",
}
TABLES = ("document", "vocabulary", "named", "rule")
DOCUMENT_REQUIRED = ("id", "title", "short_title", "issuer", "jurisdiction", "status")
_RULE_FIELDS = {field.name for field in fields(RuleSpec) if field.init} - {"pack", "vocabulary"}
_DOCUMENT_FIELDS = {field.name for field in fields(PackSpec)} - {"rules", "vocabulary", "named"}


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in a pack (政策包错误), at its line."""

    file: str
    line: int
    rule: str
    message: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}"
        return f"{where} {self.rule}：{self.message}" if self.rule else f"{where}：{self.message}"


class PackError(Exception):
    """A pack that must not be loaded, with every reason."""

    def __init__(self, problems: list[Problem]):
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


def read_pack(path: Path) -> PackSpec:
    """The pack in a file; PackError when it may not be loaded."""
    return _Reader(path.name, source_of(path), folder=path.parent).pack()


def source_of(path: Path) -> str:
    """The text of a pack's file, without the mark that some editors put before it."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise PackError(
            [Problem(path.name, line, "", "文件不是 UTF-8 编码。请在编辑器里另存为 UTF-8。")]
        ) from None


def read_source(name: str, source: str, text: str) -> PackSpec:
    """The pack in a text that was sent or edited, its quotes held against the text that was sent with it."""
    return _Reader(name, source, text=text).pack()


def line_of_rule(source: str, rule: str) -> int:
    """The line on which a rule says its id; 1 where there is none."""
    pattern = re.compile(rf'^\s*id\s*=\s*"{re.escape(rule)}"')
    lines = source.splitlines() if rule else []
    return next((number for number, line in enumerate(lines, 1) if pattern.match(line)), 1)


def line_naming(source: str, rule: str, name: str) -> int:
    """The line on which a rule names another thing in quotation marks; that of its id where it does not."""
    start, lines = line_of_rule(source, rule), source.splitlines()
    for number in range(start, len(lines)):
        if lines[number].strip() == "[[rule]]":
            break
        if f'"{name}"' in lines[number]:
            return number + 1
    return start


def line_of_key(source: str, key: str) -> int:
    """The first line on which a key stands; 1 where it does not."""
    return _line_in(source.splitlines(), key)


def _line_in(lines: list[str], key: str, start: int = 1, end: int | None = None) -> int:
    """The line on which a key stands, within a rule where one is given; else the line that begins it."""
    pattern = re.compile(rf'(^|[{{,\s])"?{re.escape(key)}"?\s*=|^\s*{re.escape(key)}\s*$')
    for number in range(start, (end or len(lines) + 1)):
        line = lines[number - 1]
        if not line.lstrip().startswith("#") and pattern.search(line):
            return number
    return start


def compact(text: str) -> str:
    """A text without its white space, as quotes are compared."""
    return re.sub(r"\s+", "", text)


class _Reader:
    def __init__(self, name: str, source: str, *, folder: Path | None = None, text: str = ""):
        self.name, self.source, self.folder, self.given_text = name, source, folder, text
        self.lines = source.splitlines()
        self.words = ""  # the text without white space
        self.problems: list[Problem] = []

    def pack(self) -> PackSpec:
        if heavy := [Problem(self.name, line, "", why) for line, why in heavy_lines(self.source)]:
            raise PackError(heavy)
        try:
            data = tomllib.loads(self.source)
        except tomllib.TOMLDecodeError as error:
            line, message = told(error, self.source)
            raise PackError([Problem(self.name, line, "", message)]) from None
        except ValueError:  # a whole number of thousands of digits
            raise PackError([Problem(self.name, 1, "", "有一个整数太长，读不了。请改短。")]) from None
        except RecursionError:
            raise PackError(
                [Problem(self.name, 1, "", "括号嵌套太深。把名单写成 [[named.名单]]。")]
            ) from None
        if why := unstorable(data):
            raise PackError([Problem(self.name, 1, "", why)])
        check_tables(data, lambda key, message: self._add(self._line_of(key), "", message))
        if self.problems:
            raise PackError(self.problems)
        document = data.pop("document", {})
        vocabulary, named = data.pop("vocabulary", {}), data.pop("named", {})
        tables = data.pop("rule", [])
        for key in data:
            self._add(
                self._line_of(key),
                "",
                f"不认识的内容 {key}。{meant(key, TABLES)}只能有 {'、'.join(TABLES)}。",
            )
        self._document(document)
        if self.problems:
            raise PackError(self.problems)
        self._vocabulary(vocabulary)
        self._storable(named, self._line_of("[[named"))
        check_facilities(
            named.get("planned_facilities", []),
            lambda key, message: self._add(self._line_of("[[named.planned_facilities]]"), "", message),
        )
        text = self._text(document)
        self.words = compact(text)
        starts = [n for n, line in enumerate(self.lines, 1) if line.split("#")[0].strip() == "[[rule]]"]
        if len(starts) != len(tables):  # written in another style than [[rule]]: mistakes point at the file
            starts = [1] * len(tables)
        rules = [
            self._rule(table, start, end, document, vocabulary, named)
            for table, start, end in zip(tables, starts, [*starts[1:], len(self.lines) + 1], strict=False)
        ]
        self._once(tables, starts)
        lifting.check_named(
            named.get(lifting.NAMED, []),
            [rule.id for rule in rules if rule],
            lambda message: self._add(self._line_of(f"[[named.{lifting.NAMED}]]"), "", message),
        )
        if self.problems:
            raise PackError(self.problems)
        return PackSpec(
            **{key: tuple(value) if key == "parents" else value for key, value in document.items() if key != "text"},
            vocabulary=vocabulary, named=named, text=text, rules=tuple(rules),
        )  # fmt: skip

    def _storable(self, value: Any, line: int, rule: str = "") -> None:
        """Dates inside lists and tables have no JSON; they are written as texts."""
        try:
            canonical(value)
        except TypeError:
            self._add(line, rule, "名单和参数内部的日期应加引号，写成文字。")

    def _document(self, document: Mapping[str, Any]) -> None:
        check_document(document, lambda key, message: self._add(self._line_of(key), "", message))
        for key in DOCUMENT_REQUIRED:
            if not document.get(key):
                self._add(
                    self._line_of("[document]"), "", f'文件缺少 {key}。在 [document] 下补上 {key} = "…"。'
                )
        for key in document:
            if key not in _DOCUMENT_FIELDS:
                self._add(
                    self._line_of(key),
                    "",
                    f"文件没有 {key} 这一项。{meant(key, _DOCUMENT_FIELDS) or '请删去。'}",
                )
        if document.get("status", "formal") not in STATUSES:
            self._add(self._line_of("status"), "", f"status 只能是 {'、'.join(STATUSES)}。")

    def _vocabulary(self, vocabulary: Mapping[str, Mapping[str, str]]) -> None:
        for group, entries in vocabulary.items():
            if group not in WORDS:
                self._add(
                    self._line_of(f"[vocabulary.{group}]"),
                    "",
                    f"没有词表 {group}。{meant(group, WORDS)}可用的有 {'、'.join(WORDS)}。",
                )
                continue
            for chinese, code in entries.items():
                if code not in WORDS[group].values():
                    self._add(
                        self._line_of(chinese),
                        "",
                        f"词表 {group} 没有代码 {code}。可用的有 {'、'.join(WORDS[group].values())}。",
                    )

    def _text(self, document: Mapping[str, Any]) -> str:
        if document.get("status") == "placeholder":
            return ""
        if self.folder is None:
            if not self.given_text.strip():
                self._add(self._line_of("text"), "", "没有随附原文，无法核对引文。请把原文文本一并上传。")
            return self.given_text
        name = str(document.get("text", ""))
        path = self.folder / "texts" / Path(name).name
        if not name or not path.is_file():
            self._add(
                self._line_of("text"), "",
                f"没有原文文件，无法核对引文。把原文存为 texts/{name or '文件名.txt'}，并写明 text = \"文件名.txt\"。",
            )  # fmt: skip
            return ""
        try:
            return path.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError:
            self._add(self._line_of("text"), "", f"原文 texts/{path.name} 不是 UTF-8 编码。请另存为 UTF-8。")
            return ""

    def _rule(self, table, start: int, end: int, document, vocabulary, named) -> RuleSpec | None:
        rule = str(table.get("id", "（无编号）"))
        before = len(self.problems)

        def wrong(key: str, message: str) -> None:
            self._add(self._line_of(key, start, end), rule, message)

        check_rule(table, wrong)
        if len(self.problems) > before:
            return None
        for key in REQUIRED:
            if not table.get(key):
                wrong(key, f"缺少 {key}。{WANTED[key]}")
        for key in set(table) - _RULE_FIELDS:
            wrong(key, f"不认识的内容 {key}。{meant(key, _RULE_FIELDS) or '请删去。'}")
        self._citation(table, wrong)
        one_of = {
            "modality": MODALITIES, "handling": HANDLINGS, "subject": SUBJECTS, "scope": ("", *SCOPES),
            "unmet": ("", Outcome.FAIL, Outcome.DEVIATION, Outcome.REVIEW, Outcome.INFO),
        }  # fmt: skip
        for key, allowed in one_of.items():
            if table.get(key, next(iter(allowed))) not in allowed:
                wrong(key, f"{key} 只能是 {'、'.join(filter(None, allowed))}。")
        kinds = self._kinds(table, vocabulary, wrong)
        params = self._params(table, vocabulary, named, wrong)
        self._storable(params, self._line_of("params", start, end), rule)
        if len(self.problems) > before:
            return None
        values = dict(table) | {
            "kinds": kinds,
            "params": params,
            "pack": document.get("id", ""),
            "vocabulary": vocabulary,
        }
        values["scope"] = SCOPES.get(table.get("scope", ""), "")
        return RuleSpec.from_body(values)

    def _once(self, tables, starts: list[int]) -> None:
        """A number names one provision: the second one that bears it is the mistake."""
        first: dict[str, int] = {}
        for table, start in zip(tables, starts, strict=False):
            number, line = str(table.get("id", "")), self._line_of("id", start)
            if number in first:
                self._add(
                    line,
                    number,
                    f"条款编号重复，第 {first[number]} 行已经用过。一个编号只能用一次，请换一个。",
                )
            elif number:
                first[number] = line

    def _citation(self, table, wrong) -> None:
        quote = str(table.get("quote", ""))
        if len(quote) > QUOTE_LENGTH:
            wrong("quote", f"引文有 {len(quote)} 字，超过 {QUOTE_LENGTH} 字。只引最要紧的一句。")
        if quote and self.words and compact(quote) not in self.words:
            wrong("quote", "引文不在所存原文中。请从原文逐字复制，标点也要一样。")

    def _kinds(self, table, vocabulary, wrong) -> tuple[str, ...]:
        known = WORDS["consortium_kind"] | vocabulary.get("consortium_kind", {})
        for chinese in table.get("kinds", ()):
            if chinese not in known:
                wrong(
                    "kinds",
                    f"不认识的医联体类型 {chinese}。可用的有 {'、'.join(known)}；本地叫法写进 [vocabulary.consortium_kind]。",
                )
        return tuple(known[chinese] for chinese in table.get("kinds", ()) if chinese in known)

    def _params(self, table, vocabulary, named, wrong) -> dict[str, Any]:
        name, given = table.get("check", ""), table.get("params", {})
        if not name:
            if given:
                wrong("params", "没有判定方法，却有参数。写明 check，或删去 params。")
            return {}
        check = find_check(name)
        if check is None:
            wrong("check", f"没有判定方法 {name}。{meant(name, all_checks())}可用的见 docs/provisions.md。")
            return {}
        if table.get("subject") not in check.subjects:
            known = "、".join(check.subjects)
            wrong(
                "check",
                f"判定方法 {name} 的对象是 {known}，条款的对象是 {table.get('subject')}。改 subject，或换一种判定方法。",
            )
        try:
            return check.bind(given, vocabulary, named)
        except BadParameter as error:
            wrong(error.name, str(error))
            return {}

    def _add(self, line: int, rule: str, message: str) -> None:
        self.problems.append(Problem(self.name, line, rule, message))

    def _line_of(self, key: str, start: int = 1, end: int | None = None) -> int:
        return _line_in(self.lines, key, start, end)
