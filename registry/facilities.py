"""Acts on planned facilities (规划设施): what has become of them is recorded by the commission of the place."""

from django.db import transaction

from registry import access
from registry.models import PlannedFacility

EDITED = (
    "designer", "builder", "funder", "operator", "consulted", "mode", "state", "tender_document", "awarded_on",
    "completed_on", "community_hospital_on", "change_document",
)  # fmt: skip


@transaction.atomic
def record(facility_id: int, *, by, **facts) -> PlannedFacility:
    """Record parties, dates and grounds of one facility."""
    rows = PlannedFacility.objects.select_related("division").select_for_update(of=("self",))
    facility = rows.get(pk=facility_id)
    access.require(by, "evaluate", facility.division)
    changed = [name for name in EDITED if name in facts and getattr(facility, name) != facts[name]]
    for name in changed:
        setattr(facility, name, facts[name])
    if changed:
        facility.save(update_fields=changed)
    return facility
