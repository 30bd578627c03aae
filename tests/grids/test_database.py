"""What the database itself refuses, by whatever path the row comes, and two people at once."""

import datetime as dt
import threading

import pytest
from django.db import IntegrityError, connection, transaction

from grids import services
from grids.models import GridAssignment, Holding
from grids.services import Collision
from registry.errors import Refused
from registry.models import Division
from tests import actors
from tests.factories import (
    AuthorityFactory,
    ConsortiumFactory,
    CountyFactory,
    GridAssignmentFactory,
    GridFactory,
    GridUnitFactory,
    TownshipFactory,
)

DAY = dt.date(2020, 5, 1)
INSERT = """
    INSERT INTO grids_gridassignment (grid_id, consortium_id, during, status, source, reason)
    VALUES (%s, %s, '[2020-05-01,)', 'in_force', 'plan', '')
"""


def _raw(sql, *params):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, params)


@pytest.mark.django_db
def test_raw_sql_cannot_put_two_consortia_on_one_grid():
    grid = GridAssignmentFactory().grid
    with pytest.raises(IntegrityError, match="grid_has_one_responsible"):
        _raw(INSERT, grid.pk, ConsortiumFactory().pk)


@pytest.mark.django_db
def test_raw_sql_cannot_put_one_township_under_two_grids():
    unit = GridUnitFactory(grid=GridAssignmentFactory().grid)
    other = GridUnitFactory(division=unit.division, grid=GridFactory(division=unit.grid.division)).grid
    with pytest.raises(IntegrityError, match="unit_held_once"):
        _raw(INSERT, other.pk, ConsortiumFactory().pk)


@pytest.mark.django_db
def test_raw_sql_cannot_move_a_township_into_a_grid_of_another():
    held = GridUnitFactory(grid=GridAssignmentFactory().grid)
    free = GridUnitFactory(grid=GridAssignmentFactory(grid__division=held.grid.division).grid)
    with pytest.raises(IntegrityError, match="unit_held_once"):
        _raw("UPDATE grids_gridunit SET division_id = %s WHERE id = %s", held.division_id, free.pk)


@pytest.mark.django_db
def test_raw_sql_cannot_lengthen_a_responsibility_into_anothers():
    unit = GridUnitFactory()
    early = GridAssignmentFactory(grid=unit.grid, during=(None, DAY))
    GridAssignmentFactory(grid=unit.grid, during=(DAY, None))
    with pytest.raises(IntegrityError):
        _raw("UPDATE grids_gridassignment SET during = '(,)' WHERE id = %s", early.pk)


@pytest.mark.django_db
def test_raw_sql_cannot_link_two_codes_held_by_two_consortia():
    one = GridUnitFactory(grid=GridAssignmentFactory().grid)
    other = GridUnitFactory(grid=GridAssignmentFactory().grid)
    with pytest.raises(IntegrityError, match="unit_held_once"):
        _raw(
            "UPDATE registry_division SET physical_unit_id = %s WHERE id = %s",
            one.division_id,
            other.division_id,
        )


@pytest.mark.django_db
def test_raw_deletes_take_the_holdings_along():
    unit = GridUnitFactory(grid=GridAssignmentFactory().grid)
    assert Holding.objects.count() == 1
    _raw("DELETE FROM grids_gridunit WHERE id = %s", unit.pk)
    assert not Holding.objects.exists()


@pytest.mark.django_db
def test_an_exempt_consortium_may_share_a_township():
    unit = GridUnitFactory(grid=GridAssignmentFactory().grid)
    GridAssignmentFactory(grid=unit.grid, exclusive=False)
    assert Holding.objects.filter(unit=unit.division).count() == 2


@pytest.mark.django_db
def test_two_codes_of_one_township_in_one_grid_are_held_once():
    unit = GridUnitFactory(grid=GridAssignmentFactory().grid)
    alias = TownshipFactory(parent=unit.grid.division, physical_unit=unit.division)
    GridUnitFactory(grid=unit.grid, division=alias)
    assert list(Holding.objects.values_list("unit", flat=True)) == [unit.division_id]


@pytest.mark.django_db
def test_the_same_place_under_another_code_is_refused_by_name(district):
    zone = TownshipFactory(
        parent=district.county, name="铜元局街道（开发区）", physical_unit=district.towns[0]
    )
    one = services.create_grid(
        name="一", division=district.county, townships=[district.towns[0]], start=DAY, by=district.planner
    )
    other = services.create_grid(
        name="二", division=district.county, townships=[zone], start=DAY, by=district.planner
    )
    services.put_in_force(one.pk, consortium=district.first, start=DAY, by=district.planner)
    with pytest.raises(Collision, match=r"南岸第一医疗集团.*南岸第二医疗集团"):
        services.put_in_force(other.pk, consortium=district.second, start=DAY, by=district.planner)


@pytest.mark.django_db
def test_linking_two_held_codes_is_refused_by_name(district):
    alias = TownshipFactory(parent=district.county, name="新铜元局街道")
    for town, who in ((district.towns[0], district.first), (alias, district.second)):
        grid = services.create_grid(
            name=town.name, division=district.county, townships=[town], start=DAY, by=district.planner
        )
        services.put_in_force(grid.pk, consortium=who, start=DAY, by=district.planner)
    keeper = actors.registry_admin_of(district.authority)
    with pytest.raises(Collision, match=r"南岸第一医疗集团.*南岸第二医疗集团"):
        services.link_same_unit(alias, representative=district.towns[0], by=keeper)
    assert Division.objects.get(pk=alias.pk).physical_unit is None
    with pytest.raises(Refused, match="反向关联"):
        services.link_same_unit(district.towns[0], representative=district.towns[0], by=keeper)


@pytest.mark.django_db(transaction=True)
def test_of_two_planners_at_once_one_wins_and_the_other_is_told_by_name():
    county = CountyFactory()
    planner = actors.planner_of(AuthorityFactory(division=county))
    town = TownshipFactory(parent=county)
    rivals = [ConsortiumFactory(division=county, name=name) for name in ("甲集团", "乙集团")]
    grids = [GridUnitFactory(grid__division=county, division=town).grid for _ in rivals]
    start, said = threading.Barrier(2), []

    def act(grid, consortium):
        try:
            start.wait(timeout=10)
            services.put_in_force(grid.pk, consortium=consortium, start=DAY, by=planner)
            said.append("done")
        except Collision as refusal:
            said.append(str(refusal))
        finally:
            connection.close()

    threads = [threading.Thread(target=act, args=pair) for pair in zip(grids, rivals, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    refusals = [sentence for sentence in said if sentence != "done"]
    assert len(said) == 2
    assert len(refusals) == 1
    assert "甲集团" in refusals[0]
    assert "乙集团" in refusals[0]
    assert GridAssignment.objects.filter(status="in_force").count() == 1
