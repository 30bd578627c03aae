"""What a planner may choose from (可选项): townships of an area with the grid each is in, and consortia for a grid."""

import datetime as dt

from django.db.models import Q

from grids.kinds import RESPONSIBLE_KINDS
from grids.models import Grid, GridUnit, Standing
from grids.services.steps import area_of_authority
from registry.models import Authority, Consortium, Division

PLACEHOLDER = "直辖占位"


def townships_of(authority: Authority, place: Q, day: dt.date):
    """Townships of a place within an authority's area on a day."""
    rows = Division.objects.on(day).filter(place, area_of_authority(authority))
    return rows.filter(level=Division.Level.TOWNSHIP).select_related("parent").order_by("code")


def grids_now(townships, day: dt.date, *, but: Grid | None = None) -> dict[int, str]:
    """Names of the grids that townships are in on a day, by township."""
    units = GridUnit.objects.filter(division__in=townships, during__contains=day, grid__during__contains=day)
    units = units.exclude(status=Standing.DISMISSED).exclude(grid=but.pk if but else None)
    found: dict[int, list[str]] = {}
    for division, name in units.order_by("grid__name").values_list("division_id", "grid__name"):
        found.setdefault(division, []).append(name)
    return {division: "、".join(names) for division, names in found.items()}


def consortia_for(division: Division, day: dt.date):
    """Consortia that may be responsible in a place: its own, those recorded above it, and the city's groups."""
    above, city, place = [], division, division.parent
    while place is not None:
        above.append(place.path)
        # Below a municipality the code between it and its districts is no city of its own.
        if place.kind != PLACEHOLDER and city.level in (Division.Level.TOWNSHIP, Division.Level.COUNTY):
            city = place
        place = place.parent
    near = Q(division__path__startswith=division.path) | Q(division__path__in=above)
    groups = Q(kind=Consortium.Kind.CITY_GROUP, division__path__startswith=city.path)
    rows = Consortium.objects.active_on(day).filter(near | groups, kind__in=RESPONSIBLE_KINDS)
    return rows.order_by("name", "pk")
