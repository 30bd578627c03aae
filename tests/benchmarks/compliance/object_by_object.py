"""The fourteen rules as a straightforward Django programme would write them: objects, and the relations behind them.

`prefetched` reads the same objects with select_related, prefetch_related and annotations, and writes in bulk.
"""

import datetime as dt
from collections.abc import Iterator

from django.db.models import Count, Prefetch, Q

from evaluation.models import Finding
from grids.models import Grid, GridAssignment, GridUnit
from registry.models import Consortium, Division, Institution, Lead, Membership, Rule

GROUPS = ("city_group", "county_community")
PRIMARY = ("C2", "B")


def judge(province: str, day: dt.date, *, prefetched: bool) -> None:
    """Judge a province and write its findings."""
    rules = dict(Rule.objects.in_force().values_list("provision", "pk"))
    found = []
    for kind, pk, name, division, provision, verdict, text in _everything(f"/{province}/", day, prefetched):
        finding = Finding(
            subject_type=kind, subject_id=pk, subject_name=name, division_id=division, rule_id=rules[provision],
            provision=provision, modality="应当", verdict=verdict, explanation=text, reference_date=day, first_seen=day,
            consortium_id=pk if kind == "consortium" else None,
        )  # fmt: skip
        if prefetched:
            found.append(finding)
        else:
            finding.save()
    Finding.objects.bulk_create(found, batch_size=2000)


def _everything(path: str, day: dt.date, prefetched: bool) -> Iterator[tuple]:
    consortia = Consortium.objects.filter(division__path__startswith=path).order_by("pk")
    institutions = Institution.objects.filter(division__path__startswith=path, merged_into=None).order_by(
        "pk"
    )
    grids = Grid.objects.filter(division__path__startswith=path).order_by("pk")
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
        institutions = institutions.annotate(
            joined=Count(
                "memberships",
                filter=Q(memberships__consortium__kind__in=GROUPS, memberships__during__contains=day),
            )
        ).filter(joined__gt=1)
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
        counties = counties.prefetch_related(Prefetch("children", townships, to_attr="townships"))
    for one in consortia:
        yield from (
            ("consortium", one.pk, one.name, one.division_id, *line)
            for line in _consortium(one, day, prefetched)
        )
    for one in institutions:
        if line := _institution(one, day, prefetched):
            yield ("institution", one.pk, one.name, one.division_id, *line)
    for one in grids:
        yield ("grid", one.pk, one.name, one.division_id, *_grid(one, day, prefetched))
    for one in counties:
        yield from (("division", one.pk, one.name, one.pk, *line) for line in _county(one, day, prefetched))


def _consortium(one: Consortium, day: dt.date, prefetched: bool) -> Iterator[tuple[str, str, str]]:
    if prefetched:
        members, leads = [m.institution for m in one.present], one.leading
    else:
        members = [m.institution for m in one.memberships.filter(during__contains=day)]
        leads = list(one.leads.filter(during__contains=day))
    lead = leads[0].institution if leads else None
    if one.kind in GROUPS:
        yield "B-01", _met(len(members) <= 60), f"成员单位 {len(members)} 家"
        primary = any((m.institution_class_id or "").startswith(PRIMARY) for m in members)
        yield "B-02", _met(primary), "有无基层机构"
    yield "B-03", _met(lead.level in ("3", "2")) if lead else "INSUFFICIENT", "牵头单位级别"
    yield "B-04", _met(one.closeness == "tight"), "紧密程度"
    yield "B-05", _met(one.council_chair == lead.legal_representative) if lead else "INSUFFICIENT", "理事长"
    home = lead.division_id if lead else None
    yield (
        "B-06",
        _met(all(m.division_id == home for m in members)) if lead else "INSUFFICIENT",
        "成员所在区县",
    )
    yield "B-07", _met(one.kind in (*GROUPS, "specialty_alliance")), "类型"
    provinces = {m.division.path.split("/")[1] for m in members}
    yield "B-08", _met(bool(provinces)), f"覆盖 {len(provinces)} 个省"
    if one.kind == "specialty_alliance":
        yield "B-09", _met(bool(one.specialty_text) and len(members) >= 5), "专科和机构数"
    if one.kind == "county_community":
        yield "B-13", *_linked(lead, day)


def _linked(lead: Institution | None, day: dt.date) -> tuple[str, str]:
    hospitals = set()
    if lead:
        for membership in lead.memberships.filter(during__contains=day, consortium__kind="urban_rural_link"):
            for other in membership.consortium.leads.filter(during__contains=day):
                leads_community = other.institution.leads.filter(consortium__kind="county_community").exists()
                if not leads_community:
                    hospitals.add(other.institution.name)
    if not hospitals:
        return "INFO", "尚未建立"
    return _met(len(hospitals) <= 1), f"{len(hospitals)} 家城市医院"


def _institution(one: Institution, day: dt.date, prefetched: bool) -> tuple[str, str, str] | None:
    joined = (
        one.joined
        if prefetched
        else one.memberships.filter(consortium__kind__in=GROUPS, during__contains=day).count()
    )
    if joined < 2:
        return None
    return "B-14", "INFO" if one.level == "3" else "REVIEW", f"加入 {joined} 个"


def _grid(one: Grid, day: dt.date, prefetched: bool) -> tuple[str, str, str]:
    rows = one.holders if prefetched else one.assignments.filter(during__contains=day)
    holders = [row.consortium for row in rows if row.status != "dismissed"]
    right = all(holder.kind in GROUPS for holder in holders)
    return "B-12", _met(right and len(holders) == 1), f"{len(holders)} 个医联体"


def _county(one: Division, day: dt.date, prefetched: bool) -> Iterator[tuple[str, str, str]]:
    townships = one.townships if prefetched else one.children.current().filter(level="township")
    uncovered = several = none = number = 0
    for township in townships:
        number += 1
        units = township.units if prefetched else list(township.grid_units.filter(during__contains=day))
        covered = False
        for unit in units:
            holders = unit.grid.holders if prefetched else unit.grid.assignments.filter(during__contains=day)
            covered |= unit.status == "in_force" and any(holder.status == "in_force" for holder in holders)
        uncovered, none, several = uncovered + (not covered), none + (not units), several + (len(units) > 1)
    verdict = "INSUFFICIENT" if not number else ""
    yield "B-10", verdict or _met(not uncovered), f"{uncovered} 个未覆盖"
    yield "B-11", verdict or _met(not none and not several), f"{none} 个不在网格"


def _met(condition: bool) -> str:
    return "PASS" if condition else "FAIL"
