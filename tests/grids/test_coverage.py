"""Coverage of townships on any day, against a plain reading of the rows."""

import datetime as dt

import pytest
from django.db.models import Q
from hypothesis import given, settings
from hypothesis import strategies as st

from grids.coverage import change_days, coverage, coverage_within
from grids.models import GridAssignment, GridUnit, Holding
from tests.factories import (
    GridAssignmentFactory,
    GridFactory,
    GridUnitFactory,
    TownshipFactory,
)

DAY = dt.date(2020, 5, 1)
FIRST = dt.date(2020, 1, 1)


def _names(townships) -> set[str]:
    return {township.name for township in townships}


@pytest.fixture
def held(district):
    """One township in force, the next claimed, the third in a grid of nobody, the fourth in no grid."""
    in_force = GridUnitFactory(grid__division=district.county, division=district.towns[0]).grid
    GridAssignmentFactory(grid=in_force, consortium=district.first)
    claimed = GridUnitFactory(grid__division=district.county, division=district.towns[1]).grid
    GridAssignmentFactory(grid=claimed, consortium=district.second, status="claimed")
    GridUnitFactory(grid__division=district.county, division=district.towns[2])
    return district


def test_covered_uncovered_and_contested(held):
    seen = coverage_within(held.county, DAY)
    assert _names(seen.covered) == {"铜元局街道"}
    assert _names(seen.uncovered) == {"花园路街道", "南坪街道", "海棠溪街道"}
    assert _names(seen.contested) == {"花园路街道"}


def test_a_claim_against_what_is_in_force_leaves_it_covered_and_contested(held):
    grid = GridUnit.objects.get(division=held.towns[0]).grid
    GridAssignmentFactory(grid=grid, consortium=held.second, status="claimed")
    (township,) = [t for t in coverage_within(held.county, DAY).townships if t.name == "铜元局街道"]
    assert township.is_covered
    assert township.is_contested
    assert township.holder.consortium == "南岸第一医疗集团"


def test_an_exempt_consortium_beside_another_contests_nothing(held):
    grid = GridUnit.objects.get(division=held.towns[0]).grid
    GridAssignmentFactory(grid=grid, consortium=held.second, exclusive=False)
    seen = coverage_within(held.county, DAY)
    assert _names(seen.contested) == {"花园路街道"}


def test_a_dismissed_claim_is_history(held):
    GridAssignment.objects.filter(status="claimed").update(status="dismissed")
    assert coverage_within(held.county, DAY).contested == []


def test_a_claimed_township_of_a_grid_in_force_is_not_covered(held):
    GridUnit.objects.filter(division=held.towns[0]).update(status="claimed")
    seen = coverage_within(held.county, DAY)
    assert seen.covered == []
    assert "铜元局街道" in _names(seen.contested)


def test_a_closed_consortium_covers_until_the_day_before(held):
    held.first.closed_on = DAY
    held.first.save()
    assert _names(coverage_within(held.county, DAY - dt.timedelta(1)).covered) == {"铜元局街道"}
    assert coverage_within(held.county, DAY).covered == []


def test_an_alliance_covers_nothing(held):
    held.first.kind = "specialty_alliance"
    held.first.save()
    assert coverage_within(held.county, DAY).covered == []


def test_a_township_counts_only_while_it_exists(held):
    town = held.towns[3]
    town.valid_from, town.valid_to = dt.date(2019, 1, 1), DAY
    town.save()
    assert "海棠溪街道" in _names(coverage_within(held.county, DAY - dt.timedelta(1)).uncovered)
    assert "海棠溪街道" not in _names(coverage_within(held.county, DAY).townships)


def test_two_codes_of_one_township_count_once_and_share_their_coverage(held):
    TownshipFactory(parent=held.county, name="铜元局街道（经开区）", physical_unit=held.towns[0])
    seen = coverage_within(held.county, DAY)
    assert len(seen.townships) == 4
    assert _names(seen.covered) == {"铜元局街道"}


def test_a_grid_that_names_the_other_code_covers_the_place(held):
    alias = TownshipFactory(name="海棠溪街道（新区）", physical_unit=held.towns[3])
    grid = GridUnitFactory(grid__division=alias.parent, division=alias).grid
    GridAssignmentFactory(grid=grid)
    assert "海棠溪街道" in _names(coverage_within(held.county, DAY).covered)
    assert _names(coverage_within(alias.parent, DAY).covered) == {"海棠溪街道（新区）"}


@pytest.mark.parametrize("towns", [1, 30])
def test_it_costs_the_same_for_one_township_or_many(held, django_assert_num_queries, towns):
    for _ in range(towns):
        unit = GridUnitFactory(grid__division=held.county)
        GridAssignmentFactory(grid=unit.grid, consortium=held.first)
    with django_assert_num_queries(3):
        seen = coverage_within(held.county, DAY)
        assert len(seen.by_county()) == 1
        assert all(t.county == "南岸区" for t in seen.townships)


def test_the_days_of_change_are_the_ends_of_all_periods(held):
    GridAssignment.objects.filter(status="in_force").update(during=(DAY, dt.date(2020, 9, 1)))
    assert change_days(Q(path__startswith=held.county.path)) == [
        dt.date(2015, 1, 1),
        DAY,
        dt.date(2020, 9, 1),
    ]


_days = st.integers(0, 40).map(lambda n: FIRST + dt.timedelta(n))
_periods = st.tuples(_days, _days).filter(lambda p: p[0] < p[1])
_standing = st.sampled_from(["in_force", "claimed", "dismissed"])
_units = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 3), _periods, _standing), max_size=6)
_assignments = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 1), _periods, _standing), max_size=5)


@pytest.mark.django_db
@settings(max_examples=40)
@given(units=_units, assignments=_assignments, day=_days)
def test_on_any_day_it_equals_a_plain_reading_of_the_rows(district, units, assignments, day):
    GridAssignment.objects.all().delete()
    GridUnit.objects.all().delete()
    grids = [GridFactory(division=district.county) for _ in range(3)]
    who = [district.first, district.second]
    units = _without_overlap(units, lambda u: u[:2])
    # Everything is non-exclusive here, so that any mixture may stand in force; claims are told by their status.
    assignments = _without_overlap(assignments, lambda a: a[:2])
    for grid, town, days, status in units:
        GridUnitFactory(grid=grids[grid], division=district.towns[town], during=days, status=status)
    for grid, one, days, status in assignments:
        GridAssignmentFactory(
            grid=grids[grid], consortium=who[one], during=days, status=status, exclusive=False
        )
    seen = coverage_within(district.county, day)
    held = set(Holding.objects.filter(during__contains=day).values_list("unit", flat=True))
    assert held == {township.unit_id for township in seen.covered}
    for position, town in enumerate(district.towns):
        pairs = [
            (u[3], a[3])
            for u in units
            for a in assignments
            if u[1] == position
            and u[0] == a[0]
            and u[2][0] <= day < u[2][1]
            and a[2][0] <= day < a[2][1]
            and "dismissed" not in (u[3], a[3])
        ]
        covered = ("in_force", "in_force") in pairs
        assert (town.name in _names(seen.covered)) == covered
        assert (town.name in _names(seen.contested)) == (bool(pairs) and not covered)


def _without_overlap(rows, key):
    kept = []
    for row in rows:
        clash = any(
            key(other) == key(row) and other[2][0] < row[2][1] and row[2][0] < other[2][1] for other in kept
        )
        if not clash:
            kept.append(row)
    return kept


def test_the_holdings_of_the_database_agree_with_the_coverage(held):
    seen = coverage(Q(path__startswith=held.county.path), DAY)
    units = set(Holding.objects.filter(during__contains=DAY).values_list("unit_id", flat=True))
    assert units == {township.unit_id for township in seen.covered}
