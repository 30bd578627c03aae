"""What consortia and lead hospitals hold through their grids (医联体、牵头医院的网格)."""

from grids.checks.common import few, names
from registry.policy.check import Param, check
from registry.policy.verdict import insufficient, not_applicable, passed, unmet


@check("whole_districts", subject="consortium", reads=("districts",))
def whole_districts(facts, p, as_of):
    """医联体的网格覆盖整个区，不只是其中一部分。"""
    if not facts.districts:
        return insufficient("网格")
    partial = [share for share in facts.districts if share.held < share.townships]
    evidence = {
        "各区": {s.district: f"{s.held} / {s.townships} 个街道、乡镇" for s in facts.districts},
    }
    if not partial:
        return passed(f"整区覆盖{few(s.district for s in facts.districts)}", **evidence)
    return unmet(
        f"只覆盖{few(s.district for s in partial)}的一部分街道、乡镇", "整区推进，或者说明理由", **evidence
    )


@check("leads_no_grid", subject="institution", params={"affiliations": Param(list, words="affiliation")})
def leads_no_grid(facts, p, as_of):
    """列举隶属级别的医院不牵头管理网格。"""
    led = names(s.consortium for s in facts.services if s.leads and s.holds_grid)
    if not facts.belongs_to:
        return insufficient("隶属关系", 牵头管理网格的医联体=led) if led else passed("没有牵头管理网格")
    if facts.belongs_to not in p.affiliations:
        return not_applicable(f"只适用于{p.words('affiliation', p.affiliations)}医院")
    if led:
        return unmet(
            f"牵头的{'、'.join(led)}管理网格", "由市级医院牵头，或者说明理由", 牵头管理网格的医联体=led
        )
    return passed("没有牵头管理网格")
