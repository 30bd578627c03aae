"""The tree of places on a day (某日的区划), and what is known of one place."""

import datetime as dt

from django.db.models import Count, Q

from registry.models import Division, DivisionSuccession
from registry.reference.tables import CUT_OFF

RECENT = 30


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


def recent_steps(place: Division | None, until: dt.date):
    """The latest successions at and below a place, up to a day."""
    rows = DivisionSuccession.objects.filter(on__lte=until).exclude(old__level=Division.Level.TOWNSHIP)
    if place is not None:
        rows = DivisionSuccession.objects.filter(on__lte=until, old__path__startswith=place.path)
    return list(rows.select_related("old", "new").order_by("-on", "old__code", "pk")[:RECENT])


def chain(place: Division) -> list[Division]:
    """The places above one, province first."""
    above, one = [], place.parent
    while one is not None:
        above.insert(0, one)
        one = one.parent
    return above
