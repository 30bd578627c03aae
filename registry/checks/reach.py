"""How far a consortium reaches (覆盖范围). Counts of coverage include the lead (readings A5)."""

from collections.abc import Sequence
from datetime import date

from registry.checks.common import names
from registry.facts import GroupFacts, MemberFacts, number_of
from registry.facts.alike import COUNTY_CODE
from registry.facts.kinds import is_kind
from registry.policy.check import Param, check
from registry.policy.verdict import info, insufficient, not_applicable, passed, unmet

AREAS = {"county": "区县", "city": "市（州）", "province": "省"}


@check("members_in_area_of_lead", subject="consortium", params={"level": Param(str, choices=AREAS)})
def members_in_area_of_lead(facts, p, as_of):
    """成员单位都在牵头单位所在的区县或市州内。"""
    area = AREAS[p.level]
    if not facts.lead.is_known:
        return insufficient("牵头单位")
    home = getattr(facts.lead_institution, p.level)
    if not facts.alike:
        return insufficient("成员单位")
    places = [(m, getattr(m.institution, p.level)) for m in facts.alike]
    outside = [m for m, place in places if place and place != home]
    if home and outside:
        listed = names(outside)
        return unmet(
            f"{number_of(outside)} 家成员单位不在牵头单位所在{area}：{'、'.join(listed[:3])}{'等' if len(listed) > 3 else ''}",
            "说明理由，或者调整成员单位", 外区成员=listed,
        )  # fmt: skip
    if not home:
        known = {place for _, place in places if place}
        if len(known) > 1:
            return unmet(f"成员单位分属 {len(known)} 个{area}", "说明理由，或者调整成员单位")
        return insufficient(f"牵头单位所在{area}")
    if blank := [m for m, place in places if not place]:
        return insufficient("成员单位的行政区划", 资料不全的成员=names(blank))
    return passed(f"{number_of(facts.alike)} 家成员单位都在牵头单位所在{area}")


def _covered(facts, counted: Sequence[MemberFacts | GroupFacts], count_lead: bool):
    """Members that count for coverage, and how many more could, were it known who they are. The lead is one of them."""
    members = [m for m in counted if m.in_roster]
    unmatched = [m for m in counted if not m.in_roster]
    if count_lead and facts.lead.institution:
        members.append(MemberFacts(facts.lead.institution))
    open_places = 1 if count_lead and not facts.lead.is_known else 0
    return members, unmatched, open_places


@check(
    "provinces_at_least",
    subject="consortium",
    params={"at_least": int, "count_lead": Param(bool, default=True)},
)
def provinces_at_least(facts, p, as_of):
    """覆盖的省（自治区、直辖市）不少于若干个。"""
    members, unmatched, open_places = _covered(facts, facts.alike, p.count_lead)
    members += unmatched
    found = sorted({m.institution.province for m in members if m.institution.province})
    blank = [m for m in members if not m.institution.province]
    evidence = {"省级区划代码": found, "覆盖省数": len(found)}
    if len(found) >= p.at_least:
        return passed(f"覆盖 {len(found)} 个省（自治区、直辖市）", **evidence)
    if len(found) + number_of(blank) + open_places >= p.at_least:
        missing = ["成员单位的行政区划"] if blank else ["牵头单位"]
        return insufficient(*missing, 资料不全的机构=names(blank), **evidence)
    return unmet(
        f"覆盖 {len(found)} 个省（自治区、直辖市），要求至少 {p.at_least} 个",
        "吸收其他省的医疗机构",
        **evidence,
    )


@check(
    "institutions_in_area_at_least",
    subject="consortium",
    params={"area": str, "area_word": str, "at_least": int, "count_lead": Param(bool, default=True)},
)
def institutions_in_area_at_least(facts, p, as_of):
    """覆盖本地区医疗机构不少于若干家。"""
    counted = (
        facts.alike if len(p.area) == COUNTY_CODE else facts.counted
    )  # groups know their county, not more
    members, unmatched, open_places = _covered(facts, counted, p.count_lead)
    count = number_of(m for m in members if p.area in m.institution.ancestry)
    blank = [m for m in members if not m.institution.ancestry] + unmatched
    evidence = {"本地区机构数": count, "要求": p.at_least}
    if count >= p.at_least:
        return passed(f"覆盖{p.area_word} {count} 家医疗机构，要求 {p.at_least} 家以上", **evidence)
    if count + number_of(blank) + open_places >= p.at_least:
        missing = ["成员单位在名录中的对应机构"] if blank else ["牵头单位"]
        return insufficient(*missing, 未对应的机构=names(blank), **evidence)
    return unmet(
        f"覆盖{p.area_word} {count} 家医疗机构，要求 {p.at_least} 家以上",
        f"再吸收 {p.at_least - count} 家{p.area_word}医疗机构", **evidence,
    )  # fmt: skip


@check(
    "members_remote_enabled",
    subject="consortium",
    params={"kinds": Param(list, words="institution_kind", default=()), "by": Param(date, default="")},
)
def members_remote_enabled(facts, p, as_of):
    """成员单位全部开通远程医疗；有期限的，期限之前只报进度。"""
    bound = [m for m in facts.alike if not p.kinds or any(is_kind(m.institution, kind) for kind in p.kinds)]
    if not bound:
        return not_applicable("没有所列成员单位") if p.kinds and facts.alike else insufficient("成员单位")
    limit = p.by or as_of.isoformat()
    enabled = [
        m
        for m in bound
        if m.remote_enabled_on and m.remote_enabled_on.isoformat() <= min(limit, as_of.isoformat())
    ]
    late = [m for m in bound if m.remote_enabled_on and m not in enabled]
    blank = [m for m in bound if not m.remote_enabled_on]
    count, done = number_of(bound), number_of(enabled)
    evidence = {"应开通": count, "已开通": done, "未开通或未填": names([*late, *blank])}
    share = f"{count} 家成员单位中 {done} 家已开通远程医疗"
    if done == count:
        return passed(share, **evidence)
    if p.by and as_of.isoformat() < p.by:
        return info(f"{share}，期限为 {p.by}", **evidence)
    if late:
        return unmet(f"{share}，{number_of(late)} 家晚于 {limit}", "为其余成员单位开通远程医疗", **evidence)
    return insufficient("成员单位的远程开通日期", **evidence)


@check(
    "kind_coverage",
    subject="consortium",
    reads=("roster",),
    params={"kinds": Param(list, words="institution_kind")},
)
def kind_coverage(facts, p, as_of):
    """辖区某类机构纳入的比例，只作提示。"""
    wording = p.words("institution_kind", p.kinds)
    joined = number_of(m for m in facts.alike if any(is_kind(m.institution, kind) for kind in p.kinds))
    if facts.roster is None:
        return info(f"已纳入{wording} {joined} 家；所在区县机构名录未填报", 已纳入=joined)
    total = sum(facts.roster.get(kind, 0) for kind in p.kinds)
    if not total:
        return info(f"已纳入{wording} {joined} 家；所在区县名录中没有{wording}", 已纳入=joined)
    return info(f"已纳入{wording} {joined} 家，辖区共 {total} 家", 已纳入=joined, 辖区总数=total)
