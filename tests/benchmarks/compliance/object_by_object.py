"""The fourteen rules as a straightforward Django programme would write them: objects, and the relations behind them.

`prefetched` reads the same objects with select_related, prefetch_related and annotations, and writes in bulk. What is
written is what ours writes: verdict, explanation, cure, evidence and what is missing, word by word, and the facts of the
subject under their digest. `bare` writes the verdicts alone.
"""

import datetime as dt
import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from django.db.models import Count, Prefetch, Q

from evaluation.models import Finding
from grids.models import Grid, GridAssignment, GridUnit
from registry.models import Consortium, Division, FactSheet, Institution, Lead, Membership, Rule

GROUPS = ("city_group", "county_community")
CLOSE = {"tight": "紧密型", "loose": "非紧密型"}
PRIMARY = {"乡镇卫生院": "C2", "社区卫生服务机构": "B"}
MODES = (*GROUPS, "specialty_alliance")


class Said(NamedTuple):
    """What one rule says."""

    provision: str
    verdict: str
    explanation: str
    cure: str = ""
    evidence: dict[str, Any] = {}
    missing: Sequence[str] = ()


class Judged(NamedTuple):
    """A subject, with what its verdicts rest on."""

    kind: str
    subject: Any
    code: str
    division: int
    facts: dict[str, Any]
    said: list[Said]


def judge(path: str, day: dt.date, *, prefetched: bool) -> None:
    """Judge a place with all that lies in it, and write its findings."""
    rules = dict(Rule.objects.in_force().values_list("provision", "pk"))
    findings: list[Finding] = []
    sheets: dict[str, FactSheet] = {}
    for one in _everything(path, day, prefetched):
        sheet = _sheet(one)
        new = [_finding(one, said, rules[said.provision], sheet, day) for said in one.said]
        if not prefetched:
            known = {"subject": sheet.subject, "body": sheet.body}
            FactSheet.objects.get_or_create(digest=sheet.digest, defaults=known)
            for finding in new:
                finding.save()
        else:
            findings += new
            sheets[sheet.digest] = sheet
    FactSheet.objects.bulk_create(sheets.values(), batch_size=2000, ignore_conflicts=True)
    Finding.objects.bulk_create(findings, batch_size=2000)


def _sheet(one: Judged) -> FactSheet:
    facts = {"subject": f"{one.kind} {one.subject.pk}", "name": one.subject.name, **one.facts}
    text = json.dumps(facts, ensure_ascii=False, sort_keys=True)
    return FactSheet(digest=hashlib.sha256(text.encode()).hexdigest(), subject=one.kind, body=facts)


def _finding(one: Judged, said: Said, rule: int, sheet: FactSheet, day: dt.date) -> Finding:
    return Finding(
        subject_type=one.kind, subject_id=one.subject.pk, subject_name=one.subject.name, subject_code=one.code,
        division_id=one.division, rule_id=rule, provision=said.provision, modality="应当", verdict=said.verdict,
        explanation=said.explanation, cure=said.cure, evidence=said.evidence, missing=list(said.missing),
        facts_id=sheet.digest, reference_date=day, first_seen=day,
        consortium_id=one.subject.pk if one.kind == "consortium" else None,
        kind=one.subject.kind if one.kind == "consortium" else "",
    )  # fmt: skip


def _everything(path: str, day: dt.date, prefetched: bool) -> Iterator[Judged]:
    within = Q(division__path__startswith=path)
    consortia = Consortium.objects.filter(within).select_related("division").order_by("pk")
    institutions = Institution.objects.filter(within, merged_into=None)
    institutions = institutions.select_related("division").order_by("pk")
    grids = Grid.objects.filter(within).select_related("division").order_by("pk")
    counties = Division.objects.current().filter(path__startswith=path, level="county").order_by("pk")
    if prefetched:
        today = Q(during__contains=day)
        members = Membership.objects.filter(today).select_related("institution__division")
        consortia = consortia.prefetch_related(
            Prefetch("memberships", members, to_attr="present"),
            Prefetch(
                "leads", Lead.objects.filter(today).select_related("institution__division"), to_attr="leading"
            ),
        )
        in_group = Q(memberships__consortium__kind__in=GROUPS, memberships__during__contains=day)
        joining = Membership.objects.filter(today, consortium__kind__in=GROUPS).select_related("consortium")
        institutions = (
            institutions.annotate(joined=Count("memberships", filter=in_group))
            .filter(joined__gt=1)
            .prefetch_related(Prefetch("memberships", joining, to_attr="joining"))
        )
        holders = GridAssignment.objects.filter(today).select_related("consortium")
        grids = grids.prefetch_related(Prefetch("assignments", holders, to_attr="holders"))
        units = (
            GridUnit.objects.filter(today)
            .select_related("grid")
            .prefetch_related(Prefetch("grid__assignments", holders, to_attr="holders"))
        )
        townships = (
            Division.objects.current()
            .filter(level="township")
            .prefetch_related(Prefetch("grid_units", units, to_attr="units"))
        )
        counties = counties.prefetch_related(
            Prefetch("children", townships, to_attr="townships"),
            Prefetch("grids", Grid.objects.filter(today), to_attr="drawn"),
        )
    for one in consortia:
        yield _consortium(one, day, prefetched)
    for one in institutions:
        if judged := _institution(one, day, prefetched):
            yield judged
    for one in grids:
        yield _grid(one, day, prefetched)
    for one in counties:
        yield _county(one, day, prefetched)


def _consortium(one: Consortium, day: dt.date, prefetched: bool) -> Judged:
    if prefetched:
        members, leads = [m.institution for m in one.present], one.leading
    else:
        members = [m.institution for m in one.memberships.filter(during__contains=day)]
        leads = list(one.leads.filter(during__contains=day))
    lead = leads[0].institution if leads else None
    said = []
    if one.kind in GROUPS:
        said += [_number(members), _primary(members)]
    said += [*_lead(lead), _closeness(one), _chair(one, lead), _area(members, lead), _mode(one)]
    said.append(_provinces([*members, lead] if lead else members))
    if one.kind == "specialty_alliance":
        said.append(_specialty(one, len(members) + bool(lead)))
    hospitals = _linked(lead, day) if one.kind == "county_community" else []
    if one.kind == "county_community":
        said.append(_links(hospitals))
    alike = Counter((m.institution_class_id, m.affiliation, m.ownership, m.division.path) for m in members)
    facts = {
        "kind": one.kind, "closeness": one.closeness, "specialty": one.specialty_text, "chair": one.council_chair,
        "founded_on": str(one.founded_on), "place": one.division.path, "hospitals": hospitals,
        "members": [[*traits, number] for traits, number in alike.items()],
        "lead": lead and [lead.name, lead.institution_class_id, lead.level, lead.affiliation, lead.legal_representative],
    }  # fmt: skip
    return Judged("consortium", one, one.division.code, one.division_id, facts, said)


def _number(members: list[Institution]) -> Said:
    number = len(members)
    evidence = {"成员单位数": number, "上限": 60}
    if number <= 60:
        return Said("B-01", "PASS", f"成员单位 {number} 家，不超过 60 家", "", evidence)
    return Said("B-01", "FAIL", f"成员单位 {number} 家，超过 60 家", "减少到 60 家以内", evidence)


def _primary(members: list[Institution]) -> Said:
    counted = {
        word: sum((m.institution_class_id or "").startswith(prefix) for m in members)
        for word, prefix in PRIMARY.items()
    }
    found = {word: number for word, number in counted.items() if number}
    text = f"成员单位现有 {len(found)} 类（{'、'.join(found)}），要求至少 1 类"
    cure = "" if found else f"从{'、'.join(PRIMARY)}中增加成员单位"
    return Said("B-02", _met(bool(found)), text, cure, {"现有类别": found})


def _lead(lead: Institution | None) -> Iterator[Said]:
    if lead is None:
        yield _unknown("B-03")
        return
    known = "、".join(
        filter(
            None,
            (lead.affiliation and lead.get_affiliation_display(), lead.level and lead.get_level_display()),
        )
    )
    described = f"{lead.name}（{known}）" if known else lead.name
    evidence = {"牵头单位": described, "要求": "医院级别为三级或二级"}
    if lead.level in ("3", "2"):
        yield Said("B-03", "PASS", f"牵头单位{described}符合“医院级别为三级或二级”", "", evidence)
    else:
        text = f"牵头单位{described}的医院级别不符合“医院级别为三级或二级”"
        yield Said("B-03", "FAIL", text, "由符合条件的医疗机构牵头", evidence)


def _closeness(one: Consortium) -> Said:
    if one.closeness == "tight":
        return Said("B-04", "PASS", "为紧密型")
    return Said("B-04", "FAIL", f"为{CLOSE[one.closeness]}，要求为紧密型", "按紧密型建设")


def _chair(one: Consortium, lead: Institution | None) -> Said:
    if lead is None:
        return _unknown("B-05")
    chair, person = one.council_chair, lead.legal_representative
    evidence = {"理事长": chair, "法定代表人": person}
    if chair == person:
        return Said("B-05", "PASS", f"理事长{chair}是牵头医院法定代表人", "", evidence)
    text = f"理事长{chair}不是牵头医院法定代表人{person}"
    return Said("B-05", "FAIL", text, "由牵头医院法定代表人担任理事长", evidence)


def _area(members: list[Institution], lead: Institution | None) -> Said:
    if lead is None:
        return _unknown("B-06")
    outside = sorted(m.name for m in members if m.division_id != lead.division_id)
    if not outside:
        return Said("B-06", "PASS", f"{len(members)} 家成员单位都在牵头单位所在区县")
    text = f"{len(outside)} 家成员单位不在牵头单位所在区县：{'、'.join(outside[:3])}{'等' if len(outside) > 3 else ''}"
    return Said("B-06", "FAIL", text, "说明理由，或者调整成员单位", {"外区成员": outside})


def _mode(one: Consortium) -> Said:
    word = one.get_kind_display()
    if one.kind in MODES:
        return Said("B-07", "PASS", f"类型为{word}")
    return Said("B-07", "FAIL", f"类型{word}不在文件所列模式之内", "由审核人确认类型")


def _provinces(institutions: list[Institution]) -> Said:
    found = sorted({i.division.path.split("/")[1] for i in institutions})
    evidence = {"省级区划代码": found, "覆盖省数": len(found)}
    if found:
        return Said("B-08", "PASS", f"覆盖 {len(found)} 个省（自治区、直辖市）", "", evidence)
    return Said(
        "B-08", "FAIL", "覆盖 0 个省（自治区、直辖市），要求至少 1 个", "吸收其他省的医疗机构", evidence
    )


def _specialty(one: Consortium, number: int) -> Said:
    specialty = one.specialty_text
    if not specialty:
        return Said("B-09", "FAIL", "没有载明专科", "填写专科名称")
    evidence = {"专科": specialty, "机构数": number}
    return Said("B-09", _met(number >= 5), f"专科为{specialty}，共 {number} 家医疗机构", "", evidence)


def _linked(lead: Institution | None, day: dt.date) -> list[str]:
    hospitals = set()
    if lead:
        for membership in lead.memberships.filter(during__contains=day, consortium__kind="urban_rural_link"):
            for other in membership.consortium.leads.filter(during__contains=day):
                leads_community = other.institution.leads.filter(consortium__kind="county_community").exists()
                if not leads_community:
                    hospitals.add(other.institution.name)
    return sorted(hospitals)


def _links(hospitals: list[str]) -> Said:
    evidence, listed = {"城市医院": hospitals}, "、".join(hospitals)
    if not hospitals:
        return Said("B-13", "INFO", "尚未与城市三级医院建立城乡医联体", "", evidence)
    if len(hospitals) == 1:
        return Said("B-13", "PASS", f"与{listed}建立城乡医联体", "", evidence)
    text = f"与 {len(hospitals)} 家城市医院建立城乡医联体：{listed}"
    return Said("B-13", "FAIL", text, "只保留一家", evidence)


def _institution(one: Institution, day: dt.date, prefetched: bool) -> Judged | None:
    if prefetched:
        joined = one.joining
    else:
        joined = list(one.memberships.filter(consortium__kind__in=GROUPS, during__contains=day))
    if len(joined) < 2:
        return None
    names = sorted(membership.consortium.name for membership in joined)
    evidence = {"加入的医联体": names}
    if one.level == "3":
        text = f"{one.name}属于可以跨网格服务的机构，加入 {len(names)} 个医联体"
        said = Said("B-14", "INFO", text, "", evidence)
    else:
        primary = "是基层机构，" if (one.institution_class_id or "").startswith("C2") else ""
        text = f"{one.name}{primary}同时加入 {len(names)} 个网格类医联体：{'、'.join(names)}"
        said = Said("B-14", "REVIEW", text, "保留一个，或者由审核人确认", evidence)
    facts = {
        "class": one.institution_class_id, "level": one.level, "affiliation": one.affiliation,
        "ownership": one.ownership, "place": one.division.path,
        "joined": [[membership.consortium.name, membership.consortium.kind] for membership in joined],
    }  # fmt: skip
    code = one.uscc or one.licence_number or one.division.code
    return Judged("institution", one, code, one.division_id, facts, [said])


def _grid(one: Grid, day: dt.date, prefetched: bool) -> Judged:
    rows = one.holders if prefetched else one.assignments.filter(during__contains=day)
    standing = [row for row in rows if row.status != "dismissed"]
    holders = {row.consortium.name: row.consortium for row in standing}
    names, wrong = sorted(holders), [one for one in holders.values() if one.kind not in GROUPS]
    evidence = {"负责的医联体": names}
    if wrong:
        kinds = "、".join(f"{holder.name}是{holder.get_kind_display()}" for holder in wrong)
        said = Said(
            "B-12", "FAIL", f"{kinds}，网格应由医疗集团或医共体负责", "改由医疗集团或医共体负责", evidence
        )
    elif len(names) > 1:
        text = f"有 {len(names)} 个医联体负责或主张（{'、'.join(names)}）"
        said = Said("B-12", "FAIL", text, "确定一个医联体", evidence)
    elif names:
        claimed = "" if any(row.status == "in_force" for row in standing) else "（尚是主张）"
        said = Said("B-12", "PASS", f"由{names[0]}负责{claimed}", "", evidence)
    else:
        said = Said("B-12", "FAIL", "没有负责的医联体", "指定负责的医联体", evidence)
    facts = {"place": one.division.path, "holders": [[row.consortium.name, row.status] for row in standing]}
    return Judged("grid", one, one.division.code, one.division_id, facts, [said])


def _county(one: Division, day: dt.date, prefetched: bool) -> Judged:
    townships = one.townships if prefetched else one.children.current().filter(level="township")
    uncovered, contested, none, several, listed = [], [], [], {}, []
    for township in townships:
        units = township.units if prefetched else list(township.grid_units.filter(during__contains=day))
        covered = claimed = False
        for unit in units:
            holders = unit.grid.holders if prefetched else unit.grid.assignments.filter(during__contains=day)
            for holder in holders:
                in_force = unit.status == holder.status == "in_force"
                covered |= in_force
                claimed |= not in_force
        grids = sorted(unit.grid.name for unit in units)
        listed.append([township.code, township.name, covered, claimed, grids])
        if not covered:
            uncovered.append(township.name)
        if claimed:
            contested.append(township.name)
        if not grids:
            none.append(township.name)
        if len(grids) > 1:
            several[township.name] = grids
    number = len(listed)
    drawn = len(one.drawn) if prefetched else one.grids.filter(during__contains=day).count()
    said = [
        _coverage(number, uncovered, contested, listed),
        _one_grid(number, none, several, drawn),
    ] if number else [_unknown(rule, "街道、乡镇名册") for rule in ("B-10", "B-11")]  # fmt: skip
    return Judged("division", one, one.code, one.pk, {"townships": listed, "grids": drawn}, said)


def _coverage(number: int, uncovered: list[str], contested: list[str], listed: list[list]) -> Said:
    evidence: dict[str, Any] = {"街道、乡镇数": number, "已覆盖": number - len(uncovered)}
    if contested:
        evidence["有争议"] = sorted(contested)
    if not uncovered:
        return Said("B-10", "PASS", f"{number} 个街道、乡镇全部覆盖", "", evidence)
    evidence["未覆盖"] = sorted(uncovered)
    claimed = sum(1 for _, _, covered, claims, _ in listed if claims and not covered)
    note = f"，其中 {claimed} 个只有主张、尚未确定" if claimed else ""
    text = f"{number} 个街道、乡镇中 {len(uncovered)} 个未覆盖（{_few(uncovered)}）{note}"
    return Said("B-10", "FAIL", text, "为未覆盖的街道、乡镇指定负责的医联体", evidence)


def _one_grid(number: int, none: list[str], several: dict[str, list[str]], drawn: int) -> Said:
    evidence: dict[str, Any] = {"街道、乡镇数": number, "网格数": drawn}
    parts = []
    if none:
        parts.append(f"{len(none)} 个街道、乡镇不在任何网格（{_few(none)}）")
        evidence["不在网格"] = sorted(none)
    if several:
        parts.append(f"{len(several)} 个同时在几个网格（{_few(list(several))}）")
        evidence["同在几个网格"] = dict(sorted(several.items()))
    if not parts:
        return Said("B-11", "PASS", f"{number} 个街道、乡镇都恰在一个网格", "", evidence)
    return Said("B-11", "FAIL", "，".join(parts), "把每个街道、乡镇划入一个网格", evidence)


def _few(names: list[str]) -> str:
    return "、".join(sorted(names)[:3]) + (f"等 {len(names)} 个" if len(names) > 3 else "")


def _unknown(provision: str, field: str = "牵头单位") -> Said:
    return Said(provision, "INSUFFICIENT", f"缺少{field}，无法判定", f"补充{field}", {}, [field])


def _met(condition: bool) -> str:
    return "PASS" if condition else "FAIL"
