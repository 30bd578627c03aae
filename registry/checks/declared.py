"""Declared, evidenced, accepted (申报、有据、采信): what only the owner of a fact can state.

Nothing declared: 资料不足. Declared as absent, short of what the text asks, or not accepted: not met. Declared but
not yet accepted: 需人工判断. Whoever sets ``shown_only`` wants to see the answer and never judges it.
"""

from datetime import date
from itertools import pairwise
from math import isclose
from typing import Any

from registry.checks.common import names
from registry.facts import DeclarationFacts, number_of
from registry.facts.kinds import is_kind
from registry.policy.check import Param, check
from registry.policy.verdict import Verdict, info, insufficient, not_applicable, passed, review, unmet

SUBJECTS = ("consortium", "division")
AT_FILING, YEARLY_RETURN = "备案", "年度自评"
NOT_APPLICABLE = "不涉及"
RISES, FALLS = "上升", "下降"  # a figure, against the year before
# What is not declared when a consortium is filed is asked again by each yearly return.
ASKED_AGAIN = ("declared", "declared_choices", "declared_figures", "declared_days")
# What every declared item says of itself: its name, its question, when it is asked, and how it counts.
ITEM = {
    "declaration": str,
    "asks": str,
    "asked": Param(str, default=YEARLY_RETURN, choices={one: one for one in (AT_FILING, YEARLY_RETURN)}),
    "yearly": Param(bool, default=False),
    "accept": Param(bool, default=True),
    "fail_when_absent": Param(bool, default=False),
    "shown_only": Param(bool, default=False),
    "levels": Param(list, words="division_level", default=()),
    "lead_affiliations": Param(list, words="affiliation", default=()),
    "may_not_apply": Param(bool, default=False),
    "some_member": Param(list, words="institution_kind", default=()),
    "every_member": Param(list, words="institution_kind", default=()),
}


def _outside(facts, p) -> Verdict | None:
    """Not applicable to places of another level, or where the lead is none of those meant."""
    if p.levels and facts.level not in p.levels:
        return not_applicable(f"本条以{p.words('division_level', p.levels)}为单位申报")
    if p.lead_affiliations:
        held = facts.lead_institution.belongs_to
        if not held:
            return insufficient("牵头单位的隶属关系")
        if held not in p.lead_affiliations:
            return not_applicable(f"只适用于{p.words('affiliation', p.lead_affiliations)}医院牵头的医联体")
    return None


def _undue(facts, p, as_of: date) -> Verdict | None:
    """Not yet asked: a return is for a closed year, and a consortium that is being filed has had none."""
    if p.asked != YEARLY_RETURN or not hasattr(facts, "founded_on"):
        return None
    if facts.id is None:
        return not_applicable("备案时不申报，由备案后的年度自评申报")
    if facts.founded_on and facts.founded_on.year >= as_of.year:
        return not_applicable(f"{facts.founded_on} 成立，自 {as_of.year + 1} 年起在年度自评中申报")
    return None


def _answer(facts, p, as_of: date) -> DeclarationFacts | Verdict:
    """What has been declared, or the verdict that stands before anything can be said of its content."""
    if verdict := _outside(facts, p):
        return verdict
    found = facts.declarations.get(p.declaration)
    stale = found is not None and p.yearly and (found.year is None or found.year < as_of.year - 1)
    asks = f"{as_of.year - 1} 年度的{p.asks}" if p.yearly else p.asks
    if found is None or stale:
        if verdict := _undue(facts, p, as_of):
            return verdict
        if p.shown_only:
            return info(f"{asks}：未填报")
        return unmet(f"没有申报{asks}", f"申报{asks}") if p.fail_when_absent else insufficient(asks)
    return found


def _settled(facts, p, found: DeclarationFacts, said: str, short: str = "") -> Verdict:
    """The verdict on a declared content: ``said`` puts it into words, ``short`` says where it falls short."""
    evidence: dict[str, Any] = {"申报": said}
    if found.year:
        evidence["年度"] = found.year
    if p.shown_only:
        return info(f"{p.asks}：{said}", **evidence)
    if found.value == NOT_APPLICABLE and p.may_not_apply:
        return not_applicable(f"申报为不涉及：{p.asks}", **evidence)
    if short := short or _members(facts, p):
        return unmet(short, f"补充{p.asks}后重新申报", **evidence)
    if found.accepted is False:
        because = f"（{found.reason}）" if found.reason else ""
        return unmet(f"{p.asks}的申报未被采信{because}", "补充佐证材料后重新申报", **evidence)
    if not found.evidenced:
        return insufficient(f"{p.asks}的佐证材料", **evidence)
    if p.accept and found.accepted is None:
        return review(f"{p.asks}已申报（{said}），尚未采信", **evidence)
    return passed(f"{p.asks}{'已申报并采信' if p.accept else '已登记'}：{said}", **evidence)


def _members(facts, p) -> str:
    """Where the members are not of the kinds that the item presupposes."""
    if p.some_member and not any(is_kind(m.institution, kind) for m in facts.alike for kind in p.some_member):
        return f"成员单位中没有{p.words('institution_kind', p.some_member)}"
    if not p.every_member:
        return ""
    other = [m for m in facts.alike if all(is_kind(m.institution, kind) is False for kind in p.every_member)]
    kinds = p.words("institution_kind", p.every_member)
    return f"{number_of(other)} 家成员单位不是{kinds}（{'、'.join(names(other)[:3])}）" if other else ""


@check("declared", subject=SUBJECTS, reads=("declarations",), params=ITEM)
def declared(facts, p, as_of):
    """申报的事项属实：已申报、有佐证、已采信。"""
    found = _answer(facts, p, as_of)
    if isinstance(found, Verdict):
        return found
    if found.value == "no":
        return _settled(facts, p, found, "否", f"申报为没有：{p.asks}")
    return _settled(facts, p, found, "是" if found.value in ("", "yes") else found.value)


@check(
    "declared_choices",
    subject=SUBJECTS,
    reads=("declarations",),
    params=ITEM | {"options": list, "at_least": Param(int, default=0)},
)
def declared_choices(facts, p, as_of):
    """申报的各项中至少有若干项；不写数量的，全部都要有。"""
    found = _answer(facts, p, as_of)
    if isinstance(found, Verdict):
        return found
    chosen = [option for option in p.options if option in found.value.split("、")]
    missing = [option for option in p.options if option not in chosen]
    said = f"{len(p.options)} 项中有 {len(chosen)} 项（{'、'.join(chosen) or '无'}）"
    short = ""
    if len(chosen) < (p.at_least or len(p.options)):
        wanted = f"至少 {p.at_least} 项" if p.at_least else "各项"
        short = f"{p.asks}要求{wanted}，申报中没有{'、'.join(missing)}"
    return _settled(facts, p, found, said, short)


@check(
    "declared_figures",
    subject=SUBJECTS,
    reads=("declarations",),
    params=ITEM
    | {
        "labels": list,
        "percent": Param(int, default=0),
        "exact": Param(bool, default=False),
        "at_least": Param(int, default=0),
        "review_above": Param(int, default=0),
        "trend": Param(str, default="", choices={one: one for one in (RISES, FALLS)}),
    },
)
def declared_figures(facts, p, as_of):
    """申报的数量达到要求：一个数，或者两个数的比；有方向要求的与上年比较。"""
    found = _answer(facts, p, as_of)
    if isinstance(found, Verdict):
        return found
    if len(found.amounts) < len(p.labels):
        return insufficient(*p.labels[len(found.amounts) :])
    said = "，".join(f"{label} {amount:g}" for label, amount in zip(p.labels, found.amounts, strict=False))
    if len(p.labels) == 1:
        return _number(facts, p, found, said)
    if not found.amounts[1]:
        return insufficient(f"大于零的{p.labels[1]}")
    ratio = found.amounts[0] / found.amounts[1]
    said = f"{said}，占 {ratio:.1%}"
    if p.trend:
        return _trend(facts, p, found, said, ratio)
    reached = isclose(ratio * 100, p.percent) or (ratio * 100 > p.percent and not p.exact)
    return _settled(facts, p, found, said, "" if reached else f"{p.asks}为 {ratio:.1%}，要求 {p.percent}%")


def _number(facts, p, found: DeclarationFacts, said: str) -> Verdict:
    amount = found.amounts[0]
    if p.review_above and amount > p.review_above and not p.shown_only:
        return review(f"{said}，多于 {p.review_above}，由审核人判断", **{p.labels[0]: amount})
    return _settled(facts, p, found, said, f"{said}，要求至少 {p.at_least}" if amount < p.at_least else "")


def _trend(facts, p, found: DeclarationFacts, said: str, ratio: float) -> Verdict:
    if len(found.earlier) < 2 or not found.earlier[1]:
        return insufficient(f"上一年度的{p.asks}", 本年=said)
    before = found.earlier[0] / found.earlier[1]
    better = ratio > before if p.trend == RISES else ratio < before
    said = f"{said}，上年占 {before:.1%}"
    return _settled(
        facts, p, found, said, "" if better else f"{p.asks}由 {before:.1%} 变为 {ratio:.1%}，要求{p.trend}"
    )


@check(
    "declared_days",
    subject=SUBJECTS,
    reads=("declarations",),
    params=ITEM | {"labels": list, "by": Param(date, default=""), "covers": Param(list, default=())},
    lateness=True,
)
def declared_days(facts, p, as_of):
    """申报的日期齐全、先后有序；有期限的不晚于期限，有内容要求的内容齐全。"""
    found = _answer(facts, p, as_of)
    if isinstance(found, Verdict):
        return found
    named = list(zip(p.labels, found.days, strict=False))
    said = "，".join(f"{label} {day or '未填'}" for label, day in named) or found.value
    if missing := [part for part in p.covers if part not in found.value.split("、")]:
        return _settled(facts, p, found, said, f"{p.asks}中没有{'、'.join(missing)}")
    if blank := [label for label in p.labels if dict(named).get(label) is None]:
        return insufficient(*blank)
    days = [day for _, day in named if day]
    if p.by and max(days).isoformat() > p.by:
        return _settled(facts, p, found, said, f"{said}，晚于期限 {p.by}")
    for (first, earlier), (second, later) in pairwise(named):
        if earlier > later:
            return _settled(facts, p, found, said, f"{second} {later} 早于{first} {earlier}")
    return _settled(facts, p, found, said)
