"""Which bureau a filing goes to (报送机关): it follows from the lead hospital, not from what the filer picks.

The texts say: municipal and army hospitals file with the municipal commission, district hospitals with the bureau
of their district (CQ-80, CQ-81). For others the reading is: a privately run hospital files with the bureau of its
place, every other with the bureau of the level it belongs to (readings A20).
"""

from dataclasses import dataclass

from registry.models import Authority, Institution
from registry.models.division import ManagementAreaDivision

A = Institution.Affiliation
LEVELS = {
    A.NATIONAL: Authority.Level.PROVINCE,
    A.PROVINCE: Authority.Level.PROVINCE,
    A.MILITARY: Authority.Level.PROVINCE,
    A.CITY: Authority.Level.CITY,
    A.COUNTY: Authority.Level.COUNTY,
    A.TOWNSHIP: Authority.Level.COUNTY,
    A.VILLAGE: Authority.Level.COUNTY,
    A.NONE: Authority.Level.COUNTY,
}
LEVEL_ORDER = [Authority.Level.COUNTY, Authority.Level.CITY, Authority.Level.PROVINCE]
READING = {A.NONE: "条文没有规定社会办医疗机构的报送机关，按所在区县处理"}


@dataclass(frozen=True)
class Route:
    """The bureau and the sentence that says why; without a bureau the sentence says what is missing."""

    authority: Authority | None
    reason: str


def route(lead: Institution | None) -> Route:
    """The bureau with which the lead files."""
    if lead is None:
        return Route(None, "填写牵头医院后确定报送机关")
    affiliation = A.MILITARY if lead.is_military else lead.affiliation
    if not affiliation:
        return Route(None, "牵头医院的隶属关系未填写，请联系名录管理员补充")
    found = _authority(lead, LEVELS[affiliation])
    if found is None:
        return Route(None, f"没有找到“{lead.division}”的卫生健康行政部门，请联系系统管理员")
    word = "部队医院" if affiliation == A.MILITARY else f"隶属关系为{A(affiliation).label}"
    reason = f"牵头医院{word}"
    return Route(found, f"{reason}；{READING[affiliation]}" if affiliation in READING else reason)


def _authority(lead: Institution, level: str) -> Authority | None:
    """The bureau of that level over the lead's place, or the next one above; a zone's own bureau comes first."""
    if level == Authority.Level.COUNTY and (zone := _zone_authority(lead)):
        return zone
    codes = lead.division.path.strip("/").split("/")
    over = Authority.objects.filter(division__code__in=codes, division__valid_to__isnull=True)
    by_level = {authority.level: authority for authority in over}
    return next((by_level[at] for at in LEVEL_ORDER[LEVEL_ORDER.index(level) :] if at in by_level), None)


def _zone_authority(lead: Institution) -> Authority | None:
    places = [pk for pk in (lead.township_id, lead.division_id) if pk]
    areas = ManagementAreaDivision.objects.filter(division__in=places).values("area")
    return Authority.objects.filter(management_area__in=areas).order_by("pk").first()


def local_bureaus(lead: Institution) -> tuple[str, ...]:
    """Codes of the bureaus of the lead's own county or zone (当地区县卫生健康行政部门)."""
    zone = _zone_authority(lead)
    codes = lead.division.path.strip("/").split("/")
    own = Authority.objects.filter(
        division__code__in=codes, division__valid_to__isnull=True, level=Authority.Level.COUNTY
    ).values_list("code", flat=True)
    return (*([zone.code] if zone else []), *own.order_by("code"))
