"""Which bureau a filing goes to (报送机关): it follows from the lead hospital, not from what the filer picks.

A rule that says it decides (渝 四(三): CQ-80, CQ-81), with the parameters under which the same rule is later checked.
Where no rule speaks of such a lead, fixtures/filing/routes.csv holds our reading (A20), and the reason says so.
"""

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone

from registry.facts.institutions import places
from registry.gather import Part, composed
from registry.models import Authority, Institution
from registry.models.division import ManagementAreaDivision
from registry.policy.book import BoundRule
from registry.policy.library import current_book

UPPER, LOCAL = "filed_with_upper_bureau", "filed_with_local_bureau"
LEVEL_ORDER = [Authority.Level.COUNTY, Authority.Level.CITY, Authority.Level.PROVINCE]


@dataclass(frozen=True)
class Route:
    """The bureau and the sentence that says why; without a bureau the sentence says what is missing."""

    authority: Authority | None
    reason: str


@cache
def readings() -> Mapping[str, tuple[str, str]]:
    """Level of the bureau and our remark, by affiliation, for leads of which no rule speaks."""
    path = settings.BASE_DIR / "fixtures" / "filing" / "routes.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return {row["affiliation"]: (row["level"], row["remark"]) for row in csv.DictReader(file)}


def route(lead: Institution | None) -> Route:
    """The bureau with which the lead files."""
    if lead is None:
        return Route(None, "填写牵头医院后确定报送机关")
    affiliation = "military" if lead.is_military else lead.affiliation
    if not affiliation:
        return Route(None, "牵头医院的隶属关系未填写，请联系名录管理员补充")
    rule, found = _ruled(lead, affiliation)
    if rule is None:
        level, remark = readings()[affiliation]
        found = _authority(lead, level)
    if found is None:
        return Route(None, f"没有找到“{lead.division}”的卫生健康行政部门，请联系系统管理员")
    military = affiliation == "military"
    word = "部队医院" if military else f"隶属关系为{Institution.Affiliation(affiliation).label}"
    basis = f"依据{rule.citation}" if rule else remark
    return Route(found, f"牵头医院{word}；{basis}" if basis else f"牵头医院{word}")


def _ruled(lead: Institution, affiliation: str) -> tuple[BoundRule | None, Authority | None]:
    """The rule that routes this lead, and the bureau that it names."""
    codes = tuple(code for code in lead.division.path.split("/") if code)
    for rule in current_book().rules_for(codes, timezone.localdate()):
        params = rule.spec.params
        if rule.spec.check == UPPER and (affiliation in params["affiliations"] or lead.is_military):
            named = Authority.objects.filter(
                division__code=params["authority"], division__valid_to__isnull=True
            )
            return rule, named.first()
        private = lead.ownership == Institution.Ownership.PRIVATE
        if rule.spec.check == LOCAL and affiliation in params["affiliations"] and not private:
            return rule, _authority(lead, Authority.Level.COUNTY)
    return None, None


APPROVAL_CHECK = "approved_before_founding"


def route_approval(lead: Institution) -> Route:
    """The bureau that must agree before an alliance is founded: that of the document which asks for it (芜湖四（五）)."""
    rules = current_book().rules_for(places(lead.division.path), timezone.localdate())
    rule = next((rule for rule in rules if rule.spec.check == APPROVAL_CHECK), None)
    if rule is None:
        return Route(None, f"{lead.division}的政策文件没有要求专科联盟组建前先经审查，成立后直接备案即可。")
    found = Authority.objects.filter(
        division__code=rule.pack.jurisdiction, division__valid_to__isnull=True
    ).first()
    if found is None:
        return Route(None, "没有找到负责审查的卫生健康行政部门，请联系系统管理员。")
    return Route(found, f"{rule.citation}：{rule.spec.quote}")


def reason_of(filing) -> str:
    """Why a filing goes to its bureau, in a sentence."""
    if filing.kind == "approval" and filing.lead:
        return route_approval(filing.lead).reason
    if filing.kind in ("change", "close"):
        return "变更和终止报原备案机关"
    return route(filing.lead).reason


def _authority(lead: Institution, level: str) -> Authority | None:
    """The bureau of that level over the lead's place, or the next one above; a zone's own bureau comes first."""
    if level == Authority.Level.COUNTY and (zone := _zone_authority(lead)):
        return zone
    codes = lead.division.path.strip("/").split("/")
    over = Authority.objects.filter(division__code__in=codes, division__valid_to__isnull=True)
    by_level = {authority.level: authority for authority in over}
    return next((by_level[at] for at in LEVEL_ORDER[LEVEL_ORDER.index(level) :] if at in by_level), None)


def _zone_authority(lead: Institution) -> Authority | None:
    areas = ManagementAreaDivision.objects.filter(division__in=_places_of(lead)).values("area")
    return Authority.objects.filter(management_area__in=areas).order_by("pk").first()


def _places_of(lead: Institution) -> list[int]:
    return [pk for pk in (lead.township_id, lead.division_id) if pk]


def local_bureau_rows(lead: Institution) -> Part:
    """The bureaus of the lead's own county or zone (当地区县卫生健康行政部门), to be gathered."""
    return _bureau_rows(_places_of(lead), lead.division.path.strip("/").split("/"))


@composed("divisions", "codes")
def _bureau_rows(divisions: list[int], codes: list[str]) -> QuerySet:
    areas = ManagementAreaDivision.objects.filter(division__among=divisions).values("area")
    county = Q(division__code__among=codes, division__valid_to__isnull=True, level=Authority.Level.COUNTY)
    rows = Authority.objects.filter(Q(management_area__in=areas) | county)
    return rows.order_by("pk").values_list("code", "management_area_id")


def local_bureaus_from(rows: Iterable[Sequence[Any]]) -> tuple[str, ...]:
    """Their codes: the zone's before the county's."""
    zones = [code for code, area in rows if area]
    return (*zones[:1], *sorted(code for code, area in rows if not area))
