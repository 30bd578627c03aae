"""Reading grids into facts (读取网格事实): a fixed number of queries for a batch of any size."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date

from django.db.models import Q

from grids.coverage import Stake, stake_of, township_states
from grids.facts.grid import GridFacts, GridUnitFacts, HolderFacts
from grids.models import Grid, GridAssignment, GridUnit, Standing
from registry.facts.institutions import places
from registry.facts.kinds import CLASSES
from registry.models import Institution, ManagementAreaDivision


def grid_facts(ids: Iterable[int], as_of: date) -> list[GridFacts]:
    """Facts of one batch, in the order of the ids."""
    ids = list(ids)
    rows = Grid.objects.select_related("division").in_bulk(ids)
    units = defaultdict(list)
    for unit in (
        GridUnit.objects.filter(grid__in=ids, during__contains=as_of)
        .exclude(status=Standing.DISMISSED)
        .order_by("division__code", "pk")
    ):
        units[unit.grid_id].append(unit)
    holders = _holders(rows, as_of)
    townships = _townships({unit.division_id for listed in units.values() for unit in listed}, as_of)
    return [
        GridFacts(
            id=pk,
            name=rows[pk].name,
            ancestry=places(rows[pk].division.path),
            retired=as_of not in rows[pk].during,
            units=tuple(
                townships[unit.division_id](unit.status == Standing.CLAIMED)
                for unit in units[pk]
                if unit.division_id in townships
            ),
            holders=holders[pk],
        )
        for pk in ids
        if pk in rows
    ]


def _holders(rows: dict[int, Grid], as_of: date) -> dict[int, tuple[HolderFacts, ...]]:
    found = defaultdict(list)
    assignments = (
        GridAssignment.objects.filter(grid__in=rows, during__contains=as_of)
        .exclude(status=Standing.DISMISSED)
        .select_related("consortium")
        .order_by("consortium__name", "pk")
    )
    for row in assignments:
        stake = stake_of(row, rows[row.grid_id].name, in_force=row.status == Standing.IN_FORCE)
        found[row.grid_id].append(holder(stake))
    return defaultdict(tuple, {pk: tuple(listed) for pk, listed in found.items()})


def _townships(division_ids: set[int], as_of: date) -> dict:
    """By township id, a function that makes its facts, given whether the grid only claims it."""
    states = township_states(Q(pk__in=division_ids), as_of)
    zones = defaultdict(list)
    areas = ManagementAreaDivision.objects.filter(division__in=division_ids).order_by("area__code")
    for division, name in areas.values_list("division_id", "area__name"):
        zones[division].append(name)
    providers = providers_in(division_ids, "primary_care")

    def maker(state):
        return lambda claimed: GridUnitFacts(
            code=state.code,
            name=state.name,
            claimed=claimed,
            holders=tuple(holder(stake) for stake in state.stakes),
            zones=tuple(zones[state.id]),
            providers=providers[state.id],
        )

    return {state.id: maker(state) for state in states}


def providers_in(townships, kind: str) -> Counter[int]:
    """How many open institutions of a kind are recorded in each township, in one query."""
    rows = Institution.objects.live().filter(township__in=townships, status=Institution.Status.OPEN)
    return Counter(
        township
        for township, code in rows.order_by().values_list("township_id", "institution_class_id")
        if code and code.startswith(CLASSES[kind])
    )


def holder(stake: Stake) -> HolderFacts:
    """A stake as a fact."""
    return HolderFacts(
        consortium=stake.consortium,
        kind=stake.kind,
        focus=stake.focus,
        grid=stake.grid,
        in_force=stake.in_force,
        first=stake.first,
        last=stake.last,
        ended_on=stake.ended_on,
    )
