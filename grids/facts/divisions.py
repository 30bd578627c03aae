"""Reading places into facts (读取区划事实): a fixed number of queries for a batch of any size."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date

from django.db.models import Q

from grids.coverage import TownshipState, once, township_states
from grids.facts.division import DivisionFacts, GridLineFacts, ShareFacts, TownshipFacts
from grids.facts.grids import providers_in
from grids.facts.local import local_consortia, private_of, units_of
from grids.kinds import RESPONSIBLE_KINDS
from grids.models import Grid, GridAssignment, Standing
from registry.facts.declarations import declarations_of
from registry.facts.facilities import facilities_of
from registry.facts.institutions import places
from registry.facts.reach import of_levels, reach_of
from registry.models import Consortium, Division

NAMED = 8  # regions that one condition names


def division_facts(
    ids: Iterable[int], as_of: date, *, left_out: frozenset[str] = frozenset()
) -> list[DivisionFacts]:
    """Facts of one batch, in the order of the ids; ``left_out`` names the parts that need not be read."""
    ids = list(ids)
    rows = {row.pk: row for row in Division.objects.filter(pk__among=ids).order_by()}
    wanted = {row.path: row.pk for row in rows.values()}
    reach = Q(pk__in=[])
    for path in _regions(wanted):
        reach |= Q(path__startswith=path)
    townships = _spread(wanted, ((state.path, state) for state in township_states(reach, as_of)))
    inside = Division.objects.filter(reach).values("pk")
    centres = providers_in(Q(township__in=inside), "community_health_centre", as_of)
    grids = _spread(wanted, _grids(inside, as_of))
    consortia = _spread(wanted, () if "consortia" in left_out else local_consortia(inside, as_of))
    declarations = declarations_of("division", () if "declarations" in left_out else ids, as_of)
    facilities = facilities_of(() if "facilities" in left_out else (row.code for row in rows.values()))
    counties = [row.pk for row in rows.values() if row.level == Division.Level.COUNTY]
    units = units_of(() if "units" in left_out else counties, as_of)
    private = private_of(() if "private" in left_out else counties, as_of)
    return [
        DivisionFacts(
            id=pk,
            name=rows[pk].name,
            code=rows[pk].code,
            level=rows[pk].level,
            kind=rows[pk].kind,
            ancestry=places(rows[pk].path),
            townships=tuple(_township(state, centres[state.id]) for state in once(townships[pk])),
            grids=tuple(grids[pk]),
            consortia=tuple(consortia[pk]),
            units=units.get(pk),
            private=private[pk][0] if pk in private else None,
            private_joined=private[pk][1] if pk in private else 0,
            facilities=facilities.get(rows[pk].code, ()),
            declarations=declarations[pk],
            unread=tuple(sorted(left_out)),
        )
        for pk in ids
        if pk in rows
    ]


def _regions(paths: Iterable[str]) -> list[str]:
    """Paths that lie in no other and hold all of these, few enough for a condition that names each of them.

    Of many places that which they lie in stands for them: what is read beside them belongs to none of them.
    """
    kept: list[str] = []
    for path in sorted(paths):
        if not kept or not path.startswith(kept[-1]):
            kept.append(path)
    above = {f"{path.rstrip('/').rpartition('/')[0]}/" for path in kept}
    return _regions(above) if len(kept) > NAMED and "/" not in above else kept


def _spread(wanted: dict[str, int], things: Iterable[tuple[str, object]]) -> dict[int, list]:
    """Things by the id of every wanted place on their path."""
    found = defaultdict(list)
    for path, thing in things:
        end = path.find("/", 1)
        while end > 0:
            if pk := wanted.get(path[: end + 1]):
                found[pk].append(thing)
            end = path.find("/", end + 1)
    return found


def _township(state: TownshipState, centres: int) -> TownshipFacts:
    standing = [stake for stake in state.stakes if stake.stands_on(state.day)]
    shares = tuple(
        ShareFacts(
            grid=name,
            consortia=tuple(stake.consortium for stake in standing if stake.grid_id == pk),
            focuses=tuple(stake.focus for stake in standing if stake.grid_id == pk),
        )
        for pk, name in state.grids
    )
    groups = {stake.consortium for stake in standing if stake.kind == Consortium.Kind.CITY_GROUP}
    return TownshipFacts(
        code=state.code,
        name=state.name,
        covered=state.is_covered,
        contested=state.is_contested,
        grids=shares,
        city_groups=tuple(sorted(groups)),
        centres=centres,
    )


def _grids(inside, as_of: date) -> Iterator[tuple[str, GridLineFacts]]:
    responsible, decided = defaultdict(list), defaultdict(list)
    rows = Grid.objects.on(as_of).filter(division__in=inside)
    alive = Q(consortium__closed_on__isnull=True) | Q(consortium__closed_on__gt=as_of)
    assignments = (
        GridAssignment.objects.filter(
            alive, grid__in=rows, during__contains=as_of, consortium__kind__in=RESPONSIBLE_KINDS
        )
        .exclude(status=Standing.DISMISSED)
        .order_by("consortium__name", "pk")
    )
    for grid, consortium, bureau in assignments.values_list(
        "grid_id", "consortium__name", "decided_by__short_name"
    ):
        responsible[grid].append(consortium)
        if bureau:
            decided[grid].append(bureau)
    for pk, name, path in rows.order_by("name", "pk").values_list("pk", "name", "division__path"):
        yield path, GridLineFacts(name, tuple(responsible[pk]), tuple(dict.fromkeys(decided[pk])))


reach_of(
    "townships_in_one_grid", "townships_covered", "grids_have_responsible", "communities_have_grid", "grids_decided_by",
    "plan_and_grids", "consortia_founded", "specialty_coverage", "consortia_remote_enabled",
)(of_levels)  # fmt: skip


@reach_of(
    "urban_townships_covered", "urban_district_has_grid", "city_groups_at_most", "one_centre_each",
    "county_community_present", "units_in_one_community", "private_share",
)  # fmt: skip
def _counties(params, inside: Q, day: date) -> Q:
    return Q(level=Division.Level.COUNTY)
