"""Checks over filings (备案的判定方法): duty, route, filer, time limit and materials."""

from datetime import date

from filing import facts as _facts  # noqa: F401 (registers the facts of the subject)
from registry.checks.common import named_entry, plain
from registry.policy.check import Param, check
from registry.policy.verdict import info, insufficient, not_applicable, passed, review, unmet

MATERIALS = {
    "form": "备案表",
    "charter": "章程",
    "agreement": "协议书",
    "plan": "建设方案",
    "government": "政府与牵头医院合作协议",
    "hospital": "医院间合作协议",
}
AFFILIATIONS = Param(list, words="affiliation")


def _led_from_elsewhere(facts, area: str) -> bool:
    """A cross-province alliance led from outside has no duty to file here (readings A21)."""
    lead = facts.lead
    return (
        facts.scope == "cross_province"
        and lead is not None
        and bool(lead.ancestry)
        and area not in lead.ancestry
    )


NO_DUTY = "牵头单位在本地区之外的跨省市专科联盟，成员没有备案义务"


def _no_filing(facts, area: str = ""):
    if area and _led_from_elsewhere(facts, area):
        return not_applicable(NO_DUTY)
    if not facts.exists:
        return not_applicable("尚未报送备案")
    return None


@check("has_accepted_filing", subject="filing", lateness=True, params={"area": str, "since": date})
def has_accepted_filing(facts, p, as_of):
    """已备案；期限之内尚不要求。"""
    if _led_from_elsewhere(facts, p.area):
        return not_applicable(NO_DUTY)
    if facts.accepted_on and facts.accepted_on <= as_of:
        return passed(f"已于 {facts.accepted_on} 备案", 备案日期=facts.accepted_on.isoformat())
    if not facts.founded_on:
        return insufficient("成立日期")
    if facts.founded_on.isoformat() < p.since:
        return review(
            f"{facts.founded_on} 成立，早于文件印发，尚未备案，是否补备案由主管部门判断", "补办备案"
        )
    if facts.due is None:
        return insufficient("备案期限（工作日历未载入）")
    evidence = {"成立日期": facts.founded_on.isoformat(), "备案期限": facts.due.on.isoformat()}
    if as_of <= facts.due.earliest:
        return not_applicable(f"备案期限为 {facts.due.on}，尚在期限之内", **evidence)
    if as_of <= facts.due.latest:
        return insufficient("已公布的工作日历（期限为暂定）", **evidence)
    state = "已报送，尚未备案" if facts.submitted_on and facts.submitted_on <= as_of else "尚未报送"
    return unmet(f"备案期限 {facts.due.on} 已过，{state}", "尽快办理备案", **evidence)


@check(
    "filed_with_upper_bureau",
    subject="filing",
    params={
        "authority": str,
        "affiliations": AFFILIATIONS,
        "lower": AFFILIATIONS,
        "affiliates_of": str,
        "affiliates": Param(str, named=True),
    },
)
def filed_with_upper_bureau(facts, p, as_of):
    """本级和列名军队院校附属医院牵头的，报本级卫生健康行政部门。"""
    if verdict := _no_filing(facts, p.authority):
        return verdict
    lead = facts.lead
    if lead is None:
        return (
            review("牵头单位是企业，报送机关由主管部门判断")
            if facts.lead_company
            else insufficient("牵头单位")
        )
    right = facts.authority == p.authority
    evidence = {"牵头单位": lead.name, "报送机关": facts.authority_name or facts.authority}
    if not facts.authority:
        return insufficient("报送机关", **evidence)
    affiliate = named_entry(lead, p.affiliates) or plain(lead.name).startswith(plain(p.affiliates_of))
    here = not lead.ancestry or p.authority in lead.ancestry
    if affiliate or (here and lead.belongs_to in p.affiliations and not lead.of_military):
        if right:
            return passed(f"由{lead.name}牵头，已直接报{evidence['报送机关']}", **evidence)
        return unmet(
            f"由{lead.name}牵头，应报本级卫生健康行政部门，现报{evidence['报送机关']}", "改报", **evidence
        )
    if lead.of_military or not here:
        kind = "其他部队医院" if lead.of_military else "本地区之外的医疗机构"
        if right and lead.of_military:
            return passed(f"由{lead.name}牵头，已报{evidence['报送机关']}", **evidence)
        return review(f"牵头单位{lead.name}是{kind}，条文没有规定报送机关，由审核人判断", **evidence)
    if lead.belongs_to in p.lower:
        return not_applicable("区县级医疗机构牵头，报当地区县卫生健康行政部门", **evidence)
    if not lead.belongs_to and lead.ownership != "private":
        return insufficient("牵头单位的隶属关系", **evidence)
    if lead.belongs_to == "national":
        return review(f"牵头单位{lead.name}为国家级机构，条文没有规定报送机关，由审核人判断", **evidence)
    return not_applicable("牵头单位不是本级医疗机构或军队院校附属医院", **evidence)


@check("filed_with_local_bureau", subject="filing", params={"area": str, "affiliations": AFFILIATIONS})
def filed_with_local_bureau(facts, p, as_of):
    """区县级医疗机构牵头的，报当地区县卫生健康行政部门。"""
    if verdict := _no_filing(facts, p.area):
        return verdict
    lead = facts.lead
    if lead is None:
        return (
            review("牵头单位是企业，报送机关由主管部门判断")
            if facts.lead_company
            else insufficient("牵头单位")
        )
    evidence = {"牵头单位": lead.name, "报送机关": facts.authority_name or facts.authority}
    if lead.ownership == "private" or lead.belongs_to == "none":
        return review(f"牵头单位{lead.name}为民营医疗机构，应报其登记机关，由审核人判断", **evidence)
    if not lead.belongs_to:
        return insufficient("牵头单位的隶属关系", **evidence)
    if lead.belongs_to not in p.affiliations:
        return not_applicable(f"牵头单位不是{p.words('affiliation', p.affiliations)}医疗机构", **evidence)
    blank = [
        name
        for name, value in (("报送机关", facts.authority), ("牵头单位所在区县", facts.lead_bureaus))
        if not value
    ]
    if blank:
        return insufficient(*blank, **evidence)
    if facts.authority in facts.lead_bureaus:
        return passed(f"由{lead.name}牵头，已报当地{evidence['报送机关']}", **evidence)
    return unmet(
        f"由{lead.name}牵头，应报当地区县卫生健康行政部门，现报{evidence['报送机关']}", "改报", **evidence
    )


@check("filed_by_lead", subject="filing", params={"area": str})
def filed_by_lead(facts, p, as_of):
    """由牵头医疗机构报送。"""
    if verdict := _no_filing(facts, p.area):
        return verdict
    if facts.lead is None and not facts.lead_company:
        return insufficient("牵头单位")
    if facts.filed_by is None:
        return insufficient("报送单位")
    lead = facts.lead.name if facts.lead else facts.lead_company
    evidence = {"报送单位": facts.filed_by_name, "牵头单位": lead}
    if facts.lead is not None and facts.filed_by == facts.lead.id:
        return passed(f"由牵头单位{lead}报送", **evidence)
    return unmet(f"报送单位{facts.filed_by_name}不是牵头单位{lead}", f"由{lead}报送", **evidence)


@check("filed_in_time", subject="filing", lateness=True, params={"area": str, "workdays": int, "since": date})
def filed_in_time(facts, p, as_of):
    """成立后若干个工作日内首次提交。"""
    if _led_from_elsewhere(facts, p.area):
        return not_applicable(NO_DUTY)
    if not facts.founded_on:
        return insufficient("成立日期")
    if facts.founded_on.isoformat() < p.since:
        return not_applicable(f"{facts.founded_on} 成立，早于文件印发，文件没有规定补备案的期限")
    if facts.due is None:
        return insufficient("备案期限（工作日历未载入）")
    due, late = facts.due, facts.due.days_late
    submitted = facts.submitted_on if facts.submitted_on and facts.submitted_on <= as_of else None
    accepted = facts.accepted_on if facts.accepted_on and facts.accepted_on <= as_of else None
    evidence = {
        "成立日期": facts.founded_on.isoformat(),
        "备案期限": due.on.isoformat() + ("（暂定）" if due.is_provisional else ""),
        "首次提交": submitted.isoformat() if submitted else "",
    }
    if submitted is None and accepted is not None:
        if accepted <= due.earliest:
            return passed(f"{accepted} 备案，不晚于期限 {due.on}", 备案日期=accepted.isoformat(), **evidence)
        return insufficient("首次提交日期", 备案日期=accepted.isoformat(), **evidence)
    day = submitted or as_of
    if day <= due.earliest:
        if submitted:
            return passed(
                f"{submitted} 首次提交，在成立后 {p.workdays} 个工作日内（期限 {due.on}）", **evidence
            )
        return not_applicable(f"尚未提交，期限为 {due.on}", **evidence)
    if day <= due.latest:
        if submitted is None and day <= due.on:
            return not_applicable(f"尚未提交，期限暂定为 {due.on}", **evidence)
        return insufficient("已公布的工作日历（期限为暂定）", **evidence)
    act = f"{submitted} 首次提交" if submitted else f"至 {as_of} 尚未提交"
    return unmet(f"{act}，超过期限 {due.on}，逾期 {late} 个工作日", "", 逾期工作日=late, **evidence)


@check(
    "materials_complete",
    subject="filing",
    params={"kinds": Param(list, choices=MATERIALS), "area": Param(str, default="")},
)
def materials_complete(facts, p, as_of):
    """备案材料齐全；协议书须覆盖全部成员单位。"""
    if verdict := _no_filing(facts, p.area):
        return verdict
    readable = {material.kind for material in facts.materials if material.readable}
    broken = {material.kind for material in facts.materials} - readable
    if facts.form_generated:
        readable.add("form")
        broken.discard("form")
    missing = [kind for kind in p.kinds if kind not in readable and kind not in broken]
    evidence = {"已有材料": [MATERIALS[kind] for kind in p.kinds if kind in readable]}
    if facts.origin == "imported" and not facts.materials:
        return insufficient(*(MATERIALS[kind] for kind in p.kinds))
    if missing:
        listed = "、".join(MATERIALS[kind] for kind in missing)
        return unmet(f"缺少{listed}", f"上传{listed}", 缺少=[MATERIALS[kind] for kind in missing], **evidence)
    if "agreement" in p.kinds and facts.uncovered:
        return unmet(
            f"协议书没有覆盖 {len(facts.uncovered)} 家成员单位", "补充这些成员单位签署的协议书",
            未覆盖成员=sorted(facts.uncovered)[:20], **evidence,
        )  # fmt: skip
    if unreadable := [kind for kind in p.kinds if kind in broken]:
        return insufficient(*(f"可以打开的{MATERIALS[kind]}" for kind in unreadable), **evidence)
    return passed(f"{'、'.join(MATERIALS[kind] for kind in p.kinds)}齐全", **evidence)


@check("private_members_signed", subject="filing")
def private_members_signed(facts, p, as_of):
    """民营成员自愿参加，以签署的协议书为凭；只作提示。"""
    if not facts.private:
        return info("没有民营成员单位")
    readable = {material.kind for material in facts.materials if material.readable}
    unsigned = sorted(set(facts.private) & set(facts.uncovered)) if "agreement" in readable else facts.private
    if unsigned:
        return insufficient("民营成员签署的协议书", 没有协议书的民营成员=list(unsigned)[:20])
    return info(f"{len(facts.private)} 家民营成员单位均已签署协议书", 民营成员=list(facts.private)[:20])


@check(
    "free_choice_lead",
    subject="filing",
    params={
        "areas": Param(str, named=True),
        "hospitals": Param(str, named=True),
        "total": int,
        "material": Param(str, choices=MATERIALS),
    },
)
def free_choice_lead(facts, p, as_of):
    """列名辖区的牵头医院在列名医院之中，并与辖区签有协议；列名不全时不判为不符合。"""
    here = next((e for e in p.areas if set(e["divisions"]) & {*facts.ancestry, *facts.lead_bureaus}), None)
    if here is None:
        return not_applicable("所在辖区不是双向自主选择的辖区")
    if facts.lead is None:
        return insufficient("牵头单位")
    evidence = {"辖区": here["name"], "牵头单位": facts.lead.name}
    if named_entry(facts.lead, p.hospitals) is None:
        if len(p.hospitals) < p.total:
            return insufficient(
                f"{p.total} 家三级综合医院的名单（文件列名 {len(p.hospitals)} 家）", **evidence
            )
        return unmet(
            f"牵头单位{facts.lead.name}不在 {p.total} 家三级综合医院之中", "由列名医院牵头", **evidence
        )
    if p.material not in {material.kind for material in facts.materials if material.readable}:
        return unmet(
            f"没有{here['name']}与{facts.lead.name}的合作协议", f"上传{MATERIALS[p.material]}", **evidence
        )
    return passed(f"{here['name']}由列名的{facts.lead.name}牵头，并签有合作协议", **evidence)
