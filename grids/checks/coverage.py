"""Whether the townships of a place are in a grid and covered (划分与覆盖)."""

from typing import Any

from grids.checks.common import few, names, no_townships, outside_level
from registry.policy.check import Param, check
from registry.policy.verdict import info, insufficient, not_applicable, passed, unmet

LEVELS = Param(list, words="division_level")
FOCUSES = Param(list, words="focus", default=())


@check("townships_in_one_grid", subject="division", params={"levels": LEVELS, "exempt_focus": FOCUSES})
def townships_in_one_grid(facts, p, as_of):
    """每个街道、乡镇恰在一个网格；豁免的专科医联体的网格不算第二个。"""
    if verdict := outside_level(facts, p.levels) or no_townships(facts):
        return verdict
    none = [t.name for t in facts.townships if not t.grids]
    several = {t.name: _counted(t, p.exempt_focus) for t in facts.townships}
    several = {name: grids for name, grids in several.items() if len(grids) > 1}
    evidence: dict[str, Any] = {"街道、乡镇数": len(facts.townships), "网格数": len(facts.grids)}
    if not none and not several:
        return passed(f"{len(facts.townships)} 个街道、乡镇都恰在一个网格", **evidence)
    parts = []
    if none:
        parts.append(f"{len(none)} 个街道、乡镇不在任何网格（{few(none)}）")
        evidence["不在网格"] = names(none)
    if several:
        parts.append(f"{len(several)} 个同时在几个网格（{few(several)}）")
        evidence["同在几个网格"] = {name: names(several[name]) for name in names(several) if name in several}
    return unmet("，".join(parts), "把每个街道、乡镇划入一个网格", **evidence)


def _counted(township, exempt) -> list[str]:
    """Grids of a township without those held by exempt consortia alone."""
    return [
        share.grid
        for share in township.grids
        if not share.focuses or not all(focus in exempt for focus in share.focuses)
    ]


@check("townships_covered", subject="division", params={"levels": LEVELS})
def townships_covered(facts, p, as_of):
    """每个街道、乡镇都有负责的医联体。"""
    if verdict := outside_level(facts, p.levels) or no_townships(facts):
        return verdict
    return _coverage(facts)


@check("urban_townships_covered", subject="division", reads=("consortia",))
def urban_townships_covered(facts, p, as_of):
    """未开展县域医共体建设的市辖区，每个街道、乡镇都有负责的医联体。"""
    if verdict := outside_level(facts, ["county"]) or urban_scope(facts) or no_townships(facts):
        return verdict
    return _coverage(facts)


def _coverage(facts):
    total, missing = len(facts.townships), facts.uncovered
    evidence: dict[str, Any] = {"街道、乡镇数": total, "已覆盖": total - len(missing)}
    if contested := [t.name for t in facts.townships if t.contested]:
        evidence["有争议"] = names(contested)
    if not missing:
        return passed(f"{total} 个街道、乡镇全部覆盖", **evidence)
    evidence["未覆盖"] = names(t.name for t in missing)
    claimed = sum(1 for t in missing if t.contested)
    note = f"，其中 {claimed} 个只有主张、尚未确定" if claimed else ""
    return unmet(
        f"{total} 个街道、乡镇中 {len(missing)} 个未覆盖（{few(t.name for t in missing)}）{note}",
        "为未覆盖的街道、乡镇指定负责的医联体",
        **evidence,
    )


def urban_scope(facts):
    """Whether a place is a 市辖区 without a county community of its own (readings A35).

    A place of which neither consortia nor grids are recorded has not said whether it runs one.
    """
    if facts.kind != "市辖区":
        return not_applicable("只适用于市辖区")
    if communities := [c.name for c in facts.consortia if c.kind == "county_community"]:
        return not_applicable("本区已开展县域医共体建设", 县域医共体=names(communities))
    if not facts.consortia and not facts.grids:
        return insufficient("是否开展县域医共体建设")
    return None


@check(
    "kinds_and_coverage",
    subject="division",
    reads=("consortia",),
    params={"kinds": Param(list, words="consortium_kind")},
)
def kinds_and_coverage(facts, p, as_of):
    """各类医联体的数量和覆盖情况，只作提示。"""
    count = {p.word("consortium_kind", k): sum(c.kind == k for c in facts.consortia) for k in p.kinds}
    listed = "、".join(f"{kind} {number} 个" for kind, number in count.items())
    total = len(facts.townships)
    covered = f"{total} 个街道、乡镇中 {total - len(facts.uncovered)} 个已覆盖" if total else "覆盖情况未填报"
    return info(f"{listed}；{covered}", 各类数量=count)
