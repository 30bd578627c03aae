"""What an authority has planned for its place (区划的规划)."""

from grids.checks.common import few, names, no_townships, outside_level
from grids.checks.coverage import LEVELS, urban_scope
from registry.policy.check import check
from registry.policy.verdict import info, insufficient, not_applicable, passed, unmet

DISTRICTS = ("市辖区", "统计用功能区")


@check("grids_have_responsible", subject="division", params={"levels": LEVELS})
def grids_have_responsible(facts, p, as_of):
    """辖区内每个网格都有负责的医疗集团或医共体。"""
    if verdict := outside_level(facts, p.levels):
        return verdict
    if not facts.grids:
        return insufficient("网格")
    without = [grid.name for grid in facts.grids if not grid.responsible]
    total = len(facts.grids)
    evidence = {"网格数": total, "有负责医联体的网格数": total - len(without)}
    if not without:
        return passed(f"{total} 个网格都有负责的医联体", **evidence)
    return unmet(
        f"{total} 个网格中 {len(without)} 个没有负责的医联体（{few(without)}）",
        "为这些网格指定负责的医联体",
        没有负责医联体的网格=names(without),
        **evidence,
    )


@check("urban_district_has_grid", subject="division", reads=("consortia",))
def urban_district_has_grid(facts, p, as_of):
    """未开展县域医共体建设的市辖区划分了网格。"""
    if verdict := outside_level(facts, ["county"]) or urban_scope(facts):
        return verdict
    if facts.grids:
        return passed(f"已划分 {len(facts.grids)} 个网格", 网格=names(grid.name for grid in facts.grids))
    return unmet("没有划分网格", "划分网格")


@check("communities_have_grid", subject="division", reads=("consortia",), params={"levels": LEVELS})
def communities_have_grid(facts, p, as_of):
    """辖区内每个医共体都有自己的网格。"""
    if verdict := outside_level(facts, p.levels):
        return verdict
    communities = [c for c in facts.consortia if c.kind == "county_community"]
    if not communities:
        return not_applicable("辖区内没有医共体")
    if not facts.grids and not any(c.has_grid for c in communities):
        return insufficient("网格")
    without = [c.name for c in communities if not c.has_grid]
    evidence = {"医共体数": len(communities)}
    if not without:
        return passed(f"{len(communities)} 个医共体都有服务网格", **evidence)
    return unmet(
        f"{len(without)} 个医共体没有服务网格（{few(without)}）",
        "划定医共体的服务网格",
        没有网格的医共体=names(without),
        **evidence,
    )


@check("city_groups_at_most", subject="division", reads=("consortia",), params={"at_most": int})
def city_groups_at_most(facts, p, as_of):
    """一个市辖区的城市医联体不超过若干个。"""
    if verdict := outside_level(facts, ["county"]):
        return verdict
    if facts.kind not in DISTRICTS:
        return not_applicable("只适用于市辖区和开发区")
    groups = {name for township in facts.townships for name in township.city_groups}
    groups |= {c.name for c in facts.consortia if c.kind == "city_group"}
    if not groups:
        return info("尚没有城市医联体")
    evidence = {"城市医联体": names(groups)}
    if len(groups) <= p.at_most:
        return passed(f"有 {len(groups)} 个城市医联体", **evidence)
    return unmet(
        f"有 {len(groups)} 个城市医联体（{few(groups)}），多于 {p.at_most} 个",
        "说明理由，或者整合",
        **evidence,
    )


@check("grids_decided_by", subject="division", params={"levels": LEVELS, "says": str})
def grids_decided_by(facts, p, as_of):
    """网格由哪一级机关指定，只作提示。"""
    if verdict := outside_level(facts, p.levels):
        return verdict
    bureaus = names(bureau for grid in facts.grids for bureau in grid.decided_by)
    return info(f"{p.says}；现由{'、'.join(bureaus)}指定" if bureaus else f"{p.says}；决定机关未填报")


@check(
    "plan_and_grids",
    subject="division",
    reads=("declarations",),
    params={"levels": LEVELS, "declaration": str},
)
def plan_and_grids(facts, p, as_of):
    """有建设规划，并已划分网格。"""
    if verdict := outside_level(facts, p.levels):
        return verdict
    plan = facts.declarations.get(p.declaration)
    if not facts.grids:
        return unmet("没有划分网格", "划分网格")
    if plan is None or not plan.evidenced:
        return unmet("没有登记本地医联体建设规划", "登记建设规划并上传规划文件", 网格数=len(facts.grids))
    return passed(f"已有建设规划，划分 {len(facts.grids)} 个网格", 网格数=len(facts.grids))


@check("one_centre_each", subject="division")
def one_centre_each(facts, p, as_of):
    """城区每个街道、乡镇由一家社区卫生服务中心承担。"""
    if verdict := outside_level(facts, ["county"]) or no_townships(facts):
        return verdict
    if facts.kind not in DISTRICTS:
        return not_applicable("只适用于城区")
    unclear = [t.name for t in facts.townships if t.centres != 1]
    if unclear:
        return insufficient("街道、乡镇与社区卫生服务中心的对应关系", 不能确定的街道乡镇=names(unclear))
    return passed(f"{len(facts.townships)} 个街道、乡镇各有一家社区卫生服务中心")
