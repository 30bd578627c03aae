"""What a planner may choose from (可选项): townships of an area with the grid each is in, and consortia for a grid."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Q

from grids.coverage import TownshipState, township_states
from grids.kinds import RESPONSIBLE_KINDS
from grids.models import Grid
from grids.services.steps import area_of_authority
from registry.models import Authority, Consortium, Division

PLACEHOLDER = "直辖占位"


def townships_of(authority: Authority, place: Q, day: dt.date):
    """Townships of a place within an authority's area on a day, under every code that they have."""
    rows = Division.objects.on(day).filter(place, area_of_authority(authority))
    return rows.filter(level=Division.Level.TOWNSHIP).select_related("parent").order_by("code")


@dataclass(frozen=True)
class Option:
    """A township that may be ticked, and the grids that it is in."""

    pk: int
    name: str
    county_path: str
    grids: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.name}（现属{'、'.join(self.grids)}）" if self.grids else self.name


def options(
    authority: Authority, place: Q, day: dt.date, *, but: Grid | None = None, held: Collection[int] = ()
) -> list[Option]:
    """What may be ticked in a place: each physical township once, with its grids under whichever code they hold it.

    Of two codes that stands which is among `held` (a grid's own must not be lost), else the representative's.
    """
    best: dict[int, tuple[tuple[bool, bool], TownshipState]] = {}
    for state in township_states(place & area_of_authority(authority), day):
        rank = (state.id in held, state.id == state.unit_id)
        if state.unit_id not in best or rank > best[state.unit_id][0]:
            best[state.unit_id] = (rank, state)
    return [
        Option(
            state.id,
            state.name,
            state.path.rstrip("/").rpartition("/")[0] + "/",
            tuple(name for pk, name in state.grids if but is None or pk != but.pk),
        )
        for _, state in sorted(best.values(), key=lambda pair: pair[1].code)
    ]


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
