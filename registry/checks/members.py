"""What the members must be (成员单位的组成). Counts and kinds leave the lead out (readings A5, A40)."""

from typing import Any

from registry.checks.common import distinct_kinds, kind_words, names, numbers_by_kind, possibly, surely
from registry.facts import number_of
from registry.facts.kinds import is_kind, may_be_kind
from registry.policy.check import Param, check
from registry.policy.verdict import deviation, info, insufficient, passed, review, unmet
from registry.policy.vocabulary import word

KINDS = Param(list, words="institution_kind")


@check("member_kinds_at_least", subject="consortium", params={"of": KINDS, "at_least": int})
def member_kinds_at_least(facts, p, as_of):
    """成员单位至少分属若干类，一家机构只代表一类。"""
    members = facts.alike
    found = distinct_kinds(members, p.of, surely)
    demand = f"要求至少 {p.at_least} 类"
    evidence = {"现有类别": numbers_by_kind(members, p.of)}
    if len(found) >= p.at_least:
        return passed(f"成员单位现有 {len(found)} 类（{kind_words(found)}），{demand}", **evidence)
    if len(distinct_kinds(members, p.of, possibly)) >= p.at_least:
        unknown = [m for m in members if any(is_kind(m.institution, kind) is None for kind in p.of)]
        return insufficient("成员单位的机构类别或隶属关系", 资料不全的成员=names(unknown), **evidence)
    explanation = f"成员单位现有 {len(found)} 类（{kind_words(found)}），{demand}"
    if (
        len(distinct_kinds(members, p.of, lambda i, kind: possibly(i, kind) or may_be_kind(i, kind)))
        >= p.at_least
    ):
        private = [m for m in members if any(may_be_kind(m.institution, kind) for kind in p.of)]
        return review(
            f"{explanation}，民营医院是否计入{p.word('institution_kind', 'county_hospital')}由审核人判断",
            民营医院=names(private), **evidence,
        )  # fmt: skip
    missing = [kind for kind in p.of if kind not in found]
    return unmet(explanation, f"从{kind_words(missing)}中增加成员单位", **evidence)


@check("members_of_every_kind", subject="consortium", params={"of": KINDS})
def members_of_every_kind(facts, p, as_of):
    """列举的各类成员都有，一家机构只代表一类。"""
    found = distinct_kinds(facts.alike, p.of, surely)
    missing = [kind for kind in p.of if kind not in found]
    evidence = {"现有类别": numbers_by_kind(facts.alike, p.of)}
    if not missing:
        return passed(f"成员单位包含{kind_words(p.of)}", **evidence)
    if len(distinct_kinds(facts.alike, p.of, possibly)) == len(p.of):
        return insufficient("成员单位的机构类别", **evidence)
    return unmet(f"成员单位中没有{kind_words(missing)}", f"增加{kind_words(missing)}", **evidence)


@check("members_of_local_kinds", subject="consortium", reads=("roster",), params={"of": KINDS})
def members_of_local_kinds(facts, p, as_of):
    """辖区内有的各类机构都有成员；辖区名录中没有的一类不要求。"""
    if not facts.county:
        return insufficient("医联体所在区县")
    known = [m for m in facts.alike if m.institution.county == facts.county]
    blank = [m.institution for m in facts.alike if not m.institution.county]
    absent = [kind for kind in p.of if not any(is_kind(m.institution, kind) for m in known)]
    evidence: dict[str, Any] = {"现有成员": numbers_by_kind(known, p.of)}
    if not absent:
        return passed(f"成员单位包含辖区内{kind_words(p.of)}", **evidence)
    if facts.roster is None or not any(facts.roster.get(kind) for kind in p.of):
        return insufficient("所在区县的机构名录", **evidence)
    evidence["名录中的数量"] = {word("institution_kind", kind): facts.roster.get(kind, 0) for kind in p.of}
    missing = [kind for kind in absent if facts.roster.get(kind)]
    if not missing:
        present = [kind for kind in p.of if kind not in absent]
        return passed(
            f"成员单位包含辖区内{kind_words(present)}；辖区没有{kind_words(absent)}，不作要求", **evidence
        )
    unclear = [*blank, *(m.institution for m in known if not m.institution.class_code)]
    if unclear and all(any(is_kind(i, kind) is not False for i in unclear) for kind in missing):
        return insufficient("成员单位的机构类别或行政区划", **evidence)
    return unmet(
        f"辖区内有{kind_words(missing)}，但没有一家加入", f"吸收辖区内的{kind_words(missing)}", **evidence
    )


@check(
    "lead_over_members",
    subject="consortium",
    params={
        "affiliations": Param(list, words="affiliation"),
        "hub": KINDS,
        "urban_hub": Param(list, words="institution_kind", default=()),
    },
)
def lead_over_members(facts, p, as_of):
    """牵头单位为本级医院，并有枢纽一级的成员。"""
    hubs = [*p.hub, *(p.urban_hub if facts.county_is_urban else ())]
    answers = [is_kind(m.institution, kind) for m in facts.alike for kind in hubs]
    member = True if True in answers else None if None in answers else False
    lead = facts.lead_institution
    company = facts.lead.is_known and facts.lead.institution is None
    level = False if company else lead.belongs_to in p.affiliations if lead.belongs_to else None
    if level and lead.class_code and not is_kind(lead, "hospital"):
        level = False
    demand, tier = p.words("affiliation", p.affiliations), kind_words(hubs)
    evidence = {"牵头单位": facts.lead.name, "成员数": number_of(facts.alike)}
    if level is False:
        return unmet(f"牵头单位{facts.lead.name}不是{demand}医院", f"由{demand}医院牵头", **evidence)
    if member is False:
        return unmet(f"成员单位中没有{tier}", f"吸收{tier}", **evidence)
    if level is None:
        return insufficient("牵头单位的隶属关系" if facts.lead.is_known else "牵头单位", **evidence)
    if member is None:
        return insufficient("成员单位的机构类别", **evidence)
    return passed(f"牵头单位{facts.lead.name}为{demand}医院，成员单位有{tier}", **evidence)


@check("lead_over_several", subject="consortium", params={"hub": KINDS, "at_least": int})
def lead_over_several(facts, p, as_of):
    """县级医院牵头，枢纽一级的成员有若干家；只有一家属偏离，民营牵头由审核人判断。"""
    if not facts.lead.is_known:
        return insufficient("牵头单位")
    lead = facts.lead_institution
    hubs = [m for m in facts.alike if any(surely(m.institution, kind) for kind in p.hub)]
    unknown = [m for m in facts.alike if not m.institution.class_code]
    number = number_of(hubs)
    evidence = {"牵头单位": facts.lead.name, "枢纽成员": numbers_by_kind(hubs, p.hub)}
    if facts.lead.institution is None or is_kind(lead, "hospital") is False:
        return unmet(f"牵头单位{facts.lead.name}不是医院", "由县级医院牵头", **evidence)
    if not hubs and not unknown:
        return unmet(f"没有{kind_words(p.hub)}作为成员单位", f"吸收{kind_words(p.hub)}", **evidence)
    if lead.ownership == "private":
        return review(f"牵头单位{lead.name}为民营医院，是否具备条件由审核人判断", **evidence)
    blank = [n for n, v in (("隶属关系", lead.belongs_to), ("机构类别", lead.class_code)) if not v]
    if blank:
        return insufficient(*(f"牵头单位的{name}" for name in blank), **evidence)
    if lead.belongs_to != "county":
        return unmet(f"牵头单位{lead.name}不是县级医院", "由县级医院牵头", **evidence)
    if number >= p.at_least:
        return passed(f"县级医院牵头，{kind_words(p.hub)}成员 {number} 家", **evidence)
    if unknown:
        return insufficient("成员单位的机构类别", 资料不全的成员=names(unknown), **evidence)
    return deviation(
        f"{kind_words(p.hub)}成员只有 {number} 家，条文要求若干家", f"增加{kind_words(p.hub)}", **evidence
    )


@check("members_at_most", subject="consortium", params={"at_most": int})
def members_at_most(facts, p, as_of):
    """成员单位不超过若干家。"""
    count = number_of(facts.alike)
    evidence = {"成员单位数": count, "上限": p.at_most}
    if count <= p.at_most:
        return passed(f"成员单位 {count} 家，不超过 {p.at_most} 家", **evidence)
    return unmet(f"成员单位 {count} 家，超过 {p.at_most} 家", f"减少到 {p.at_most} 家以内", **evidence)


@check(
    "member_affiliated_and_specialty",
    subject="consortium",
    params={"affiliations": Param(list, words="affiliation")},
)
def member_affiliated_and_specialty(facts, p, as_of):
    """已载明专科，并至少有一家列举级别的成员。"""
    demand = p.words("affiliation", p.affiliations)
    found = [m for m in facts.alike if m.institution.belongs_to in p.affiliations]
    blank = [m for m in facts.alike if not m.institution.belongs_to]
    specialty, number = facts.specialty_code or facts.specialty_text, number_of(found)
    evidence = {"专科": facts.specialty_name or facts.specialty_text, "符合的成员数": number}
    if not found and not blank:
        return unmet(f"没有{demand}医疗机构作为成员单位", f"吸收{demand}医疗机构", **evidence)
    missing = [
        word for word, absent in (("专科名称", not specialty), ("成员单位的隶属关系", not found)) if absent
    ]
    if missing:
        return insufficient(*missing, **evidence)
    return passed(f"已载明专科，{demand}成员 {number} 家", **evidence)


@check("specialty_and_institutions", subject="consortium", params={"at_least": int})
def specialty_and_institutions(facts, p, as_of):
    """已载明专科，并有若干家医疗机构。"""
    if not (facts.specialty_code or facts.specialty_text):
        return unmet("没有载明专科", "填写专科名称")
    if not facts.alike:
        return insufficient("成员单位")
    count = number_of(facts.alike) + facts.lead.is_known
    evidence = {"专科": facts.specialty_name or facts.specialty_text, "机构数": count}
    if count >= p.at_least:
        return passed(f"专科为{evidence['专科']}，共 {count} 家医疗机构", **evidence)
    return insufficient("牵头单位", **evidence)


@check(
    "participants_of_levels",
    subject="consortium",
    reads=("members",),
    params={"kinds": KINDS, "affiliations": Param(list, words="affiliation")},
)
def participants_of_levels(facts, p, as_of):
    """各级的某类机构都有参加，成员或参与均可。"""
    taking_part = [m for m in facts.members if any(is_kind(m.institution, kind) for kind in p.kinds)]
    unknown = [m for m in facts.members if not m.institution.class_code]
    found = {
        p.word("affiliation", level): names(m for m in taking_part if m.institution.belongs_to == level)
        for level in p.affiliations
    }
    missing = [level for level, listed in found.items() if not listed]
    kinds = p.words("institution_kind", p.kinds)
    if not missing:
        return passed(f"{'、'.join(found)}{kinds}都有参加", 参加的机构=found)
    if any(not m.institution.belongs_to for m in taking_part) or unknown:
        return insufficient(f"{kinds}的类别或隶属关系", 参加的机构=found)
    return unmet(
        f"没有{'、'.join(missing)}{kinds}参加", f"请{'、'.join(missing)}{kinds}参与", 参加的机构=found
    )


@check("primary_members_share", subject="consortium", params={"kinds": KINDS})
def primary_members_share(facts, p, as_of):
    """成员单位中某类机构的比例，作提示；一家也没有的由审核人判断。"""
    found = [m for m in facts.alike if any(is_kind(m.institution, kind) for kind in p.kinds)]
    kinds = p.words("institution_kind", p.kinds)
    if not facts.alike:
        return info(f"{kinds}成员：未填报")
    if not found:
        return review(f"成员单位中没有{kinds}，是否面向基层由审核人判断")
    every, number = number_of(facts.alike), number_of(found)
    return info(
        f"成员单位 {every} 家，其中{kinds} {number} 家（{number / every:.0%}）",
        **numbers_by_kind(found, p.kinds),
    )
