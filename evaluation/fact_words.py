"""Facts as a person reads them (所用事实的写法): the stored facts of a judgement under Chinese labels, codes in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from evaluation.subjects import PLACEHOLDERS
from evaluation.words import NOTHING, in_words
from registry.models import Consortium, Division, InstitutionClass, Membership, PlannedFacility
from registry.policy.library import current_book
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
    "grouped": "成员单位（同类合并计数）",
    "number": "家数",
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
    "amounts": "数额",
    "earlier": "上年数额",
    "days": "日期",
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
    "units": "乡镇卫生院、社区卫生服务中心",
    "responsible": "负责的医联体",
    "townships": "街道、乡镇",
    "communities": "加入的医共体",
    "private": "民营机构数",
    "private_joined": "其中加入医联体",
    "designer": "设计单位",
    "builder": "建设单位",
    "funder": "出资单位",
    "operator": "运营单位",
    "consulted": "会商单位",
    "mode": "建设运营方式",
    "state": "状态",
    "tender_document": "中标文件",
    "awarded_on": "中标日期",
    "completed_on": "建成日期",
    "community_hospital_on": "成为社区医院的日期",
    "change_document": "变更依据",
}
VALUES = {
    "scope": dict(Consortium.Scope.choices),
    "closeness": dict(Consortium.Closeness.choices),
    "specialty_focus": dict(Consortium.Focus.choices),
    "role": dict(Membership.Role.choices),
    "mode": dict(PlannedFacility.Mode.choices),
    "state": dict(PlannedFacility.State.choices),
    "value": {"yes": "是", "no": "否"},
    "origin": {"online": "在线备案", "imported": "导入"},
}
PLACE_LEVELS = dict(Division.Level.choices)  # beside the levels of hospitals, whose codes are others
GROUPS = {"level": "level", "grade": "grade", "affiliation": "affiliation", "ownership": "ownership"}
KINDS = dict(Consortium.Kind.choices) | {
    "form": "备案表",
    "charter": "章程",
    "agreement": "协议书",
    "plan": "建设方案",
}
SHOWN = 200  # entries of a list
# In the line of an institution or the like: what speaks for itself, and what is left out.
BARE = ("role", "kind", "class_code", "level", "grade", "county")
HIDDEN = ("name", "institution", "credentials", "city", "province", "links", "services")


@dataclass(frozen=True)
class Line:
    """One fact: its label, and either a text or the entries of a list."""

    label: str
    text: str = ""
    entries: tuple[str, ...] = ()
    more: int = 0

    @property
    def number(self) -> int:
        """How many there are, shown or not."""
        return len(self.entries) + self.more


def lines_of(body: Mapping[str, Any]) -> list[Line]:
    """The facts that have a label, in the order of the labels; codes of places and classes become names."""
    writer = _Writer(body)
    return [
        writer.line(name, body[name])
        for name in LABELS
        if body.get(name) not in NOTHING and not (name in PLACES and body[name] in writer.stand_ins)
    ]


PLACES = ("county", "city", "province")


class _Writer:
    """Puts one set of facts into words; names of places and classes are read once for all of them."""

    def __init__(self, body: Mapping[str, Any]):
        codes: dict[str, set[str]] = {"place": set(), "class": set()}
        _collect(body, codes)
        known = Division.objects.filter(code__in=codes["place"]).order_by("pk")
        places = list(known.values_list("code", "name", "kind"))
        self.places = {code: name for code, name, _ in places}
        # A municipality has no cities; what stands in the codes between it and its counties is no place.
        self.stand_ins = {code for code, _, kind in places if kind in PLACEHOLDERS}
        self.classes = dict(InstitutionClass.objects.filter(pk__in=codes["class"]).values_list("pk", "name"))
        self.asked = _asked(body) if body.get("declarations") else {}

    def line(self, name: str, value: Any) -> Line:
        if name == "declarations":
            entries = (f"{self.asked.get(key, key)}：{self.entry(item)}" for key, item in value.items())
            return Line(LABELS[name], entries=tuple(entries))
        if name == "roster":
            counts = (f"{word('institution_kind', kind)} {number} 家" for kind, number in value.items())
            return Line(LABELS[name], "、".join(counts))
        if isinstance(value, list):
            entries = tuple(self.text(name, item) for item in value[:SHOWN])
            # The units of a grid are its townships, with their codes; those of a county are its institutions.
            named = "townships" if name == "units" and any("code" in item for item in value) else name
            return Line(LABELS[named], entries=entries, more=max(0, len(value) - SHOWN))
        return Line(LABELS[name], self.text(name, value))

    def text(self, name: str, value: Any) -> str:
        if isinstance(value, Mapping):
            return self.entry(value)
        if isinstance(value, list):
            return "、".join(self.text(name, item) for item in value)
        if not isinstance(value, str):
            return in_words(value)
        if name == "kind":
            return KINDS.get(value, value)
        if name in PLACES:
            return self.places.get(value, value)
        if name == "class_code":
            return self.classes.get(value, value)
        if name == "level" and value in PLACE_LEVELS:
            return PLACE_LEVELS[value]
        if name in GROUPS:
            return word(GROUPS[name], value)
        return VALUES.get(name, {}).get(value, value)

    def entry(self, value: Mapping[str, Any]) -> str:
        """An institution, a waiver … in one line: its name first, then what else is known."""
        if isinstance(inner := value.get("institution"), Mapping):
            value = {**value, **inner}
        name = value.get("name") or value.get("consortium") or value.get("rule") or ""
        known = [key for key in LABELS if key not in HIDDEN and value.get(key) not in (*NOTHING, name)]
        rest = [
            self.text(key, value[key]) if key in BARE else f"{LABELS[key]} {self.text(key, value[key])}"
            for key in known
        ]
        return f"{name}（{'，'.join(rest)}）" if name and rest else name or "，".join(rest)


def _asked(body: Mapping[str, Any]) -> dict[str, str]:
    """What the documents of the place call each declared item, by its key."""
    rules = current_book().rules_for(body.get("ancestry") or (), timezone.localdate())
    asking = [rule.spec.params for rule in rules if {"declaration", "asks"} <= rule.spec.params.keys()]
    return {params["declaration"]: params["asks"] for params in reversed(asking)}


def _collect(value: Any, codes: dict[str, set[str]]) -> None:
    if isinstance(value, list):
        for item in value:
            _collect(item, codes)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            if key in PLACES and isinstance(item, str):
                codes["place"].add(item)
            elif key == "class_code":
                codes["class"].add(item)
            else:
                _collect(item, codes)
