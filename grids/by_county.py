"""The townships of a wide place county by county (分区县): a province has more boxes than a page can carry."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Count, Exists, OuterRef, QuerySet

from grids.choices import grids_now
from grids.forms import township_label
from grids.models import Grid, GridUnit, Standing
from registry.models import Division


@dataclass
class CountyBoxes:
    """A county with the boxes of its townships as (id, label, whether ticked); None until somebody opens it."""

    county: Division
    total: int
    free: int  # townships in no grid on the day
    boxes: list[tuple[int, str, bool]] | None = field(default=None)


def is_wide(level: str) -> bool:
    """Whether a place of this level has counties of its own."""
    return level in (Division.Level.PROVINCE, Division.Level.CITY)


def by_county(
    townships: QuerySet, day: dt.date, *, picked: Iterable[int], opened: str, but: Grid | None = None
) -> list[CountyBoxes]:
    """The counties of these townships in the order of their codes, in four queries whatever is open.

    Open are the county of that code, every county with a picked township, and a county that is the only one.
    """
    units = GridUnit.objects.filter(
        division=OuterRef("pk"), during__contains=day, grid__during__contains=day
    ).exclude(status=Standing.DISMISSED)
    numbers = townships.order_by("parent__path").values_list("parent__path")
    numbers = numbers.annotate(Count("pk"), free=Count("pk", filter=~Exists(units)))
    counted = {path: (total, free) for path, total, free in numbers}
    # A county whose name changed has several records with one path: the last of them names it.
    rows = Division.objects.filter(path__in=counted).order_by("code", "valid_to", "pk")
    counties = {county.path: CountyBoxes(county, *counted[county.path]) for county in rows}
    ticked = set(picked)
    wanted = {path for path, one in counties.items() if one.county.code == opened or len(counties) == 1}
    wanted |= set(townships.filter(pk__in=ticked).order_by().values_list("parent__path", flat=True))
    shown = list(townships.filter(parent__path__in=wanted)) if wanted else []
    now = grids_now(shown, day, but=but) if shown else {}
    for path in wanted:
        counties[path].boxes = []
    for township in shown:
        line = (township.pk, township_label(township, now), township.pk in ticked)
        counties[township.parent.path].boxes.append(line)
    return list(counties.values())
