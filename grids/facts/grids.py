"""Reading grids into facts (读取网格事实): a fixed number of queries for a batch of any size."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date

from django.db.models import Q, QuerySet

from grids.coverage import Stake, stake_of_row, stake_rows, township_states
from grids.facts.grid import GridFacts, GridUnitFacts, HolderFacts
from grids.models import Grid, GridAssignment, GridUnit, Standing
from registry.facts.institutions import places
from registry.facts.kinds import CLASSES
from registry.gather import composed, gather
from registry.models import Institution, ManagementAreaDivision


def grid_facts(ids: Iterable[int], as_of: date, *, left_out: frozenset[str] = frozenset()) -> list[GridFacts]:
    """Facts of one batch, in the order of the ids; ``left_out`` names the parts that need not be read."""
    ids = list(ids)
    grids, holding, drawn = gather(
        _own_rows(ids, as_of),
        _holder_rows(ids, as_of),
        None if "units" in left_out else _unit_rows(ids, as_of),
    )
    rows = {pk: rest for pk, *rest in grids}
    holders = defaultdict(list)
    for row in holding:
        grid, status = row[0], row[2]
        stake = stake_of_row(row, rows[grid][0], in_force=status == Standing.IN_FORCE)
        holders[grid].append(holder(stake))
    units = defaultdict(list)
    townships = _townships({division for _, division, _ in drawn}, as_of) if drawn else {}
    for grid, division, status in drawn:
        if division in townships:
            units[grid].append(townships[division](status == Standing.CLAIMED))
    unread = tuple(sorted(left_out))
    return [
        GridFacts(
            id=pk, name=name, ancestry=places(path), retired=not standing, units=tuple(units[pk]),
            holders=tuple(holders[pk]), unread=unread,
        )
        for pk in ids
        if pk in rows
        for name, path, standing in (rows[pk],)
    ]  # fmt: skip


@composed("ids", "as_of")
def _own_rows(ids: Sequence[int], as_of: date) -> QuerySet:
    rows = Grid.objects.filter(pk__among=ids).annotate(standing=Q(during__contains=as_of))
    return rows.order_by().values_list("pk", "name", "division__path", "standing")


@composed("ids", "as_of")
def _holder_rows(ids: Sequence[int], as_of: date) -> QuerySet:
    return stake_rows(GridAssignment.objects.filter(grid__among=ids), as_of)


@composed("ids", "as_of")
def _unit_rows(ids: Sequence[int], as_of: date) -> QuerySet:
    rows = GridUnit.objects.filter(grid__among=ids, during__contains=as_of).exclude(status=Standing.DISMISSED)
    return rows.order_by("division__code", "pk").values_list("grid_id", "division_id", "status")


def _townships(division_ids: set[int], as_of: date) -> dict:
    """By township id, a function that makes its facts, given whether the grid only claims it."""
    wanted = sorted(division_ids)
    states = township_states(Q(pk__among=wanted), as_of)
    zones = defaultdict(list)
    areas = ManagementAreaDivision.objects.filter(division__among=wanted).order_by("area__code")
    for division, name in areas.values_list("division_id", "area__name"):
        zones[division].append(name)
    providers = providers_in(Q(township__among=wanted), "primary_care", as_of)

    held = {state.id: tuple(map(holder, state.stakes)) for state in states}

    def maker(state):
        return lambda claimed: GridUnitFacts(
            code=state.code,
            name=state.name,
            claimed=claimed,
            holders=held[state.id],
            zones=tuple(zones[state.id]),
            providers=providers[state.id],
        )

    return {state.id: maker(state) for state in states}


def providers_in(inside: Q, kind: str, as_of: date) -> Counter[int]:
    """How many institutions of a kind are open in each township on a day, of those that a condition names; one query."""
    rows = Institution.objects.live().filter(inside, township__isnull=False).open_on(as_of)
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
