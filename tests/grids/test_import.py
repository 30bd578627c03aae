"""Bringing existing grids in: what collides becomes a claim with a warning, what stands in force stays."""

import datetime as dt

import pytest

from grids import services
from grids.coverage import coverage_within
from grids.models import Grid, GridAssignment, GridUnit
from grids.services import GridRow
from registry import access
from registry.access import Denied
from tests import actors
from tests.factories import AuthorityFactory, CityFactory, ConsortiumFactory, CountyFactory, TownshipFactory

START = dt.date(2019, 1, 1)
DAY = dt.date(2020, 5, 1)


def _import(district, *rows):
    numbered = [
        GridRow(number, name, tuple(district.towns[i] for i in positions), consortium, *days)
        for number, (name, positions, consortium, *days) in enumerate(rows, start=2)
    ]
    return services.import_grids(numbered, by=district.planner)


def _covered(district, day=DAY) -> dict[str, str]:
    seen = coverage_within(district.county, day)
    return {t.name: t.holder.consortium for t in seen.covered}


def test_clean_rows_come_in_force(district):
    outcome = _import(
        district,
        ("东网格", [0], district.first, START),
        ("东网格", [1], district.first, START),
        ("西网格", [2, 3], district.second, START),
    )
    assert (outcome.created, outcome.warnings) == ([2, 3, 4], [])
    assert Grid.objects.count() == 2
    assert len(_covered(district)) == 4


def test_the_same_file_again_changes_nothing_and_says_so(district):
    rows = [("东网格", [0, 1], district.first, START), ("西网格", [1, 2], district.second, START)]
    _import(district, *rows)
    before = list(GridUnit.objects.order_by("pk").values_list("pk", "status", "during"))
    outcome = _import(district, *rows)
    assert outcome.created == []
    assert outcome.unchanged == [2, 3]
    assert list(GridUnit.objects.order_by("pk").values_list("pk", "status", "during")) == before
    assert GridAssignment.objects.count() == 2


def test_rows_that_collide_with_each_other_all_come_in_as_claims(district):
    outcome = _import(
        district,
        ("东网格", [0], district.first, START),
        ("东网格", [1], district.first, START),
        ("西网格", [1], district.second, START),
        ("西网格", [2], district.second, START),
    )
    assert {row for row, _ in outcome.warnings} == {3, 4}
    assert "花园路街道" in outcome.warnings[0][1]
    assert "南岸第二医疗集团" in outcome.warnings[0][1]
    assert _covered(district) == {"铜元局街道": "南岸第一医疗集团", "南坪街道": "南岸第二医疗集团"}
    assert [t.name for t in coverage_within(district.county, DAY).contested] == ["花园路街道"]


def test_two_consortia_for_one_grid_are_both_claims(district):
    outcome = _import(
        district,
        ("东网格", [0], district.first, START),
        ("东网格", [0], district.second, START),
    )
    assert len(outcome.warnings) == 2
    assert set(GridAssignment.objects.values_list("status", flat=True)) == {"claimed"}
    assert _covered(district) == {}


def test_one_after_the_other_is_no_collision(district):
    change = dt.date(2019, 12, 31)
    outcome = _import(
        district,
        ("东网格", [0], district.first, START, change),
        ("东网格", [0], district.second, change + dt.timedelta(1)),
    )
    assert outcome.warnings == []
    assert _covered(district, change) == {"铜元局街道": "南岸第一医疗集团"}
    assert _covered(district) == {"铜元局街道": "南岸第二医疗集团"}


def test_a_row_against_what_is_in_force_is_a_claim_and_the_other_stays(district):
    _import(district, ("东网格", [0, 1], district.first, START))
    outcome = _import(district, ("西网格", [1, 2], district.second, DAY))
    ((row, sentence),) = outcome.warnings
    assert row == 2
    assert "花园路街道" in sentence
    assert "南岸第一医疗集团" in sentence
    assert "原有责任不变" in sentence
    assert _covered(district) == {
        "铜元局街道": "南岸第一医疗集团",
        "花园路街道": "南岸第一医疗集团",
        "南坪街道": "南岸第二医疗集团",
    }


def test_a_second_consortium_for_a_grid_in_force_is_a_claim(district):
    _import(district, ("东网格", [0], district.first, START))
    outcome = _import(district, ("东网格", [0], district.second, DAY))
    assert "已由“南岸第一医疗集团”负责" in outcome.warnings[0][1]
    assert GridAssignment.objects.get(consortium=district.second).is_claim


def test_an_alliance_comes_in_as_a_claim(district):
    alliance = ConsortiumFactory(kind="specialty_alliance", name="胸科联盟", division=district.county)
    outcome = _import(district, ("东网格", [0], alliance, START))
    assert outcome.warnings == [(2, "“胸科联盟”是专科联盟，不负责网格，本行按主张登记。")]


def test_a_closed_consortium_is_responsible_until_its_end_only(district):
    district.first.closed_on = DAY
    district.first.save()
    outcome = _import(district, ("东网格", [0], district.first, START))
    assert "终止" in outcome.warnings[0][1]
    assert _covered(district, DAY - dt.timedelta(1)) == {"铜元局街道": "南岸第一医疗集团"}
    assert _covered(district) == {}


def test_without_dates_a_row_holds_on_every_day(district):
    _import(district, ("东网格", [0], district.first))
    assert _covered(district) == _covered(district, dt.date(1999, 1, 1)) == {"铜元局街道": "南岸第一医疗集团"}


def test_a_grid_without_a_consortium_covers_nothing(district):
    _import(district, ("东网格", [0], None, START))
    assert _covered(district) == {}
    assert Grid.objects.get().units.count() == 1


def test_a_name_used_in_two_counties_is_two_grids_unless_one_consortium_has_both(district):
    neighbour = CountyFactory(code="500109", name="北碚区", parent=CityFactory())
    town = TownshipFactory(parent=neighbour, code="500109001", name="天生街道")
    access.grant(district.planner, "planner", AuthorityFactory(division=neighbour))
    rows = [
        GridRow(2, "第一网格", (district.towns[0],), district.first, START),
        GridRow(3, "第一网格", (town,), district.second, START),
    ]
    services.import_grids(rows, by=district.planner)
    assert set(Grid.objects.values_list("division__name", flat=True)) == {"南岸区", "北碚区"}


def test_a_grid_across_counties_under_one_consortium_is_one_grid(district):
    city = AuthorityFactory(division=district.county.parent)
    town = TownshipFactory(parent=CountyFactory(code="500109", parent=city.division), code="500109001")
    rows = [
        GridRow(2, "主城网格", (district.towns[0],), district.first, START),
        GridRow(3, "主城网格", (town,), district.first, START),
    ]
    services.import_grids(rows, by=actors.planner_of(city))
    assert Grid.objects.get().division == city.division


def test_an_importer_without_the_right_is_refused(district):
    stranger = actors.reviewer_of(district.authority)
    with pytest.raises(Denied):
        services.import_grids([GridRow(2, "网格", (district.towns[0],))], by=stranger)
