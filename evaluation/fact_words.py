"""Facts as a person reads them (所用事实的写法): the stored facts of a judgement under Chinese labels, codes in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from evaluation.words import NOTHING, in_words
from registry.models import Consortium, Membership
from registry.policy.vocabulary import word

LABELS = {
    "name": "名称",
    "kind": "类型",
    "scope": "范围",
    "specialty_code": "诊疗科目代码",
    "specialty_name": "诊疗科目",
    "specialty_text": "专科名称",
    "specialty_focus": "以专科服务为主",
    "closeness": "紧密程度",
    "founded_on": "成立日期",
    "approved_on": "审查同意日期",
    "submitted_on": "首次提交日期",
    "accepted_on": "备案日期",
    "council_chair": "理事长",
    "county": "所在区县",
    "county_is_urban": "市辖区",
    "lead": "牵头单位",
    "lead_company": "牵头企业",
    "company_name": "牵头企业",
    "institution": "机构",
    "members": "成员单位",
    "role": "角色",
    "remote_enabled_on": "远程开通",
    "code": "代码",
    "class_code": "类别",
    "level": "级别",
    "grade": "等次",
    "affiliation": "隶属",
    "ownership": "所有制",
    "is_military": "部队医院",
    "other_names": "其他名称",
    "legal_representative": "法定代表人",
    "province": "省",
    "city": "市",
    "services": "参加的医联体",
    "leads": "牵头",
    "links": "对接",
    "consortium": "医联体",
    "credentials": "专科资质",
    "declarations": "申报事实",
    "value": "内容",
    "evidenced": "有依据",
    "accepted": "已采信",
    "waivers": "豁免",
    "rule": "条款",
    "reason": "理由",
    "granted_by": "批准人",
    "granted_on": "批准日期",
    "document": "文件",
    "until": "至",
    "roster": "辖区机构数",
    "same_specialty": "同专科的医联体",
    "partners": "对接的县域医共体",
    "linked_hospitals": "对接的城市医院",
    "materials": "材料",
    "authority_name": "备案机关",
    "filed_by_name": "备案单位",
    "due": "备案期限",
    "on": "日期",
    "days_late": "逾期工作日",
    "uncovered": "未签协议的成员",
    "form_generated": "系统生成备案表",
    "origin": "来源",
    "units": "街道、乡镇",
    "responsible": "负责的医联体",
    "townships": "街道、乡镇",
}
VALUES = {
    "scope": dict(Consortium.Scope.choices),
    "closeness": dict(Consortium.Closeness.choices),
    "specialty_focus": dict(Consortium.Focus.choices),
    "role": dict(Membership.Role.choices),
    "origin": {"online": "在线备案", "imported": "导入"},
}
GROUPS = {"level": "level", "grade": "grade", "affiliation": "affiliation", "ownership": "ownership"}
KINDS = dict(Consortium.Kind.choices) | {
    "form": "备案表",
    "charter": "章程",
    "agreement": "协议书",
    "plan": "建设方案",
}
SHOWN = 200  # entries of a list


@dataclass(frozen=True)
class Line:
    """One fact: its label, and either a text or the entries of a list."""

    label: str
    text: str = ""
    entries: tuple[str, ...] = ()
    more: int = 0


def lines_of(body: Mapping[str, Any]) -> list[Line]:
    """The facts that have a label, in the order in which they are recorded."""
    return [_line(name, value) for name, value in body.items() if name in LABELS and value not in NOTHING]


def _line(name: str, value: Any) -> Line:
    if isinstance(value, list):
        entries = tuple(_text(name, item) for item in value[:SHOWN])
        return Line(LABELS[name], entries=entries, more=max(0, len(value) - SHOWN))
    return Line(LABELS[name], _text(name, value))


def _text(name: str, value: Any) -> str:
    if isinstance(value, Mapping):
        return _entry(value)
    if isinstance(value, list):
        return "、".join(_text(name, item) for item in value)
    if isinstance(value, str):
        if name == "kind":
            return KINDS.get(value, value)
        if name in GROUPS:
            return word(GROUPS[name], value)
        return VALUES.get(name, {}).get(value, value)
    return in_words(value)


def _entry(value: Mapping[str, Any]) -> str:
    """An institution, a waiver … in one line: its name first, then what else is known."""
    value = (
        {**value, **value.get("institution", {})} if isinstance(value.get("institution"), Mapping) else value
    )
    name = value.get("name") or value.get("consortium") or value.get("rule") or ""
    rest = [
        f"{LABELS[key]} {_text(key, item)}" if key not in ("role", "kind") else _text(key, item)
        for key, item in value.items()
        if key in LABELS
        and key not in ("name", "institution", "credentials")
        and item not in NOTHING
        and item != name
    ]
    return f"{name}（{'，'.join(rest)}）" if name and rest else name or "，".join(rest)
