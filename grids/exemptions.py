"""Which consortia may share a service area (除中医、妇幼等专科服务为主的医联体外): read from the binding policy packs."""

import datetime as dt

from django.db.models import Q

from registry.models import Consortium, Division, Rule

# The check that tests service areas for overlap; a rule that uses it says in `exempt_focus` whom it spares.
OVERLAP_CHECK = "service_areas_disjoint"
NATIONAL = "000000"


def ancestry(division: Division) -> tuple[str, ...]:
    """Codes of a place and of everything above it, lowest first."""
    codes = []
    place: Division | None = division
    while place is not None:
        codes.append(place.code)
        place = place.parent
    return tuple(codes)


def exempt_focuses(division: Division, on: dt.date) -> frozenset[str]:
    """Specialty focuses (以专科服务为主) that the packs binding a place on a day spare from exclusivity.

    A place that no such rule binds spares none: exclusivity then has no exemption.
    """
    begun = Q(document__effective_from__isnull=True) | Q(document__effective_from__lte=on)
    not_over = Q(document__effective_to__isnull=True) | Q(document__effective_to__gt=on)
    rules = Rule.objects.in_force().filter(
        begun, not_over, check_name=OVERLAP_CHECK, document__jurisdiction__in=[*ancestry(division), NATIONAL]
    )
    return frozenset(
        focus for body in rules.values_list("body", flat=True) for focus in body["params"]["exempt_focus"]
    )


def is_exclusive(consortium: Consortium, exempt: frozenset[str]) -> bool:
    """False only for a consortium whose reviewed focus is exempt; a blank focus is exclusive (readings A12)."""
    return consortium.specialty_focus not in exempt
