"""Whether the service areas of consortia cross or overlap (服务范围交叉、重叠)."""

from grids.checks.common import few, names, retired, standing
from grids.checks.coverage import FOCUSES
from registry.policy.check import check
from registry.policy.verdict import insufficient, not_applicable, passed, unmet


@check("service_areas_disjoint", subject="grid", reads=("units",), params={"exempt_focus": FOCUSES})
def service_areas_disjoint(facts, p, as_of):
    """网格内的街道、乡镇没有另一个非豁免医联体负责或主张。"""
    if verdict := retired(facts):
        return verdict
    own = [h for h in standing(facts.holders, as_of) if h.is_of_grid_kind]
    if not own:
        return not_applicable("网格没有负责的医联体，无从重叠")
    if all(h.focus in p.exempt_focus for h in own):
        return not_applicable(
            "负责的医联体以中医、妇幼等专科服务为主", 医联体=names(h.consortium for h in own)
        )
    certain, open_ = {}, {}
    for unit in facts.units:
        parties = {
            h.consortium: h
            for h in standing(unit.holders, as_of)
            if h.is_of_grid_kind and h.focus not in p.exempt_focus
        }
        if len(parties) < 2:
            continue
        stated = [h for h in parties.values() if h.focus]
        (certain if len(stated) >= 2 else open_)[unit.name] = list(parties.values())
    if certain:
        return unmet(
            f"{len(certain)} 个街道、乡镇由几个医联体负责或主张（{few(certain)}）",
            "由规划部门确定一个医联体，或者调整网格",
            重叠={name: [_line(h) for h in certain[name]] for name in sorted(certain)},
        )
    if open_:
        blank = names(h.consortium for listed in open_.values() for h in listed if not h.focus)
        return insufficient("是否以专科服务为主", 未填报的医联体=blank, 共同的街道乡镇=names(open_))
    return passed(f"{len(facts.units)} 个街道、乡镇都没有与其他医联体重叠", 街道乡镇数=len(facts.units))


def _line(holder) -> str:
    """A party with its grid and days."""
    first = holder.first.isoformat() if holder.first else "起始日期不详"
    standing_word = "负责" if holder.in_force else "主张"
    return f"{holder.consortium}（{holder.grid}，{first} 起{standing_word}）"
