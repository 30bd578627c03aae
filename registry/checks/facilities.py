"""Planned facilities (规划设施): who builds and operates them, and how many of the plan stand."""

from datetime import date
from math import ceil

from registry.checks.common import named_entry, names, plain
from registry.facts.kinds import is_kind
from registry.policy.check import Param, check
from registry.policy.verdict import info, insufficient, not_applicable, passed, review, unmet

PARTIES = {"designer": "设计单位", "builder": "建设单位", "funder": "出资单位", "operator": "运营单位"}
MODES = {"public": "公建公营", "public_private": "公建民营", "private": "民建民营"}
PLAN = {"plan": Param(str, named=True), "of": str}
LEVELS = Param(list, words="division_level")


def _entry(facts, p):
    """The line of the plan for this facility, if the provision is about it."""
    return named_entry(facts, [entry for entry in p.plan if entry["rule"] == p.of])


@check("facility_parties", subject="planned_facility", params=PLAN)
def facility_parties(facts, p, as_of):
    """登记的设计、建设、出资、运营、会商单位与规划一致；不一致的须有变更依据并由审核人判断。"""
    entry = _entry(facts, p)
    if entry is None:
        return not_applicable("不是本条所列的机构")
    planned = {label: entry.get(name, "") for name, label in PARTIES.items()}
    recorded = {label: getattr(facts, name) for name, label in PARTIES.items()}
    planned["会商单位"] = "、".join(entry.get("consulted", ()))
    recorded["会商单位"] = "、".join(facts.consulted)
    wanted = {label: party for label, party in planned.items() if party}
    evidence = {"规划": wanted, "登记": {label: recorded[label] for label in wanted}}
    differ = [label for label in wanted if recorded[label] and plain(recorded[label]) != plain(wanted[label])]
    if differ:
        basis = f"，变更依据：{facts.change_document}" if facts.change_document else "，没有变更依据"
        return review(f"{'、'.join(differ)}与规划不一致{basis}", "登记变更依据", **evidence)
    if blank := [label for label in wanted if not recorded[label]]:
        return insufficient(*blank, **evidence)
    return passed(f"{'、'.join(wanted)}与规划一致", **evidence)


@check("facility_by_tender", subject="planned_facility", params=PLAN)
def facility_by_tender(facts, p, as_of):
    """建设、运营单位通过招标确定，并有中标文件。"""
    if _entry(facts, p) is None:
        return not_applicable("不是本条所列的机构")
    if not facts.operator:
        return insufficient("中标的运营单位")
    if not facts.tender_document:
        return unmet(f"已登记运营单位{facts.operator}，没有中标文件", "登记中标文件", 运营单位=facts.operator)
    return passed(f"由中标单位{facts.operator}运营", 运营单位=facts.operator, 中标文件=facts.tender_document)


@check(
    "facilities_completed",
    subject="division",
    reads=("facilities",),
    params={
        "levels": LEVELS,
        "planned": int,
        "percent": Param(int, default=100),
        "by": date,
        "hospitals": Param(bool, default=False),
    },
)
def facilities_completed(facts, p, as_of):
    """规划的机构到期建成若干家（或其中若干成为社区医院）；期限之前只报进度。"""
    if facts.level not in p.levels:
        return not_applicable(f"本条以{p.words('division_level', p.levels)}为单位判定")
    if not facts.facilities:
        return insufficient("规划设施")
    what = "社区医院" if p.hospitals else "社区卫生服务中心"
    day_of = "community_hospital_on" if p.hospitals else "completed_on"
    limit = min(p.by, as_of.isoformat())
    done = [f for f in facts.facilities if (day := getattr(f, day_of)) and day.isoformat() <= limit]
    blank = [f for f in facts.facilities if f.state == "built" and not f.completed_on]
    need = ceil(p.planned * p.percent / 100)
    said = f"规划 {p.planned} 家，应建成{what} {need} 家，现有 {len(done)} 家"
    evidence = {"已建成": names(done), "应建成": need, "登记的规划机构": len(facts.facilities)}
    if len(done) >= need:
        return passed(said, **evidence)
    if blank and not p.hospitals:
        said = f"{said}，另有 {len(blank)} 家没有登记建成日期"
    if as_of.isoformat() <= p.by:
        return info(f"{said}，期限为 {p.by}", **evidence)
    if not p.hospitals and len(done) + len(blank) >= need:
        return insufficient("建成日期", 没有建成日期=names(blank), **evidence)
    return unmet(said, "登记建成日期，或者说明进展", **evidence)


@check(
    "facility_modes",
    subject="division",
    reads=("facilities",),
    params={"levels": LEVELS, "main": Param(str, choices={one: one for one in MODES.values()})},
)
def facility_modes(facts, p, as_of):
    """规划机构的建设运营方式，以某一种为主体；达到时只作提示。"""
    if facts.level not in p.levels:
        return not_applicable(f"本条以{p.words('division_level', p.levels)}为单位判定")
    if not facts.facilities:
        return insufficient("规划设施")
    count = {word: sum(f.mode == code for f in facts.facilities) for code, word in MODES.items()}
    said = "、".join(f"{word} {number} 家" for word, number in count.items())
    blank = [f for f in facts.facilities if not f.mode]
    others = max(number for word, number in count.items() if word != p.main)
    evidence = {"各类数量": count, "方式未填报": names(blank)}
    if count[p.main] > others + len(blank):
        return info(f"{said}{f'、未填报 {len(blank)} 家' if blank else ''}，以{p.main}为主体", **evidence)
    if count[p.main] + len(blank) > others:
        return insufficient("规划机构的建设运营方式", **evidence)
    return unmet(f"{said}，{p.main}不是最多的一类", f"以{p.main}为主体", **evidence)


@check(
    "centres_operated_by_lead",
    subject="consortium",
    reads=("facilities",),
    params={"leads": Param(str, named=True)},
)
def centres_operated_by_lead(facts, p, as_of):
    """列名医院牵头的医联体，由牵头医院运营和管理成员中的社区卫生服务中心。"""
    if not facts.lead.is_known:
        return insufficient("牵头单位")
    lead = named_entry(facts.lead_institution, p.leads)
    if lead is None:
        return not_applicable("只适用于列名医院牵头的医联体")
    centres = [m.institution for m in facts.counted if is_kind(m.institution, "community_health_centre")]
    if not centres:
        return not_applicable("成员单位中没有社区卫生服务中心")
    spellings = {plain(name) for name in (lead["name"], *lead.get("also", ()), *facts.lead_institution.names)}
    operators = {}
    for centre in centres:
        known = {plain(name) for name in centre.names}
        found = next((f for f in facts.facilities if known & {plain(n) for n in f.names}), None)
        operators[centre.name] = found.operator if found else ""
    evidence = {"运营单位": dict(sorted(operators.items()))}
    other = sorted(
        name for name, operator in operators.items() if operator and plain(operator) not in spellings
    )
    if other:
        return unmet(f"{'、'.join(other)}不由牵头医院运营", "由牵头医院运营和管理，或者说明依据", **evidence)
    if blank := sorted(name for name, operator in operators.items() if not operator):
        return insufficient(f"{'、'.join(blank)}的运营单位", **evidence)
    return passed(f"{len(centres)} 家社区卫生服务中心由{facts.lead.name}运营", **evidence)
