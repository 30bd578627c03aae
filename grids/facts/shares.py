"""Adding to the facts of consortia and institutions what only the grids know (医联体、机构事实中的网格部分)."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from django.db.models import Exists, OuterRef

from grids.models import GridAssignment, GridUnit, Standing
from registry.facts import ConsortiumFacts, DistrictShareFacts, InstitutionFacts
from registry.models import Division, Lead


def with_districts(facts: Iterable[ConsortiumFacts], as_of: date) -> list[ConsortiumFacts]:
    """The same consortia with the counties that their grids reach into; three queries for a batch of any size."""
    facts = list(facts)
    held = _townships_held([one.id for one in facts if one.id], as_of)
    counties = {parent for townships in held.values() for parent in townships.values()}
    names = dict(Division.objects.filter(pk__in=counties).order_by().values_list("pk", "name"))
    size = defaultdict(int)
    below = Division.objects.on(as_of).filter(parent__in=counties, level=Division.Level.TOWNSHIP)
    # One physical place counts once, under the code that stands for it.
    for parent in below.filter(physical_unit__isnull=True).order_by().values_list("parent_id", flat=True):
        size[parent] += 1
    return [replace(one, districts=_shares(held[one.id], names, size)) for one in facts]


def _townships_held(consortia: list[int], as_of: date) -> dict[int | None, dict[int, int]]:
    """By consortium, the townships of its grids on the day, each with the county above it."""
    pairs = (
        GridAssignment.objects.filter(consortium__in=consortia, during__contains=as_of)
        .exclude(status=Standing.DISMISSED)
        .order_by()
        .values_list("consortium_id", "grid_id")
    )
    by_grid = defaultdict(set)
    for consortium, grid in pairs:
        by_grid[grid].add(consortium)
    units = GridUnit.objects.filter(
        grid__in=by_grid, during__contains=as_of, division__in=Division.objects.on(as_of).values("pk")
    )
    held = defaultdict(dict)
    for grid, division, physical, parent in (
        units.exclude(status=Standing.DISMISSED)
        .order_by()
        .values_list("grid_id", "division_id", "division__physical_unit_id", "division__parent_id")
    ):
        for consortium in by_grid[grid]:
            held[consortium][physical or division] = parent
    return held


def _shares(townships: dict[int, int], names: dict[int, str], size) -> tuple[DistrictShareFacts, ...]:
    count = defaultdict(int)
    for parent in townships.values():
        count[parent] += 1
    shares = (DistrictShareFacts(names[pk], size[pk], number) for pk, number in count.items())
    return tuple(sorted(shares, key=lambda share: share.district))


def with_grids_led(facts: dict[int, InstitutionFacts], as_of: date) -> dict[int, InstitutionFacts]:
    """The same institutions; of the consortia that each leads it is said whether they hold a grid. One query."""
    holding = GridAssignment.objects.filter(
        consortium=OuterRef("consortium"), during__contains=as_of
    ).exclude(status=Standing.DISMISSED)
    leads = Lead.objects.filter(Exists(holding), institution__in=facts, during__contains=as_of)
    led = set(leads.order_by().values_list("institution_id", "consortium__name"))
    return {
        pk: replace(
            one,
            services=tuple(
                replace(s, holds_grid=s.leads and (pk, s.consortium) in led) for s in one.services
            ),
        )
        for pk, one in facts.items()
    }
