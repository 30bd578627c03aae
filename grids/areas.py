"""The places that a person may look at (查看范围): from the province of an assignment down to a county or a zone."""

from dataclasses import dataclass

from django.db.models import Q
from django.http import Http404

from registry import access
from registry.models import Authority, Division, ManagementArea, ManagementAreaDivision


@dataclass(frozen=True)
class Place:
    """A division, or a management area, as a condition on divisions; `path` is empty for a management area."""

    code: str
    name: str
    level: str
    path: str = ""
    pk: int | None = None
    area_id: int | None = None

    @property
    def condition(self) -> Q:
        """Divisions inside."""
        if self.area_id:
            inside = ManagementAreaDivision.objects.filter(area=self.area_id).values("division")
            return Q(pk__in=inside)
        return Q(path__startswith=self.path)

    @property
    def grids(self) -> Q:
        """Grids inside: those of its divisions, and for a management area those that its bureau drew."""
        if self.area_id:
            return Q(authority__management_area=self.area_id)
        return Q(division__path__startswith=self.path)


def of_division(division: Division) -> Place:
    return Place(division.code, division.name, division.level, division.path, division.pk)


def of_management_area(area: ManagementArea) -> Place:
    return Place(area.code, area.name, Division.Level.COUNTY, area_id=area.pk)


def of_authority(authority: Authority) -> Place:
    """What an authority stands over."""
    if authority.management_area_id:
        return of_management_area(authority.management_area)
    return of_division(authority.division)


def chosen(user, code: str, day, permission: str = "view_grids") -> Place:
    """The place that the address names, as it is on the day; without one, that of the person's first assignment.

    A place outside one's areas does not exist for one.
    """
    if not code:
        reach = access.authorities_where(user, permission).select_related("division", "management_area")
        if highest := reach.order_by("path").first():
            return of_authority(highest)
        raise Http404
    visible = Division.objects.filter(access.area_of(user, permission, prefix=""), code=code)
    rows = visible.exclude(level=Division.Level.TOWNSHIP)
    if division := rows.on(day).order_by("-pk").first() or rows.order_by("-pk").first():
        return of_division(division)
    managed = ManagementArea.objects.filter(code=code)
    if area := managed.filter(authority__in=access.authorities_where(user, permission)).first():
        return of_management_area(area)
    raise Http404


def may_plan(user, place: Place) -> bool:
    """Whether the person plans the grids of a place."""
    if place.area_id:
        planned = access.authorities_where(user, "plan_grids")
        return planned.filter(management_area=place.area_id).exists()
    mine = access.area_of(user, "plan_grids", prefix="")
    return access.may(user, "plan_grids") and Division.objects.filter(mine, pk=place.pk).exists()


def offered(user, place: Place, day, permission: str = "view_grids") -> list[tuple[str, str]]:
    """Codes and names for the choice of a place: the way down to it, then what lies beside or below it."""
    mine = Division.objects.on(day).filter(access.area_of(user, permission, prefix=""))
    mine = mine.exclude(level=Division.Level.TOWNSHIP).exclude(kind="直辖占位")
    steps = place.path.strip("/").split("/") if place.path else []
    above = [f"/{'/'.join(steps[:depth])}/" for depth in range(1, len(steps) + 1)]
    rows = list(mine.filter(path__in=above).order_by("path"))
    below = mine.filter(path__startswith=place.path) if place.path else mine.none()
    inner = _next_below(place, list(below.exclude(path=place.path).order_by("path")[:1000]))
    if not inner and len(rows) > 1:
        # At the bottom: the neighbours stand in for the places below.
        parent = rows[-2]
        inner = _next_below(
            of_division(parent), list(mine.filter(path__startswith=parent.path).order_by("path")[:1000])
        )
    zones = ManagementArea.objects.filter(authority__in=access.authorities_where(user, permission))
    if steps:
        zones = zones.filter(host__path__startswith=f"/{steps[0]}/")
    listed = [(d.code, d.name) for d in (*rows, *inner)]
    return list(dict.fromkeys([*listed, *zones.order_by("code").values_list("code", "name")[:50]]))


def _next_below(place: Place, rows: list[Division]) -> list[Division]:
    """The next places below one: cities of a province, counties of a city or municipality."""
    inner = [row for row in rows if row.path != place.path]
    wanted = (
        Division.Level.CITY if any(r.level == Division.Level.CITY for r in inner) else Division.Level.COUNTY
    )
    return [row for row in inner if row.level == wanted]
