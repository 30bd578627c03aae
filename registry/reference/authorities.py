"""Management areas (管理区) and the health commissions (卫生健康行政部门) of every division that has one."""

from django.db import transaction

from registry.models import Authority, Division, ManagementArea, ManagementAreaDivision
from registry.reference.tables import rows

NO_BUREAU = (
    "直辖占位",
    "统计用功能区",
)  # place-holders, and zones that have a bureau only as management areas
FULL, SHORT = "卫生健康委员会", "卫生健康委"


@transaction.atomic
def load_authorities() -> int:
    """Add missing areas and bureaus; what exists is left as an administrator has it. Answers rows added."""
    return _add_areas() + _add_bureaus() + _add_zone_bureaus()


def _add_areas() -> int:
    divisions = {d.code: d for d in Division.objects.current().filter(code__regex=r"^(50|34)")}
    doubles: dict[str, list[str]] = {}
    for row in rows("same_as.csv"):
        doubles.setdefault(row["area_code"], []).extend([row["code"], row["same_as_code"]])
    known = set(ManagementArea.objects.values_list("code", flat=True))
    fresh = [row for row in rows("management_areas.csv") if row["code"] not in known]
    for row in fresh:
        area = ManagementArea.objects.create(
            code=row["code"], name=row["name"], host=divisions[row["host_code"]]
        )
        roots = [divisions[code] for code in row["division_codes"].split(";") if code]
        members = {divisions[code].pk for code in doubles.get(row["code"], [])}
        members |= {d.pk for d in divisions.values() if any(d.path.startswith(root.path) for root in roots)}
        ManagementAreaDivision.objects.bulk_create(
            ManagementAreaDivision(area=area, division_id=pk) for pk in sorted(members)
        )
    return len(fresh)


def _add_bureaus() -> int:
    added = 0
    for level in (Division.Level.PROVINCE, Division.Level.CITY, Division.Level.COUNTY):
        above = {authority.code: authority for authority in Authority.objects.exclude(level=level)}
        known = set(Authority.objects.filter(level=level).values_list("code", flat=True))
        places = Division.objects.current().filter(level=level).exclude(kind__in=NO_BUREAU)
        fresh = [
            bureau_of(place, above)
            for place in places.select_related("parent__parent").order_by("code")
            if place.code not in known
        ]
        added += len(Authority.objects.bulk_create(fresh))
    return added


def bureau_of(place: Division, above: dict[str, Authority]) -> Authority:
    """The bureau that a place would have, unsaved; `above` are bureaus by code, among them the one over it."""
    parent = None
    one = place.parent
    while one is not None and parent is None:
        parent, one = above.get(one.code), one.parent
    return Authority(
        name=f"{_prefix(place)}{place.name}{FULL}",
        short_name=f"{place.name}{SHORT}",
        code=place.code,
        level=place.level,
        division=place,
        parent=parent,
        path=f"{parent.path if parent else '/'}{place.code}/",
    )


def _prefix(place: Division) -> str:
    """A district writes its city before its name, a county of a municipality the municipality, others nothing."""
    if place.level != Division.Level.COUNTY:
        return ""
    city = place.parent
    if city.kind == "直辖占位":
        return city.parent.name if city.name in ("市辖区", "县") else ""
    return city.name if place.kind == "市辖区" else ""


def _add_zone_bureaus() -> int:
    known = set(Authority.objects.values_list("code", flat=True))
    areas = {area.code: area for area in ManagementArea.objects.select_related("host__authority")}
    fresh = []
    for row in rows("management_areas.csv"):
        if row["authority_name"] and row["code"] not in known:
            parent = areas[row["code"]].host.authority
            fresh.append(
                Authority(
                    name=row["authority_name"],
                    short_name=row["authority_short_name"],
                    code=row["code"],
                    level=Authority.Level.COUNTY,
                    management_area=areas[row["code"]],
                    parent=parent,
                    path=f"{parent.path}{row['code']}/",
                )
            )
    return len(Authority.objects.bulk_create(fresh))
