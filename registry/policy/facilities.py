"""Entering the facilities that a plan names into their register (登记规划设施)."""

from registry.models import Division, PlannedFacility, PolicyDocument
from registry.policy.pack import PackSpec

LIST = "planned_facilities"
_MODES = {label: code for code, label in PlannedFacility.Mode.choices}
_STATES = {"规划": PlannedFacility.State.PLANNED, "已建": PlannedFacility.State.BUILT}


def register_facilities(document: PolicyDocument, pack: PackSpec) -> int:
    """Enter what is not yet there, as the plan says; how many. What people have recorded since is never touched."""
    entries = pack.named.get(LIST, [])
    place = Division.objects.current().filter(code=pack.jurisdiction).first() if entries else None
    if place is None:
        return 0
    known = set(PlannedFacility.objects.filter(document=document).values_list("name", flat=True))
    fresh = [_facility(document, place, entry) for entry in entries if entry["name"] not in known]
    PlannedFacility.objects.bulk_create(fresh)
    return len(fresh)


def _facility(document: PolicyDocument, place: Division, entry) -> PlannedFacility:
    parties = {name: entry.get(name, "") for name in ("designer", "builder", "funder", "operator")}
    return PlannedFacility(
        document=document,
        division=place,
        name=entry["name"],
        also=entry.get("also", []),
        consulted="、".join(entry.get("consulted", ())),
        mode=_MODES.get(entry.get("mode", ""), ""),
        state=_STATES.get(entry.get("state", ""), PlannedFacility.State.PLANNED),
        **parties,
    )
