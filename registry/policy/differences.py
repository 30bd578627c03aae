"""What a draft changes (草稿与现行规定的差别), in the words of the packs themselves. Pure."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from registry.policy.param_words import param_word
from registry.policy.toml_edit import toml_value

ABSENT = "—"
WORDS = {
    "clause": "条文位置", "quote": "原文", "modality": "要求", "handling": "处理方式", "subject": "对象",
    "applies_to": "适用于", "kinds": "医联体类型", "scope": "范围", "check": "判定方法", "unmet": "未满足时",
    "topic": "主题", "adds": "补充", "replaces": "替代", "exempts": "豁免", "refers_to": "依据文件",
    "needs": "所需资料", "logic": "判定说明", "title": "标题", "short_title": "简称", "number": "文号",
    "issuer": "印发机关", "jurisdiction": "适用区划", "status": "状态", "issued_on": "印发日期",
    "effective_from": "施行日期", "effective_to": "失效日期", "plan_from": "规划期起", "plan_to": "规划期止",
    "parents": "上位文件", "note": "说明", "text": "原文文件",
}  # fmt: skip


@dataclass(frozen=True)
class Change:
    """One value that is another: where (a provision, blank for the document), which, before and after."""

    provision: str
    name: str
    before: str
    after: str


def differences(before: str, after: str) -> list[Change]:
    """The changes from one pack to another, document first, then rule by rule; a blank pack has nothing."""
    was, now = _tables(before), _tables(after)
    found = list(_changes("", was.get("document", {}), now.get("document", {})))
    for part, word in (("vocabulary", "用词"), ("named", "名单")):
        found += _changes("", was.get(part, {}), now.get(part, {}), word)
    old, new = ({rule["id"]: rule for rule in tables.get("rule", ())} for tables in (was, now))
    for provision in dict.fromkeys([*new, *old]):
        if provision not in old:
            found.append(Change(provision, "新增", ABSENT, new[provision].get("quote", "")))
        elif provision not in new:
            found.append(Change(provision, "删去", old[provision].get("quote", ""), ABSENT))
        else:
            found += _rule_changes(provision, old[provision], new[provision])
    return found


def _rule_changes(provision: str, was: Mapping[str, Any], now: Mapping[str, Any]):
    bare = [{key: value for key, value in rule.items() if key != "params"} for rule in (was, now)]
    yield from _changes(provision, *bare)
    yield from _changes(provision, was.get("params", {}), now.get("params", {}), "参数")


def _changes(provision: str, was: Mapping[str, Any], now: Mapping[str, Any], word: str = ""):
    for key in dict.fromkeys([*was, *now]):
        if was.get(key) != now.get(key):
            name = f"{word} {param_word(key)}" if word else WORDS.get(key, key)
            yield Change(provision, name, _shown(was.get(key)), _shown(now.get(key)))


def _shown(value: Any) -> str:
    if value is None:
        return ABSENT
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return "、".join(value) or ABSENT
    if isinstance(value, list) and all(isinstance(one, dict) for one in value):
        return "、".join(str(one.get("name", "")) for one in value)
    return toml_value(value)


def _tables(source: str) -> dict[str, Any]:
    return tomllib.loads(source)
