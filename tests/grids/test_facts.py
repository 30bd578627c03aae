"""Reading grids and places into facts, and judging them with the published packs."""

import datetime as dt

import pytest
from django.utils import timezone

from grids.exemptions import exempt_focuses
from grids.facts.divisions import division_facts
from grids.facts.grids import grid_facts
from grids.facts.shares import with_districts, with_grids_led
from grids.models import Grid
from registry.facts import ConsortiumFacts, DistrictShareFacts
from registry.facts.services import served_facts
from registry.models import Consortium, Division, Institution
from registry.policy.engine import judge
from registry.policy.library import current_book
from registry.policy.load import load_packs
from tests.factories import (
    GridAssignmentFactory,
    GridFactory,
    GridUnitFactory,
    InstitutionFactory,
    LeadFactory,
)

DAY = dt.date(2019, 6, 3)


@pytest.fixture
def overlapping(district):
    """Two grids that share a township: both in force, the shared one claimed in both, as an import leaves it."""
    east, west = (GridFactory(name=name, division=district.county) for name in ("东网格", "西网格"))
    for grid, position, status in (
        (east, 0, "in_force"),
        (east, 1, "claimed"),
        (west, 1, "claimed"),
        (west, 2, "in_force"),
    ):
        GridUnitFactory(grid=grid, division=district.towns[position], status=status)
    GridAssignmentFactory(grid=east, consortium=district.first)
    GridAssignmentFactory(grid=west, consortium=district.second)
    return district


def _grid(name):
    (facts,) = grid_facts([Grid.objects.get(name=name).pk], DAY)
    return facts


def _places():
    rows = Division.objects.exclude(level="township").order_by("path")
    return division_facts(rows.values_list("pk", flat=True), DAY)


def test_a_grid_knows_its_townships_and_everybody_who_claims_them(overlapping):
    east = _grid("东网格")
    assert [unit.name for unit in east.units] == ["铜元局街道", "花园路街道"]
    assert [h.consortium for h in east.holders] == ["南岸第一医疗集团"]
    shared = east.units[1]
    assert shared.claimed
    assert {h.consortium for h in shared.holders} == {"南岸第一医疗集团", "南岸第二医疗集团"}
    assert east.ancestry == ("500000", "500100", "500108")


def test_a_retired_grid_says_so(overlapping):
    GridFactory(name="旧网格", division=overlapping.county, during=(None, DAY))
    assert _grid("旧网格").retired
    assert not _grid("东网格").retired


def test_a_place_adds_up_its_townships_grids_and_consortia(overlapping):
    (county,) = division_facts([overlapping.county.pk], DAY)
    assert [(t.name, t.covered, t.contested) for t in county.townships] == [
        ("铜元局街道", True, False),
        ("花园路街道", False, True),
        ("南坪街道", True, False),
        ("海棠溪街道", False, False),
    ]
    assert {grid.name: grid.responsible for grid in county.grids} == {
        "东网格": ("南岸第一医疗集团",),
        "西网格": ("南岸第二医疗集团",),
    }
    assert {(c.name, c.has_grid) for c in county.consortia} == {
        ("南岸第一医疗集团", True),
        ("南岸第二医疗集团", True),
    }
    province, _, again = _places()
    assert len(province.townships) == 4
    assert again == county


def test_primary_care_in_a_township_is_counted(overlapping):
    InstitutionFactory(community_centre=True, division=overlapping.county, township=overlapping.towns[0])
    InstitutionFactory(division=overlapping.county, township=overlapping.towns[0])
    east = _grid("东网格")
    assert [unit.providers for unit in east.units] == [1, 0]


def test_primary_care_of_a_past_day_is_what_was_open_then(overlapping):
    closed, later = (
        InstitutionFactory(
            community_centre=True,
            division=overlapping.county,
            township=overlapping.towns[0],
            ownership="private",
            **more,
        )
        for more in ({}, {"founded_on": dt.date(2021, 3, 1)})
    )
    Institution.objects.filter(pk=closed.pk).update(status="closed", closed_on=dt.date(2020, 5, 1))
    (county,) = division_facts([overlapping.county.pk], DAY)
    assert [unit.providers for unit in _grid("东网格").units] == [1, 0]
    assert [township.centres for township in county.townships] == [1, 0, 0, 0]
    assert [unit.name for unit in county.units] == [closed.name]
    assert county.private == 1
    (county,) = division_facts([overlapping.county.pk], timezone.localdate())
    assert [unit.name for unit in county.units] == [later.name]
    assert (county.private, county.townships[0].centres) == (1, 1)


@pytest.mark.parametrize("more", [0, 12])
def test_reading_costs_the_same_for_few_or_many(overlapping, django_assert_num_queries, more):
    for _ in range(more):
        unit = GridUnitFactory(grid__division=overlapping.county)
        GridAssignmentFactory(grid=unit.grid)
    grids = list(Grid.objects.values_list("pk", flat=True))
    places = list(Division.objects.exclude(level="township").values_list("pk", flat=True))
    with django_assert_num_queries(6):
        grid_facts(grids, DAY)
    with django_assert_num_queries(16):
        division_facts(places, DAY)


def test_the_chongqing_pack_judges_the_overlap(documents, overlapping):
    book = current_book()
    found = {
        (j.facts.name, j.rule.id): str(j.verdict.outcome)
        for subjects in ([_grid("东网格")], _places())
        for j in judge(subjects, book, DAY)
    }
    assert found["东网格", "CQ-07"] == "PASS"
    assert found["东网格", "CQ-40"] == "FAIL"
    assert found["南岸区", "CQ-06"] == "FAIL"
    assert found["南岸区", "CQ-70"] == "FAIL"
    assert found["重庆市", "CQ-22"] == "PASS"
    assert found["重庆市", "CQ-70"] == "NA"


def test_exemption_is_read_from_the_pack_of_the_place(overlapping):
    assert exempt_focuses(overlapping.county, DAY) == frozenset()
    load_packs()
    assert exempt_focuses(overlapping.county, DAY) == {"tcm", "mch", "other"}
    assert exempt_focuses(overlapping.county, dt.date(2018, 1, 1)) == frozenset()
    yunnan = Division.objects.create(code="530000", name="云南省", level="province", path="/530000/")
    assert exempt_focuses(yunnan, DAY) == frozenset()


def test_a_consortium_knows_which_districts_its_grids_fill(overlapping):
    first = with_districts([ConsortiumFacts(id=overlapping.first.pk)], DAY)[0]
    assert first.districts == (DistrictShareFacts("南岸区", townships=4, held=2),)
    nobody = with_districts([ConsortiumFacts(id=None)], DAY)[0]
    assert nobody.districts == ()


@pytest.mark.parametrize("more", [0, 8])
def test_adding_the_districts_costs_the_same_for_few_or_many(overlapping, django_assert_num_queries, more):
    for _ in range(more):
        GridAssignmentFactory(grid=GridUnitFactory(grid__division=overlapping.county).grid)
    facts = [ConsortiumFacts(id=pk) for pk in Consortium.objects.values_list("pk", flat=True)]
    with django_assert_num_queries(1):
        with_districts(facts, DAY)


def test_a_hospital_knows_whether_what_it_leads_holds_a_grid(overlapping):
    lead = LeadFactory(consortium=overlapping.first)
    idle = LeadFactory()
    facts = served_facts([lead.institution_id, idle.institution_id], DAY)
    found = with_grids_led(facts, DAY)
    assert [s.holds_grid for s in found[lead.institution_id].services] == [True]
    assert [s.holds_grid for s in found[idle.institution_id].services] == [False]
