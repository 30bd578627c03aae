"""Plans that name who leads and who joins (文件列名的方案)."""

from registry.checks.common import is_named, names
from registry.policy.check import Param, check
from registry.policy.verdict import insufficient, not_applicable, passed, review, unmet


def _members(facts, wanted):
    """The named members that are there, those that are not, and the members that the plan does not name."""
    found = [e for e in wanted if any(is_named(m.institution, e) for m in facts.counted)]
    extra = [m for m in facts.counted if not any(is_named(m.institution, e) for e in wanted)]
    return found, [e["name"] for e in wanted if e not in found], extra


@check("named_composition", subject="consortium", params={"plan": Param(str, named=True)})
def named_composition(facts, p, as_of):
    """列名的牵头单位与列名的成员单位组建。"""
    lead, wanted = p.plan[0], p.plan[1:]
    leads = facts.lead.institution is not None and is_named(facts.lead.institution, lead)
    if not leads and (facts.lead.is_known or not _members(facts, wanted)[0]):
        return not_applicable(f"本条只适用于{lead['name']}牵头的医联体")
    if not leads:
        return insufficient("牵头单位")
    _, missing, extra = _members(facts, wanted)
    evidence = {"列名成员": [e["name"] for e in wanted], "缺少": missing, "多出": names(extra)}
    if not missing and not extra:
        return passed(f"{lead['name']}牵头，列名的 {len(wanted)} 家成员单位均已加入", **evidence)
    if not facts.counted:
        return unmet("列名的成员单位一家也没有加入", "按文件列名吸收成员单位", **evidence)
    parts = [
        text
        for text, listed in ((f"缺少{'、'.join(missing)}", missing), (f"多出 {len(extra)} 家", extra))
        if listed
    ]
    return review(f"成员单位与文件列名不一致：{'；'.join(parts)}", "说明调整依据", **evidence)


@check("lead_by_tender", subject="consortium", reads=("members",), params={"member": Param(str, named=True)})
def lead_by_tender(facts, p, as_of):
    """列名成员所在的医联体由中标单位牵头；中标单位未载入时不能判定。"""
    entry = p.member[0]
    if not any(is_named(m.institution, entry) for m in facts.counted):
        return not_applicable(f"成员单位中没有{entry['name']}")
    winner = entry.get("winner")
    if not facts.lead.is_known or not winner:
        missing = "牵头单位" if not facts.lead.is_known else f"{entry['name']}的中标单位"
        return insufficient(missing)
    if facts.lead.name == winner:
        return passed(f"由中标单位{winner}牵头")
    return unmet(f"由{facts.lead.name}牵头，中标单位是{winner}", f"由{winner}牵头")


@check("district_lead", subject="consortium", params={"leads": Param(str, named=True)})
def district_lead(facts, p, as_of):
    """列名辖区的城市医联体由列名的医院牵头。"""
    entry = next((e for e in p.leads if set(e["divisions"]) & set(facts.ancestry)), None)
    if entry is None:
        return not_applicable("所在辖区未列名")
    if not facts.lead.is_known:
        return insufficient("牵头单位")
    evidence = {"辖区": entry["area"], "列名牵头医院": entry["name"], "牵头单位": facts.lead.name}
    if facts.lead.institution and is_named(facts.lead.institution, entry):
        return passed(f"{entry['area']}由{facts.lead.name}牵头，与文件列名一致", **evidence)
    return unmet(
        f"{entry['area']}应由{entry['name']}牵头，现为{facts.lead.name}", f"由{entry['name']}牵头", **evidence
    )
