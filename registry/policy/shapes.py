"""What a pack must look like before its content is read (政策包的结构): tables, texts, lists and lengths."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from registry.plausible import EARLIEST, LATEST

DATES = ("issued_on", "effective_from", "effective_to", "plan_from", "plan_to")
DOCUMENT_TEXTS = {
    "id": 40, "title": 200, "short_title": 40, "number": 60, "issuer": 100, "jurisdiction": 12, "status": 11,
    "note": 2000, "text": 80,
}  # fmt: skip
RULE_TEXTS = {
    "id": 20, "clause": 60, "quote": 200, "modality": 4, "handling": 12, "subject": 20, "applies_to": 200,
    "scope": 10, "check": 60, "unmet": 12, "topic": 60, "refers_to": 40, "needs": 2000, "logic": 2000,
}  # fmt: skip
FACILITY_TEXTS = dict.fromkeys(("name", "designer", "builder", "funder", "operator"), 100) | {
    "mode": 20, "state": 20,
}  # fmt: skip
RULE_LISTS = ("kinds", "adds", "replaces", "exempts")
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_NUMBER = re.compile(r"[A-Za-z0-9]+(-[A-Za-z0-9]+)*")

Wrong = Callable[[str, str], None]


def check_tables(data: Mapping[str, Any], wrong: Wrong) -> None:
    """[document], [vocabulary.*], [[named.*]] and [[rule]] are what they are called."""
    if not isinstance(data.get("document", {}), dict):
        wrong("document", "[document] 应是一个表")
    vocabulary = data.get("vocabulary", {})
    if not isinstance(vocabulary, dict) or not all(
        isinstance(words, dict) and all(isinstance(code, str) for code in words.values())
        for words in vocabulary.values()
    ):
        wrong("vocabulary", "[vocabulary.词表] 下每一行应是 “词” = “代码”")
    named = data.get("named", {})
    entries = named.values() if isinstance(named, dict) else [None]
    if not all(
        isinstance(listed, list) and all(isinstance(one, dict) and _text(one.get("name")) for one in listed)
        for listed in entries
    ):
        wrong("named", "[[named.名单]] 的每一项应有 name")
    rules = data.get("rule", [])
    if not isinstance(rules, list) or not all(isinstance(rule, dict) for rule in rules):
        wrong("rule", "条款应写成 [[rule]]")


def check_facilities(entries: Any, wrong: Wrong) -> None:
    """Planned facilities go into a register of their own, whose columns have lengths."""
    for entry in entries if isinstance(entries, list) else ():
        for key, most in FACILITY_TEXTS.items():
            _check_text(entry, key, most, wrong)
        for key in ("also", "consulted"):
            if not _texts(entry.get(key, [])):
                wrong(key, f'{key} 应是一列文字，如 ["甲", "乙"]')
        if _texts(entry.get("consulted", [])) and len("、".join(entry.get("consulted", []))) > 200:
            wrong("consulted", "会商单位合起来超过 200 字")
    names = [entry.get("name") for entry in entries] if isinstance(entries, list) else []
    for name in sorted({str(one) for one in names if names.count(one) > 1}):
        wrong("name", f"规划设施 {name} 写了两次。删去一个。")


def check_document(document: Mapping[str, Any], wrong: Wrong) -> None:
    """Texts are texts of a length that can be kept, dates are days."""
    for key, most in DOCUMENT_TEXTS.items():
        _check_text(document, key, most, wrong)
    for key in DATES:
        if key in document and type(document[key]) is not date:
            wrong(key, f"{key} 应为日期，如 2018-12-28，不加引号")
        elif key in document and not EARLIEST <= document[key] <= LATEST:
            wrong(key, f"{key} 应在 {EARLIEST} 到 {LATEST} 之间。请核对年份。")
    for begin, end in (("plan_from", "plan_to"), ("effective_from", "effective_to")):
        days = document.get(begin), document.get(end)
        if all(type(day) is date for day in days) and days[1] < days[0]:
            wrong(end, f"{end} 早于 {begin}。请核对这两个日期。")
    if not _texts(document.get("parents", [])):
        wrong("parents", "parents 应是文件标识的列表")
    if _text(document.get("id")) and not _SLUG.fullmatch(document["id"]):
        wrong("id", "文件标识只能用小写字母、数字和短横线，如 somewhere-2024")


def check_rule(rule: Mapping[str, Any], wrong: Wrong) -> None:
    """The same for a rule."""
    for key, most in RULE_TEXTS.items():
        _check_text(rule, key, most, wrong)
    for key in RULE_LISTS:
        if not _texts(rule.get(key, [])):
            wrong(key, f'{key} 应是一列文字，如 ["甲", "乙"]')
    if not isinstance(rule.get("params", {}), dict):
        wrong("params", "params 应是 { 参数 = 值 }")
    if _text(rule.get("id")) and not _NUMBER.fullmatch(rule["id"]):
        wrong("id", "条款编号只能用字母、数字和短横线，如 SW-07")


def _check_text(table: Mapping[str, Any], key: str, most: int, wrong: Wrong) -> None:
    if key not in table:
        return
    if not isinstance(table[key], str):
        wrong(key, f"{key} 应是文字，加引号")
    elif len(table[key]) > most:
        wrong(key, f"{key} 超过 {most} 字")


def _text(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


def _texts(value: Any) -> bool:
    return isinstance(value, list) and all(map(_text, value))
