"""The tree of places on a day (某日的区划), and what is known of one place."""

import datetime as dt

from django.db.models import Count, Q

from registry import access
from registry.models import Division, DivisionSuccession, ManagementArea
from registry.reference.tables import CUT_OFF

RECENT = 30
SEEN_WITH = "view_institutions"
COUNTY_DEPTH = 4  # slashes in the path of a county: province, city and itself


def vintages() -> list[dt.date]:
    """Cut-off days of the yearly tables that the inferred dates come from."""
    return sorted(CUT_OFF.values())


def below(place: Division | None, day: dt.date):
    """The places directly under one (the provinces for None) as they stood on a day.

    A parent whose name changed has several records with one path; children hang on the path.
    """
    rows = Division.objects.on(day)
    return rows.filter(parent=None) if place is None else rows.filter(parent__path=place.path)


def counts_below(places: list[Division], day: dt.date) -> dict[str, int]:
    """How many places stood directly under each of these on a day, by path; one query."""
    rows = Division.objects.on(day).filter(parent__path__in=[one.path for one in places])
    return dict(rows.order_by("parent__path").values_list("parent__path").annotate(Count("pk")))


def found(text: str, day: dt.date):
    """Places of a day whose name contains, or code begins with, what was typed."""
    return Division.objects.on(day).filter(Q(name__icontains=text) | Q(code__startswith=text))


def recent_steps(place: Division | None, until: dt.date, user) -> list[DivisionSuccession]:
    """The latest successions up to a day: at and below a place, or without one those that concern the person."""
    wanted = Q(old__path__startswith=place.path) if place else _concerning(user)
    rows = DivisionSuccession.objects.filter(wanted, on__lte=until)
    return list(rows.select_related("old", "new").order_by("-on", "old__code", "pk")[:RECENT])


def _concerning(user) -> Q:
    """What leaves or enters the person's area, and the places above it; townships only of a county's own area."""
    paths, areas = access.reach(user, SEEN_WITH)
    hosts = ManagementArea.objects.filter(pk__in=areas).values_list("host__path", flat=True) if areas else ()
    above = {one for path in paths for one in _ancestors(path)}
    above |= {one for path in hosts for one in (*_ancestors(path), path)}
    inside = access.area_of(user, SEEN_WITH, prefix="old") | access.area_of(user, SEEN_WITH, prefix="new")
    wide = any(path.count("/") < COUNTY_DEPTH for path in paths)
    townships = Q(old__level=Division.Level.TOWNSHIP) if wide else Q(pk__in=[])
    return (inside & ~townships) | Q(old__path__in=above) | Q(new__path__in=above)


def _ancestors(path: str) -> list[str]:
    """Paths of the places above the one with this path."""
    codes = path.strip("/").split("/")
    return [f"/{'/'.join(codes[:depth])}/" for depth in range(1, len(codes))]


def chain(place: Division) -> list[Division]:
    """The places above one, province first."""
    above, one = [], place.parent
    while one is not None:
        above.insert(0, one)
        one = one.parent
    return above
