"""Choices of filters that every list page offers (筛选项), remembered for a few minutes instead of asked each time."""

import hashlib

from django.core.cache import cache

from registry import access
from registry.models import Division, InstitutionClass

MOST_PLACES = 150
WIDEST = 12  # characters of a class name
KEPT = 300  # seconds; a new district shows up in the filter after at most this long


def places_of(user, permission: str) -> list[tuple[str, str]]:
    """Paths and names of the counties in a person's area; of cities where there are too many counties."""
    area = hashlib.sha256(repr(access.reach(user, permission)).encode()).hexdigest()
    key = f"places-{permission}-{area}"
    return cache.get_or_set(key, lambda: _places(access.area_of(user, permission, prefix="")), KEPT) or []


def _places(area) -> list[tuple[str, str]]:
    inside = Division.objects.current().filter(area).exclude(kind="直辖占位")
    for level in (Division.Level.COUNTY, Division.Level.CITY, Division.Level.PROVINCE):
        found = inside.filter(level=level).order_by("code").values_list("path", "name")
        places = list(found[: MOST_PLACES + 1])
        if len(places) <= MOST_PLACES:
            return places
    return []


def classes() -> list[tuple[str, str]]:
    """Codes and names of the first two tiers of institution classes; a code stands for all that begin with it."""
    return cache.get_or_set("institution-classes", _classes, KEPT) or []


def _classes() -> list[tuple[str, str]]:
    rows = InstitutionClass.objects.filter(tier__in=("大类", "中类")).order_by("code")
    return [
        (code, _short(name) if tier == "大类" else f"　{_short(name)}")
        for code, name, tier in rows.values_list("code", "name", "tier")
    ]


def _short(name: str) -> str:
    """The longest names would stretch the whole row of filters."""
    return name if len(name) <= WIDEST else f"{name[: WIDEST - 1]}…"
