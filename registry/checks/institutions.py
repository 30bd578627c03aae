"""Rules about single institutions (对机构的条款)."""

from datetime import date

from registry.checks.common import GRID_KINDS, named_entry
from registry.facts.kinds import is_kind
from registry.policy.check import Param, check
from registry.policy.verdict import deviation, info, insufficient, not_applicable, passed, review, unmet

KINDS = Param(list, words="consortium_kind")


@check(
    "named_lead_leads",
    subject="institution",
    params={"named": Param(str, named=True), "kinds": KINDS, "by": date},
)
def named_lead_leads(facts, p, as_of):
    """列名的医院牵头至少一个已备案的医联体；规划期内尚未牵头的不判为不符合。"""
    entry = named_entry(facts, p.named)
    if entry is None:
        return not_applicable("不是文件列名的医院")
    led = [s for s in facts.services if s.leads and s.kind in p.kinds]
    filed = sorted(s.consortium for s in led if s.registered)
    kinds = p.words("consortium_kind", p.kinds)
    if filed:
        return passed(f"{facts.name}牵头{'、'.join(filed)}", 列名=entry["name"], 牵头=filed)
    state = f"牵头的{kinds}尚未备案" if led else f"没有牵头{kinds}"
    evidence = {"列名": entry["name"], "牵头": sorted(s.consortium for s in led)}
    if as_of.isoformat() < p.by:
        return info(f"{facts.name}{state}，规划期至 {p.by}", **evidence)
    return unmet(f"{facts.name}{state}", f"牵头组建{kinds}并备案", **evidence)


@check(
    "leads_kind",
    subject="institution",
    params={"affiliations": Param(list, words="affiliation"), "kinds": KINDS, "review_kinds": KINDS},
)
def leads_kind(facts, p, as_of):
    """某级医院应牵头某类医联体；牵头另一类的由审核人判断。"""
    if is_kind(facts, "hospital") is False:
        return not_applicable("不是医院")
    if not facts.belongs_to:
        return insufficient("隶属关系")
    if facts.belongs_to not in p.affiliations:
        return not_applicable(f"不是{p.words('affiliation', p.affiliations)}医院")
    other = sorted(s.consortium for s in facts.services if s.leads and s.kind in p.review_kinds)
    if other:
        return review(f"{facts.name}牵头{'、'.join(other)}，由审核人判断", 牵头=other)
    led = sorted(s.consortium for s in facts.services if s.leads and s.kind in p.kinds)
    if led:
        return passed(f"{facts.name}牵头{'、'.join(led)}", 牵头=led)
    kinds = p.words("consortium_kind", p.kinds)
    return deviation(f"{facts.name}没有牵头{kinds}", f"牵头组建{kinds}")


@check(
    "several_memberships",
    subject="institution",
    params={
        "levels": Param(list, words="level"),
        "kinds": Param(list, words="institution_kind"),
        "single": Param(list, words="institution_kind"),
    },
)
def several_memberships(facts, p, as_of):
    """加入几个网格类医联体：列举的机构可以，其他机构由审核人判断。"""
    grids = sorted(s.consortium for s in facts.services if not s.leads and s.counted and s.kind in GRID_KINDS)
    if len(grids) < 2:
        return not_applicable("没有同时加入几个网格类医联体")
    evidence = {"加入的医联体": grids}
    if facts.level in p.levels or any(is_kind(facts, kind) for kind in p.kinds):
        return info(f"{facts.name}属于可以跨网格服务的机构，加入 {len(grids)} 个医联体", **evidence)
    primary = any(is_kind(facts, kind) for kind in p.single)
    return review(
        f"{facts.name}{'是基层机构，' if primary else ''}同时加入 {len(grids)} 个网格类医联体：{'、'.join(grids)}",
        "保留一个，或者由审核人确认", **evidence,
    )  # fmt: skip


@check("remote_hospitals_joined", subject="institution", params={"named": Param(str, named=True)})
def remote_hospitals_joined(facts, p, as_of):
    """列名医院牵头的医联体中边远区县的机构数，只作提示。"""
    if named_entry(facts, p.named) is None:
        return not_applicable("不是文件列名的医院")
    led = [s for s in facts.services if s.leads]
    if not led:
        return info(f"{facts.name}没有牵头医联体")
    if any(s.remote_members is None for s in led):
        return insufficient("边远区县名单")
    count = sum(s.remote_members for s in led)
    return info(
        f"{facts.name}牵头 {len(led)} 个医联体，其中边远区县的机构 {count} 家",
        各医联体={s.consortium: s.remote_members for s in led},
    )


@check(
    "has_partnership",
    subject="institution",
    params={"affiliations": Param(list, words="affiliation"), "kinds": KINDS},
)
def has_partnership(facts, p, as_of):
    """某级医院与至少一个某类医联体有合作关系；以“参与”登记，不算成员。"""
    if is_kind(facts, "hospital") is False:
        return not_applicable("不是医院")
    if not facts.belongs_to:
        return insufficient("隶属关系")
    if facts.belongs_to not in p.affiliations:
        return not_applicable(f"不是{p.words('affiliation', p.affiliations)}医院")
    kinds = p.words("consortium_kind", p.kinds)
    partners = sorted(s.consortium for s in facts.services if not s.counted and s.kind in p.kinds)
    if partners:
        return passed(f"{facts.name}与{'、'.join(partners)}有合作关系", 合作的医联体=partners)
    return unmet(f"{facts.name}没有与{kinds}建立合作关系", f"与{kinds}建立合作关系并登记为参与单位")


@check("joins_wider", subject="institution", params={"kinds": KINDS, "scope": Param(str, words="scope")})
def joins_wider(facts, p, as_of):
    """参加更大范围的医联体的，作提示。"""
    joined = sorted(
        s.consortium for s in facts.services if not s.leads and s.kind in p.kinds and s.scope == p.scope
    )
    if joined:
        return info(f"{facts.name}参加{'、'.join(joined)}", 参加=joined)
    return not_applicable(f"没有参加跨省市的{p.words('consortium_kind', p.kinds)}")
