"""One physical township under two codes (同一实地单位): linking them may make two responsibilities meet."""

from django.db import transaction

from grids.models import Grid, GridAssignment, Standing
from grids.periods import meet
from grids.services.refusals import Attempt, named_refusals
from registry import access
from registry.errors import Refused
from registry.models import Division


@transaction.atomic
def link_same_unit(division: Division, *, representative: Division, by) -> Division:
    """Say that two codes are one place; refused by name where two consortia would hold it on the same days."""
    access.require(by, "manage_institutions", division)
    place = Division.objects.select_for_update(of=("self",)).get(pk=division.pk)
    if representative.unit_id == place.pk:
        raise Refused(
            f"{place}（{place.code}）已是{representative}（{representative.code}）的代表，不能反向关联。"
        )
    if place.same_units.exists():
        raise Refused(f"{place}（{place.code}）是其他代码的代表，请先改那些代码的关联。")
    place.physical_unit_id = representative.unit_id
    rows = GridAssignment.objects.filter(
        grid__units__division=place, grid__units__status=Standing.IN_FORCE, status=Standing.IN_FORCE
    ).select_related("consortium", "grid")
    attempts = [
        Attempt(place, row.consortium, days) for row in rows if (days := meet(row.during, row.grid.during))
    ]
    # The grid that a refusal speaks about; without any, nothing can collide.
    grid = rows[0].grid if rows else Grid(name=place.name)
    with named_refusals(grid, attempts):
        place.save(update_fields=["physical_unit"])
    return place
