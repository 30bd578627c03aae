"""The townships of a wide place county by county (分区县): a province has more boxes than a page can carry."""

from collections.abc import Iterable
from dataclasses import dataclass

from grids.choices import Option
from registry.models import Division


@dataclass
class CountyBoxes:
    """A county with the boxes of its townships, each with whether it is ticked; None until somebody opens it."""

    county: Division
    total: int
    free: int  # townships in no grid
    boxes: list[tuple[Option, bool]] | None


def is_wide(level: str) -> bool:
    """Whether a place of this level has counties of its own."""
    return level in (Division.Level.PROVINCE, Division.Level.CITY)


def by_county(options: Iterable[Option], *, picked: Iterable[int], opened: str) -> list[CountyBoxes]:
    """The counties of these townships in the order of their codes; one query.

    Open are the county of that code, every county with a picked township, and a county that is the only one.
    """
    ticked, inside = set(picked), dict[str, list[Option]]()
    for option in options:
        inside.setdefault(option.county_path, []).append(option)
    # A county whose name changed has several records with one path: the last of them names it.
    rows = Division.objects.filter(path__in=inside).order_by("code", "valid_to", "pk")
    counties = {county.path: county for county in rows}
    return [
        CountyBoxes(
            county,
            total=len(inside[path]),
            free=sum(not option.grids for option in inside[path]),
            boxes=[(option, option.pk in ticked) for option in inside[path]]
            if county.code == opened
            or len(counties) == 1
            or any(option.pk in ticked for option in inside[path])
            else None,
        )
        for path, county in counties.items()
    ]
