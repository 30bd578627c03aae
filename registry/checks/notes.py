"""Provisions that are shown and never counted (只作提示的条款), and small single conditions."""

from collections import Counter

from registry.checks.common import names
from registry.facts import number_of
from registry.facts.kinds import is_kind
from registry.policy.check import Param, check
from registry.policy.verdict import info, insufficient, not_applicable, passed, unmet


@check("permission", subject=("consortium", "division"), params={"says": str})
def permission(facts, p, as_of):
    """条文给予的许可或说明，对触及的对象作提示。"""
    return info(p.says)


@check(
    "by_reference",
    subject=("consortium", "institution"),
    params={
        "affiliations": Param(list, words="affiliation", default=()),
        "levels": Param(list, words="level", default=()),
    },
)
def by_reference(facts, p, as_of):
    """按另一文件或附表执行；载入后由其各条判定。"""
    hospital = facts if facts.subject == "institution" else facts.lead_institution
    if p.affiliations and is_kind(hospital, "hospital") is False:
        return not_applicable("不是医院")
    if p.affiliations and hospital.belongs_to and hospital.belongs_to not in p.affiliations:
        return not_applicable(f"只适用于{p.words('affiliation', p.affiliations)}医院")
    if p.levels and hospital.level and hospital.level not in p.levels:
        return not_applicable(f"只适用于{p.words('level', p.levels)}医院")
    return info("按所引文件执行，见该文件各条的判定")


@check("private_members", subject="consortium")
def private_members(facts, p, as_of):
    """民营机构加入情况，从不判为不符合。"""
    private = [m for m in facts.alike if m.institution.ownership == "private"]
    if private:
        return passed(f"有民营医疗机构 {number_of(private)} 家", 民营成员=names(private))
    blank = number_of(m for m in facts.alike if not m.institution.ownership)
    return info("没有民营医疗机构加入" + (f"，{blank} 家成员单位的所有制未填报" if blank else ""))


@check("members_by_kind", subject="consortium", params={"kinds": Param(list, words="institution_kind")})
def members_by_kind(facts, p, as_of):
    """各类成员单位的数量，只作提示。"""
    count: Counter[str] = Counter()
    for m in facts.alike:
        kind = next(
            (p.word("institution_kind", k) for k in p.kinds if is_kind(m.institution, k)), "其他或未填报"
        )
        count[kind] += m.number
    listed = "、".join(f"{kind} {number} 家" for kind, number in sorted(count.items())) or "没有成员单位"
    return info(f"成员单位：{listed}", 各类数量=dict(sorted(count.items())))


@check(
    "lead_of_kind", subject="consortium", params={"kinds": Param(list, words="institution_kind"), "says": str}
)
def lead_of_kind(facts, p, as_of):
    """某类医院牵头的，作提示。"""
    if not facts.lead.is_known:
        return insufficient("牵头单位")
    if any(is_kind(facts.lead_institution, kind) for kind in p.kinds):
        return info(f"{facts.lead.name}牵头，{p.says}")
    return not_applicable(f"牵头单位不是{p.words('institution_kind', p.kinds)}")


@check("private_lead_or_member", subject="consortium", params={"says": str})
def private_lead_or_member(facts, p, as_of):
    """民营机构牵头或参加的情况，只作提示。"""
    parts = [m for m in facts.alike if m.institution.ownership == "private"]
    leads = facts.lead_institution.ownership == "private"
    return info(
        f"民营医院牵头：{'是' if leads else '否'}；民营成员 {number_of(parts)} 家；{p.says}",
        民营成员=names(parts),
    )


@check("remote_inside", subject="consortium")
def remote_inside(facts, p, as_of):
    """医联体内开通远程医疗的情况，只作提示。"""
    enabled = [m for m in facts.alike if m.remote_enabled_on and m.remote_enabled_on <= as_of]
    if not enabled:
        return info("医联体内远程协作：未填报")
    return info(
        f"{number_of(facts.alike)} 家成员单位中 {number_of(enabled)} 家已开通远程医疗", 已开通=names(enabled)
    )


@check("size_of_lead", subject="consortium")
def size_of_lead(facts, p, as_of):
    """牵头医院的成员单位数，供比较。"""
    count = number_of(facts.alike)
    return info(f"{facts.lead.name or '牵头单位未填报'}，成员单位 {count} 家", 成员单位数=count)


@check("kind_is", subject="consortium", params={"allowed": Param(list, words="consortium_kind")})
def kind_is(facts, p, as_of):
    """类型在文件所列模式之内。"""
    if not facts.kind:
        return insufficient("医联体类型")
    if facts.kind in p.allowed:
        return passed(f"类型为{p.word('consortium_kind', facts.kind)}")
    return unmet(f"类型{p.word('consortium_kind', facts.kind)}不在文件所列模式之内", "由审核人确认类型")


@check("closeness_is", subject="consortium", params={"required": Param(str, words="closeness")})
def closeness_is(facts, p, as_of):
    """紧密程度达到要求。"""
    if not facts.closeness:
        return insufficient("紧密程度")
    if facts.closeness == p.required:
        return passed(f"为{p.word('closeness', facts.closeness)}")
    return unmet(
        f"为{p.word('closeness', facts.closeness)}，要求为{p.word('closeness', p.required)}", "按紧密型建设"
    )


@check("within_declared_capacity", subject="consortium", reads=("declarations",), params={"declaration": str})
def within_declared_capacity(facts, p, as_of):
    """成员数不超过牵头医院自报的容量。"""
    declared = facts.declarations.get(p.declaration)
    if declared is None or not declared.value.isdecimal():
        return insufficient("自报成员容量")
    count, capacity = number_of(facts.alike), int(declared.value)
    evidence = {"成员单位数": count, "自报容量": capacity}
    if count <= capacity:
        return passed(f"成员单位 {count} 家，自报容量 {capacity} 家", **evidence)
    return unmet(f"成员单位 {count} 家，超过自报容量 {capacity} 家", "减少成员单位或重新评估容量", **evidence)
