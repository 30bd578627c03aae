"""Who is responsible for a grid (网格的责任)."""

from grids.checks.common import names, retired, standing
from grids.checks.coverage import FOCUSES
from registry.policy.check import check
from registry.policy.verdict import insufficient, not_applicable, passed, unmet


@check("one_responsible", subject="grid", params={"exempt_focus": FOCUSES})
def one_responsible(facts, p, as_of):
    """恰有一个存续的医疗集团或医共体负责；有效的责任和未决的主张一并计算。"""
    if verdict := retired(facts):
        return verdict
    alive = standing(facts.holders, as_of)
    blank = [h for h in alive if not h.kind]
    wrong = [h for h in alive if h.kind and not h.is_of_grid_kind]
    own = {h.consortium: h for h in alive if h.is_of_grid_kind}
    counted = [name for name, h in own.items() if h.focus not in p.exempt_focus]
    evidence = {"负责的医联体": names(own)}
    if wrong:
        kinds = "、".join(f"{h.consortium}是{p.word('consortium_kind', h.kind)}" for h in wrong)
        return unmet(f"{kinds}，网格应由医疗集团或医共体负责", "改由医疗集团或医共体负责", **evidence)
    if len(counted) > 1:
        return unmet(
            f"有 {len(counted)} 个医联体负责或主张（{'、'.join(sorted(counted))}）",
            "确定一个医联体",
            **evidence,
        )
    if blank:
        return insufficient("医联体类型", 类型空白的医联体=names(h.consortium for h in blank))
    if own:
        claimed = "（尚是主张）" if not any(h.in_force for h in own.values()) else ""
        return passed(f"由{'、'.join(sorted(own))}负责{claimed}", **evidence)
    if facts.holders:
        ended = "、".join(f"{h.consortium}已于 {h.ended_on} 终止" for h in facts.holders)
        return unmet(f"没有负责的医联体，{ended}", "指定负责的医联体", **evidence)
    return unmet("没有负责的医联体", "指定负责的医联体", **evidence)


@check("population_covered", subject="grid", reads=("units",))
def population_covered(facts, p, as_of):
    """网格内所有人群有医联体负责。"""
    if verdict := retired(facts):
        return verdict
    if not any(h.is_of_grid_kind for h in standing(facts.holders, as_of)):
        return unmet("没有负责的医联体，网格内人群没有覆盖", "指定负责的医联体")
    return insufficient("网格人口", 街道乡镇数=len(facts.units))


@check("local_providers", subject="grid", reads=("units",), params={"services": str})
def local_providers(facts, p, as_of):
    """每个街道、乡镇有承担属地服务的基层机构。"""
    if verdict := retired(facts):
        return verdict
    if not facts.units:
        return insufficient("网格的街道、乡镇")
    without = [unit.name for unit in facts.units if not unit.providers]
    if without:
        return insufficient("街道、乡镇与基层机构的对应关系", 没有登记基层机构的街道乡镇=names(without))
    return passed(f"{len(facts.units)} 个街道、乡镇都有基层机构承担{p.services}", 街道乡镇数=len(facts.units))


@check(
    "zone_in_district", subject="grid", reads=("units",), params={"zone": str, "districts": list, "home": str}
)
def zone_in_district(facts, p, as_of):
    """开发区的街道、乡镇归入指定的区的网格。"""
    if verdict := retired(facts):
        return verdict
    inside = [unit for unit in facts.units if any(p.zone in zone for zone in unit.zones)]
    at_home = any(code in facts.ancestry for code in p.districts)
    if inside and at_home:
        return passed(f"{p.zone}的街道、乡镇在{p.home}的网格内", 街道乡镇=names(u.name for u in inside))
    if inside:
        return unmet(
            f"{p.zone}的街道、乡镇在{p.home}以外的网格内",
            f"划入{p.home}的网格",
            街道乡镇=names(u.name for u in inside),
        )
    if at_home:
        return insufficient(f"{p.zone}所辖街道、乡镇清单")
    return not_applicable(f"不是{p.home}的网格，也没有{p.zone}的街道、乡镇")
