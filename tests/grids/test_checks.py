"""The checks over grids and places, on facts alone."""

import datetime as dt
from dataclasses import replace

import pytest

from grids.facts import (
    DivisionFacts,
    GridFacts,
    GridLineFacts,
    GridUnitFacts,
    HolderFacts,
    LocalConsortiumFacts,
    ShareFacts,
    TownshipFacts,
    division,
    grid,
)
from registry.facts import ConsortiumFacts, DistrictShareFacts, InstitutionFacts, ServiceFacts
from registry.policy.check import find_check

DAY = dt.date(2020, 5, 1)
EXEMPT = ["tcm", "mch", "other"]
A = HolderFacts("甲集团", "city_group", "none", "东网格")
B = HolderFacts("乙医共体", "county_community", "none", "西网格")
TCM = HolderFacts("中医集团", "city_group", "tcm", "东网格")
BLANK = HolderFacts("丙集团", "city_group", "", "西网格")
ALLIANCE = HolderFacts("胸科联盟", "specialty_alliance", "", "东网格")
ENDED = HolderFacts("旧集团", "city_group", "none", "东网格", ended_on=DAY)
CLAIM = HolderFacts("丁集团", "city_group", "none", "东网格", in_force=False)


PARTS = {"grid": grid.PARTS, "division": division.PARTS}


def outcome(name, facts, **params):
    return str(verdict(name, facts, **params).outcome)


def verdict(name, facts, **params):
    """The verdict, which must be the same where the parts are left out that the check does not declare."""
    judged = find_check(name)
    given = judged(facts, params, DAY)
    if undeclared := PARTS.get(facts.subject, frozenset()) - judged.reads:
        assert judged(replace(facts, unread=tuple(sorted(undeclared))), params, DAY) == given
    return given


@pytest.mark.parametrize(
    ("holders", "exempt", "expected"),
    [
        ((A,), EXEMPT, "PASS"),
        ((A, TCM), EXEMPT, "PASS"),
        ((A, TCM), [], "FAIL"),  # Yunnan has no exemption
        ((TCM,), EXEMPT, "PASS"),
        ((A, B), EXEMPT, "FAIL"),
        ((A, CLAIM), EXEMPT, "FAIL"),
        ((CLAIM,), EXEMPT, "PASS"),
        ((), EXEMPT, "FAIL"),
        ((ENDED,), EXEMPT, "FAIL"),
        ((A, ENDED), EXEMPT, "PASS"),
        ((ALLIANCE,), EXEMPT, "FAIL"),
        ((A, ALLIANCE), EXEMPT, "FAIL"),
        ((HolderFacts("无类型", ""),), EXEMPT, "INSUFFICIENT"),
        ((A, BLANK), EXEMPT, "FAIL"),
    ],
)
def test_one_responsible(holders, exempt, expected):
    assert outcome("one_responsible", GridFacts(holders=holders), exempt_focus=exempt) == expected


@pytest.mark.parametrize("name", ["one_responsible", "service_areas_disjoint"])
def test_a_retired_grid_is_judged_no_more(name):
    assert outcome(name, GridFacts(retired=True, holders=(A, B)), exempt_focus=EXEMPT) == "NA"


@pytest.mark.parametrize(
    ("own", "others", "expected"),
    [
        ((A,), (), "PASS"),
        ((A,), (B,), "FAIL"),
        ((A,), (TCM,), "PASS"),
        ((TCM,), (A,), "NA"),
        ((A,), (BLANK,), "INSUFFICIENT"),
        ((BLANK,), (), "PASS"),  # a blank that cannot change the answer
        ((A,), (ENDED,), "PASS"),
        ((A,), (ALLIANCE,), "PASS"),
        ((), (B,), "NA"),
        ((A, CLAIM), (), "FAIL"),
        ((A,), (HolderFacts("甲集团", "city_group", "none", "西网格"),), "PASS"),
    ],
)
def test_service_areas_disjoint(own, others, expected):
    facts = GridFacts(holders=own, units=(GridUnitFacts("1", "南坪街道", holders=(*own, *others)),))
    assert outcome("service_areas_disjoint", facts, exempt_focus=EXEMPT) == expected


def test_an_overlap_names_the_townships_the_parties_and_the_days():
    since = HolderFacts("乙医共体", "county_community", "none", "西网格", first=DAY)
    facts = GridFacts(holders=(A,), units=(GridUnitFacts("1", "南坪街道", holders=(A, since)),))
    found = verdict("service_areas_disjoint", facts, exempt_focus=EXEMPT)
    assert found.evidence["重叠"] == {
        "南坪街道": ["甲集团（东网格，起始日期不详 起负责）", "乙医共体（西网格，2020-05-01 起负责）"]
    }


def _county(*townships, **more):
    return DivisionFacts(name="南岸区", level="county", kind="市辖区", townships=townships, **more)


def _town(name, *grids, **more):
    return TownshipFacts(name, name, grids=grids, **more)


EAST, WEST = ShareFacts("东", ("甲",), ("none",)), ShareFacts("西", ("乙",), ("none",))
TCM_GRID = ShareFacts("中医", ("中医集团",), ("tcm",))


@pytest.mark.parametrize(
    ("towns", "expected"),
    [
        ((_town("a", EAST), _town("b", WEST)), "PASS"),
        ((_town("a", EAST), _town("b")), "FAIL"),
        ((_town("a", EAST, WEST),), "FAIL"),
        ((_town("a", EAST, TCM_GRID),), "PASS"),
        ((_town("a", ShareFacts("空")),), "PASS"),
        ((), "INSUFFICIENT"),
    ],
)
def test_townships_in_one_grid(towns, expected):
    found = outcome("townships_in_one_grid", _county(*towns), levels=["county"], exempt_focus=EXEMPT)
    assert found == expected


def test_a_tcm_grid_is_a_second_one_where_the_policy_exempts_nobody():
    facts = _county(_town("a", EAST, TCM_GRID))
    assert outcome("townships_in_one_grid", facts, levels=["county"], exempt_focus=()) == "FAIL"


def test_coverage_lists_what_is_missing():
    facts = _county(_town("a", covered=True), _town("b"), _town("c", contested=True))
    found = verdict("townships_covered", facts, levels=["county"])
    assert str(found.outcome) == "FAIL"
    assert found.evidence["未覆盖"] == ["b", "c"]
    assert "1 个只有主张" in found.explanation
    assert outcome("townships_covered", _county(_town("a", covered=True)), levels=["county"]) == "PASS"
    assert outcome("townships_covered", _county(), levels=["county"]) == "INSUFFICIENT"
    assert outcome("townships_covered", _county(), levels=["city"]) == "NA"


def test_every_grid_has_a_responsible_consortium():
    line = GridLineFacts("东", ("甲",))
    assert outcome("grids_have_responsible", _county(grids=(line,)), levels=["county"]) == "PASS"
    missing = verdict("grids_have_responsible", _county(grids=(line, GridLineFacts("西"))), levels=["county"])
    assert missing.evidence["没有负责医联体的网格"] == ["西"]
    assert outcome("grids_have_responsible", _county(), levels=["county"]) == "INSUFFICIENT"


COMMUNITY = LocalConsortiumFacts("医共体", "county_community")
GROUP = LocalConsortiumFacts("集团", "city_group")


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (_county(consortia=(COMMUNITY,)), "NA"),
        (_county(), "INSUFFICIENT"),
        (_county(consortia=(GROUP,)), "FAIL"),
        (_county(grids=(GridLineFacts("东"),)), "PASS"),
        (DivisionFacts(level="county", kind="县级"), "NA"),
        (DivisionFacts(level="city"), "NA"),
    ],
)
def test_urban_districts_without_a_community_have_grids(facts, expected):
    assert outcome("urban_district_has_grid", facts) == expected


def test_each_community_has_its_grid():
    served = LocalConsortiumFacts("医共体", "county_community", has_grid=True)
    assert outcome("communities_have_grid", _county(consortia=(served,)), levels=["county"]) == "PASS"
    assert (
        outcome("communities_have_grid", _county(consortia=(COMMUNITY, served)), levels=["county"]) == "FAIL"
    )
    assert (
        outcome("communities_have_grid", _county(consortia=(COMMUNITY,)), levels=["county"]) == "INSUFFICIENT"
    )
    assert outcome("communities_have_grid", _county(consortia=(GROUP,)), levels=["county"]) == "NA"


def test_city_groups_at_most():
    other = _town("a", city_groups=("市级集团",))
    assert outcome("city_groups_at_most", _county(consortia=(GROUP,)), at_most=1) == "PASS"
    assert outcome("city_groups_at_most", _county(other, consortia=(GROUP,)), at_most=1) == "FAIL"
    assert outcome("city_groups_at_most", _county(), at_most=1) == "INFO"


def test_a_zone_belongs_to_the_grid_of_its_district():
    params = {"zone": "大桥开发区", "districts": ["340208"], "home": "三山区"}
    unit = GridUnitFacts("1", "龙湖街道", zones=("长江大桥开发区",))
    home, away = ("340000", "340200", "340208"), ("340000", "340200", "340202")
    assert outcome("zone_in_district", GridFacts(ancestry=home, units=(unit,)), **params) == "PASS"
    assert outcome("zone_in_district", GridFacts(ancestry=away, units=(unit,)), **params) == "FAIL"
    assert outcome("zone_in_district", GridFacts(ancestry=home), **params) == "INSUFFICIENT"
    assert outcome("zone_in_district", GridFacts(ancestry=away), **params) == "NA"


def test_what_is_not_recorded_is_said():
    unit = GridUnitFacts("1", "龙湖街道")
    assert outcome("local_providers", GridFacts(units=(unit,)), services="基本公卫") == "INSUFFICIENT"
    staffed = GridUnitFacts("1", "龙湖街道", providers=1)
    assert outcome("local_providers", GridFacts(units=(staffed,)), services="基本公卫") == "PASS"
    assert outcome("population_covered", GridFacts(holders=(A,))) == "INSUFFICIENT"
    assert outcome("population_covered", GridFacts()) == "FAIL"
    asked = {"levels": ["county"], "declaration": "plan"}
    assert outcome("plan_and_grids", _county(grids=(GridLineFacts("东"),)), **asked) == "FAIL", "no plan"
    assert outcome("plan_and_grids", _county(), **asked) == "FAIL"


def test_notes_never_count():
    facts = _county(_town("a"), grids=(GridLineFacts("东", ("甲",), ("市卫健委",)),), consortia=(GROUP,))
    assert outcome("kinds_and_coverage", facts, kinds=["city_group"]) == "INFO"
    decided = verdict("grids_decided_by", facts, levels=["county"], says="可以")
    assert "市卫健委" in decided.explanation


@pytest.mark.parametrize(
    ("districts", "expected"),
    [
        ((DistrictShareFacts("弋江区", 7, 7),), "PASS"),
        ((DistrictShareFacts("弋江区", 7, 6),), "FAIL"),
        ((DistrictShareFacts("弋江区", 7, 7), DistrictShareFacts("镜湖区", 10, 1)), "FAIL"),
        ((), "INSUFFICIENT"),
    ],
)
def test_whole_districts(districts, expected):
    assert outcome("whole_districts", ConsortiumFacts(districts=districts)) == expected


@pytest.mark.parametrize(
    ("affiliation", "leads", "expected"),
    [
        ("province", True, "FAIL"),
        ("province", False, "PASS"),
        ("city", True, "NA"),
        ("", True, "INSUFFICIENT"),
        ("", False, "PASS"),
    ],
)
def test_leads_no_grid(affiliation, leads, expected):
    service = ServiceFacts("甲集团", "city_group", leads=True, holds_grid=leads)
    facts = InstitutionFacts(affiliation=affiliation, services=(service,))
    assert outcome("leads_no_grid", facts, affiliations=["province"]) == expected


def test_one_centre_each():
    assert outcome("one_centre_each", _county(_town("a", centres=1))) == "PASS"
    assert outcome("one_centre_each", _county(_town("a", centres=1), _town("b"))) == "INSUFFICIENT"
    assert outcome("one_centre_each", _county(_town("a", centres=2))) == "INSUFFICIENT"
    assert (
        outcome("one_centre_each", DivisionFacts(level="county", kind="县级", townships=(_town("a"),)))
        == "NA"
    )
