"""Coverage (覆盖): which townships are covered, uncovered or contested on a day, with a fixed number of queries.

A township is covered when a consortium of a responsible kind that still exists is in force for it. An open claim
by anybody who would have to be alone makes it contested; a township held only by claims is contested and not covered.
Two codes of one physical township count once.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from grids.kinds import RESPONSIBLE_KINDS
from grids.models import GridAssignment, GridUnit, Standing
from registry.gather import composed, gather
from registry.gather import day as gathered_day
from registry.models import Division


@dataclass(frozen=True, slots=True)
class Stake:
    """A consortium's hold on a township through a grid: in force only when both township and grid are its own."""

    grid_id: int
    grid: str
    consortium_id: int
    consortium: str
    kind: str
    focus: str
    in_force: bool
    exclusive: bool
    first: dt.date | None
    last: dt.date | None
    ended_on: dt.date | None = None

    @property
    def may_be_responsible(self) -> bool:
        return self.kind in RESPONSIBLE_KINDS

    def stands_on(self, day: dt.date) -> bool:
        """The consortium still exists on the day."""
        return self.ended_on is None or self.ended_on > day


@dataclass(frozen=True, slots=True)
class TownshipState:
    """One physical township on one day; `grids` are those it is in, with or without anybody responsible."""

    id: int
    unit_id: int
    code: str
    name: str
    path: str
    parent_id: int
    county: str
    grids: tuple[tuple[int, str], ...]
    stakes: tuple[Stake, ...]
    day: dt.date

    @property
    def in_force(self) -> tuple[Stake, ...]:
        return tuple(s for s in self.stakes if s.in_force and s.may_be_responsible and s.stands_on(self.day))

    @property
    def claims(self) -> tuple[Stake, ...]:
        return tuple(s for s in self.stakes if not s.in_force and s.stands_on(self.day))

    @property
    def is_covered(self) -> bool:
        return bool(self.in_force)

    @property
    def is_contested(self) -> bool:
        return any(claim.exclusive or not self.is_covered for claim in self.claims)

    @property
    def holder(self) -> Stake | None:
        """Who is responsible; the exclusive one where an exempt consortium shares the place."""
        return min(self.in_force, key=lambda s: (not s.exclusive, s.consortium), default=None)


@dataclass(frozen=True)
class Coverage:
    """The townships of an area on a day."""

    day: dt.date
    townships: list[TownshipState]

    @property
    def covered(self) -> list[TownshipState]:
        return [t for t in self.townships if t.is_covered]

    @property
    def uncovered(self) -> list[TownshipState]:
        return [t for t in self.townships if not t.is_covered]

    @property
    def contested(self) -> list[TownshipState]:
        return [t for t in self.townships if t.is_contested]

    def by_county(self) -> dict[int, "Coverage"]:
        """The same, county by county (by the id of the place above each township)."""
        parts = defaultdict(list)
        for township in self.townships:
            parts[township.parent_id].append(township)
        return {parent: Coverage(self.day, townships) for parent, townships in parts.items()}


def coverage(area: Q, day: dt.date) -> Coverage:
    """Coverage of the townships that a condition on divisions selects; three queries whatever the size."""
    return Coverage(day, once(township_states(area, day)))


def once(states: Iterable[TownshipState]) -> list[TownshipState]:
    """Each physical township once, under its representative code where that is among them."""
    units: dict[int, TownshipState] = {}
    for state in states:
        if state.unit_id not in units or state.id == state.unit_id:
            units[state.unit_id] = state
    return sorted(units.values(), key=lambda state: state.code)


def township_states(area: Q, day: dt.date) -> list[TownshipState]:
    """The townships of an area on a day in the order of their codes, one for each code; three queries."""
    rows = list(
        Division.objects.on(day)
        .filter(area, level=Division.Level.TOWNSHIP)
        .order_by("code", "pk")
        .values_list("id", "physical_unit_id", "code", "name", "path", "parent_id", "parent__name")
    )
    grids, stakes = _stakes(sorted({physical or pk for pk, physical, *_ in rows}), day)
    states = []
    for pk, physical, code, name, path, parent_id, county in rows:
        unit = physical or pk
        in_grids = tuple(sorted(grids[unit].items(), key=lambda item: item[1]))
        states.append(
            TownshipState(
                pk, unit, code, name, path, parent_id, county or "", in_grids, tuple(stakes[unit]), day
            )
        )
    return states


def coverage_within(division: Division, day: dt.date) -> Coverage:
    """Coverage of a place and everything below it."""
    return coverage(Q(path__startswith=division.path), day)


def _stakes(units: Sequence[int], day: dt.date) -> tuple[dict[int, dict[int, str]], dict[int, list[Stake]]]:
    """Grids and stakes by physical unit; a grid may hold the place under any of its codes."""
    (aliases,) = gather(_alias_rows(units))
    unit_of: dict[int, int] = {unit: unit for unit in units} | dict(aliases)
    codes = sorted(unit_of)
    places, rows = gather(_place_rows(codes, day), _assignment_rows(codes, day))
    assignments = defaultdict(list)
    for row in rows:
        assignments[row[0]].append(row)
    grids: dict[int, dict[int, str]] = defaultdict(dict)
    found: dict[int, dict[int, Stake]] = defaultdict(dict)
    known: dict[tuple[int, bool], Stake] = {}
    for division, grid, name, status in places:
        unit = unit_of[division]
        grids[unit][grid] = name
        for row in assignments[grid]:
            pk, in_force = row[1], status == row[2] == Standing.IN_FORCE
            # The same place under two codes of one grid is one stake, in force if either is.
            if pk not in found[unit] or in_force:
                if (pk, in_force) not in known:
                    known[pk, in_force] = stake_of_row(row, name, in_force=in_force)
                found[unit][pk] = known[pk, in_force]
    stakes = defaultdict(list, {unit: list(by.values()) for unit, by in found.items()})
    return grids, stakes


@composed("units")
def _alias_rows(units: Sequence[int]) -> QuerySet:
    """Other codes of some physical places."""
    return (
        Division.objects.filter(physical_unit__among=units).order_by().values_list("pk", "physical_unit_id")
    )


def _places(codes: Sequence[int], day: dt.date) -> QuerySet:
    rows = GridUnit.objects.filter(division__among=codes, during__contains=day, grid__during__contains=day)
    return rows.exclude(status=Standing.DISMISSED)


@composed("codes", "day")
def _place_rows(codes: Sequence[int], day: dt.date) -> QuerySet:
    rows = _places(codes, day).order_by("grid__name", "pk")
    return rows.values_list("division_id", "grid_id", "grid__name", "status")


@composed("codes", "day")
def _assignment_rows(codes: Sequence[int], day: dt.date) -> QuerySet:
    return stake_rows(
        GridAssignment.objects.filter(grid__in=_places(codes, day).order_by().values("grid")), day
    )


def stake_rows(assignments: QuerySet[GridAssignment], day: dt.date) -> QuerySet:
    """What :func:`stake_of_row` reads of those of the assignments that stand or are claimed on a day."""
    rows = assignments.filter(during__contains=day).exclude(status=Standing.DISMISSED)
    return rows.order_by("consortium__name", "pk").values_list(
        "grid_id", "pk", "status", "exclusive", "during__startswith", "during__endswith", "consortium_id",
        "consortium__name", "consortium__kind", "consortium__specialty_focus", "consortium__closed_on",
    )  # fmt: skip


def stake_of_row(row: Sequence[Any], grid_name: str, *, in_force: bool) -> Stake:
    """The stake of one gathered assignment."""
    grid, _, _, exclusive, first, last, consortium, name, kind, focus, closed_on = row
    return Stake(
        grid, grid_name, consortium, name, kind, focus, in_force, exclusive,
        gathered_day(first), gathered_day(last), gathered_day(closed_on),
    )  # fmt: skip


def change_days(area: Q) -> list[dt.date]:
    """The days on which coverage in an area changed or will change, in order."""
    inside = Division.objects.filter(area, level=Division.Level.TOWNSHIP).values("pk")
    units = GridUnit.objects.filter(division__in=inside).exclude(status=Standing.DISMISSED)
    assignments = GridAssignment.objects.filter(grid__units__in=units).exclude(status=Standing.DISMISSED)
    days: set[dt.date] = set()
    for rows in (units, assignments):
        for lower, upper in rows.order_by().values_list("during__startswith", "during__endswith").distinct():
            days |= {lower, upper}
    closed = assignments.order_by().values_list("consortium__closed_on", flat=True).distinct()
    return sorted((days | set(closed)) - {None})
