"""What a question of the form offers to choose from (可选项): lead hospitals and grids."""

from collections.abc import Iterable

from django.db.models import Q
from django.utils import timezone

from filing.models import Filing
from grids.models import Grid, GridAssignment, Standing
from registry import access
from registry.models import Division, Institution

MOST_GRIDS = 200


def leads_to_pick(filing: Filing, person):
    """One's own hospitals; a change may also hand the lead to a member."""
    wanted = {*access.institutions_of(person, "edit_filing"), *filter(None, [filing.lead_id])}
    choice = Q(pk__in=wanted)
    if filing.kind == Filing.Kind.CHANGE:
        members = filing.consortium.memberships.filter(during__contains=timezone.localdate())
        choice |= Q(pk__in=members.values("institution"), institution_class__code__startswith="A")
    return Institution.objects.filter(choice).order_by("name", "pk")


def grids_to_pick(filing: Filing, chosen: Iterable[int]) -> list[tuple[int, str]]:
    """Grids of the counties of the lead and the members, with who is responsible today; those chosen are kept."""
    today = timezone.localdate()
    places = Institution.objects.filter(
        Q(pk=filing.lead_id) | Q(pk__in=filing.members.values("institution"))
    ).values("division")
    near = Q(division__in=places) | Q(division__in=Division.objects.filter(pk__in=places).values("parent"))
    grids = Grid.objects.filter(near & Q(during__contains=today) | Q(pk__in=list(chosen)))
    listed = list(grids.select_related("division").order_by("division__code", "name", "pk")[:MOST_GRIDS])
    holders: dict[int, str] = {}
    held = GridAssignment.objects.filter(grid__in=listed, status=Standing.IN_FORCE, during__contains=today)
    for row in held.select_related("consortium").order_by("grid", "pk"):
        holders[row.grid_id] = f"现由{row.consortium}负责"
    return [(grid.pk, f"{grid}（{grid.division.name}）{_note(holders.get(grid.pk))}") for grid in listed]


def _note(holder: str | None) -> str:
    return f"，{holder}" if holder else ""
