"""Areas (地区): a division with everything below it, or a management area, as a condition on places."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Q

from registry.models import Division, ManagementArea


@dataclass(frozen=True)
class Area:
    """A named set of places: everything below some paths, and single places."""

    name: str
    paths: tuple[str, ...] = ()
    divisions: tuple[int, ...] = ()
    everywhere: bool = False

    def condition(self, prefix: str, path: str = "") -> Q:
        """Condition on a foreign key to a division, or on divisions themselves where the prefix is empty.

        `path` names a column that repeats the path of the division, where the table has one: its index finds an area.
        """
        if self.everywhere:
            return Q()
        path = path or (f"{prefix}__path" if prefix else "path")
        inside = Q(pk__in=[])
        for start in self.paths:
            inside |= Q(**{f"{path}__startswith": start})
        if self.divisions:
            inside |= Q(**{f"{prefix or 'pk'}__in": self.divisions})
        return inside


EVERYWHERE = Area("全部地区", everywhere=True)


def area_of(division: Division) -> Area:
    """A division and all below it."""
    return Area(division.name, paths=(division.path,))


def area_of_code(code: str, day: dt.date) -> Area | None:
    """The area of a division's code as it stood on a day (or stands now), or of a management area's code."""
    rows = Division.objects.filter(code=code)
    division = rows.on(day).order_by("-pk").first() or rows.order_by("-pk").first()
    if division:
        return area_of(division)
    managed = ManagementArea.objects.filter(code=code).first()
    if managed:
        return Area(managed.name, divisions=tuple(managed.divisions.values_list("pk", flat=True)))
    return None
