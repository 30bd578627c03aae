"""A change of places: what ends, what begins, and what follows (区划变更)."""

import datetime as dt

import pytest
from django.utils import timezone

from grids.models import GridEvent, GridUnit, Holding
from registry import access
from registry.divisions.apply import apply
from registry.divisions.effects import effects
from registry.divisions.plan import Kind, Planner
from registry.errors import Refused
from registry.models import (
    Authority,
    Division,
    DivisionChange,
    ManagementArea,
    ManagementAreaDivision,
    Waiver,
)
from registry.places.codes import Codes
from tests.actors import registry_admin_of
from tests.factories import AuthorityFactory, ConsortiumFactory, CountyFactory, TownshipFactory
from tests.factories.grids import GridAssignmentFactory, GridFactory, GridUnitFactory
from tests.factories.registry import LONG_AGO
from tests.registry.divisions.conftest import ON

pytestmark = pytest.mark.django_db


def planner(kind, codes=None, on=ON, basis="皖政秘〔2020〕1 号"):
    return Planner(kind, on, basis, codes)


def merged(city, **target):
    olds = [city.yijiang.county, city.sanshan.county]
    return apply(lambda: planner(Kind.MERGE).merge(olds, **target), by=city.admin)


def test_a_renamed_place_is_a_new_one_from_that_day_and_everything_follows(city):
    old = city.yijiang.county
    change = apply(lambda: planner(Kind.RENAME).rename(old, name="新弋江区"), by=city.admin)
    old.refresh_from_db()
    new = Division.objects.current().get(code="340203")
    assert (old.valid_to, new.valid_from, new.name, new.path) == (ON, ON, "新弋江区", old.path)
    assert [town.parent for town in Division.objects.filter(pk__in=[t.pk for t in city.yijiang.towns])] == [
        new
    ] * 2
    city.yijiang.hospital.refresh_from_db()
    assert city.yijiang.hospital.division == new
    bureau = Authority.objects.get(pk=city.yijiang.bureau.pk)
    assert (bureau.division, bureau.name) == (new, "新弋江区卫生健康委员会")
    assert {(p.division_id, p.part) for p in change.places.all()} == {(old.pk, "ended"), (new.pk, "began")}
    assert old.succeeded_by.get().new == new


def test_a_merge_takes_townships_institutions_and_codes_along(city):
    merged(city, into=city.yijiang.county)
    towns = Division.objects.current().filter(parent=city.yijiang.county).order_by("code")
    assert [town.code for town in towns] == ["340203001", "340203002", "340203003", "340203004"]
    assert [town.name for town in towns] == ["弋1街道", "弋2街道", "三1街道", "三2街道"]
    clinic = city.sanshan.clinics[1]
    clinic.refresh_from_db()
    assert (clinic.division, clinic.township.code) == (city.yijiang.county, "340203004")
    assert Codes().find("340208").place.code == "340203"
    assert Codes().find("340208002").place.code == "340203004"


def test_the_bureau_of_a_merged_county_stays_as_history_and_that_of_the_target_goes_on(city):
    merged(city, into=city.yijiang.county)
    city.sanshan.bureau.refresh_from_db()
    assert city.sanshan.bureau.division == city.sanshan.county
    assert Authority.objects.get(division=city.yijiang.county) == city.yijiang.bureau


def test_a_merge_into_a_new_place_that_keeps_a_code(city):
    merged(city, code="340203", name="弋江新区")
    new = Division.objects.current().get(code="340203")
    assert (new.name, new.valid_from) == ("弋江新区", ON)
    assert Division.objects.get(pk=city.yijiang.county.pk).valid_to == ON
    assert Division.objects.current().filter(parent=new).count() == 4
    assert Authority.objects.get(division=new) == city.yijiang.bureau


def test_another_code_reaches_down_to_townships_and_to_the_people_above(city):
    reviewer = registry_admin_of(city.yijiang.bureau)
    apply(lambda: planner(Kind.RECODE).recode(city.yijiang.county, code="340209"), by=city.admin)
    towns = Division.objects.current().filter(parent__code="340209").order_by("code")
    assert [(town.code, town.path) for town in towns] == [
        ("340209001", "/340000/340200/340209/340209001/"),
        ("340209002", "/340000/340200/340209/340209002/"),
    ]
    access.forget(reviewer)
    clinic = city.yijiang.clinics[0]
    clinic.refresh_from_db()
    assert access.covers(reviewer, "manage_institutions", clinic)
    bureau = Authority.objects.get(pk=city.yijiang.bureau.pk)
    assert (bureau.code, bureau.path) == ("340209", "/340000/340200/340209/")


def test_a_county_that_moves_takes_its_bureau_under_another_city(city):
    other = AuthorityFactory(
        division=CountyFactory(code="340300", name="蚌埠市", level="city", kind="地级", parent=city.province)
    )
    admin = registry_admin_of(AuthorityFactory(division=city.province))
    apply(lambda: planner(Kind.MOVE).move(city.sanshan.county, parent=other.division), by=admin)
    new = Division.objects.current().get(code="340308")
    assert new.parent == other.division
    bureau = Authority.objects.get(pk=city.sanshan.bureau.pk)
    assert (bureau.parent, bureau.path, bureau.code) == (other, f"{other.path}340308/", "340308")


def test_a_split_sends_institutions_where_their_township_went(city):
    county, (_, second) = city.yijiang.county, city.yijiang.towns
    parts = [("340204", "甲区"), ("340205", "乙区")]
    apply(
        lambda: planner(Kind.SPLIT).split(county, parts=parts, keeps=False, places={second.pk: 1}),
        by=city.admin,
    )
    where = [one.division.name for one in map(refreshed, [*city.yijiang.clinics, city.yijiang.hospital])]
    assert where == ["甲区", "乙区", "甲区"]
    assert Authority.objects.get(division__code="340204") == city.yijiang.bureau
    assert Authority.objects.get(division__code="340205").name == "芜湖市乙区卫生健康委员会"
    assert [heir.code for heir in Codes().find("340203").heirs] == ["340204", "340205"]


def test_what_is_lifted_follows_its_place_and_its_institution(city):
    """The old county keeps what it has: its clinic in the part that leaves goes with the rule lifted for it."""
    county, clinic = city.yijiang.county, city.yijiang.clinics[1]
    mine = lifted("division", city.sanshan.county, city)
    theirs = lifted("institution", clinic, city)
    merged(city, into=county)
    refreshed(mine)
    assert (mine.subject_id, mine.subject_name, mine.division) == (county.pk, county.name, county)
    split = planner(Kind.SPLIT, on=ON + dt.timedelta(days=1))
    apply(
        lambda: split.split(
            county, parts=[("340204", "甲区")], keeps=True, places={refreshed(clinic).township_id: 0}
        ),
        by=city.admin,
    )
    assert refreshed(theirs).division == refreshed(clinic).division == Division.objects.get(name="甲区")
    assert refreshed(mine).division == county


def test_of_two_of_one_rule_and_day_the_heirs_own_stands(city):
    mine = lifted("division", city.yijiang.county, city)
    other = lifted("division", city.sanshan.county, city)
    merged(city, into=city.yijiang.county)
    assert refreshed(mine).subject_id == city.yijiang.county.pk
    assert refreshed(other).subject_id == city.sanshan.county.pk


def lifted(kind: str, subject, city) -> Waiver:
    return Waiver.objects.create(
        provision="WH-13", subject_type=kind, subject_id=subject.pk, subject_name=subject.name, reason="暂不具备",
        division=getattr(subject, "division", subject), document="芜卫函〔2020〕1号", granted_by=city.admin, granted_on=ON,
    )  # fmt: skip


def refreshed(row):
    row.refresh_from_db()
    return row


def test_a_part_that_leaves_takes_only_what_was_named(city):
    county, (first, second) = city.yijiang.county, city.yijiang.towns
    apply(
        lambda: planner(Kind.SPLIT).split(
            county, parts=[("340204", "甲区")], keeps=True, places={second.pk: 0}
        ),
        by=city.admin,
    )
    assert refreshed(county).valid_to is None
    assert [one.division.code for one in map(refreshed, city.yijiang.clinics)] == ["340203", "340204"]
    assert refreshed(first).valid_to is None
    assert refreshed(second).valid_to == ON


def test_a_new_place_begins_without_predecessor_and_gets_a_bureau(city):
    apply(
        lambda: planner(Kind.NEW).new(code="340209", name="新区", parent=city.wuhu, kind="市辖区"),
        by=city.admin,
    )
    new = Division.objects.get(code="340209")
    assert (new.level, new.valid_from, new.predecessors.count()) == ("county", ON, 0)
    assert Authority.objects.get(division=new).parent == city.above


# -- Grids ----------------------------------------------------------------------------------------------------
def held(township, consortium=None):
    consortium = consortium or ConsortiumFactory(division=township.parent)
    grid = GridFactory(division=township.parent)
    GridUnitFactory(grid=grid, division=township)
    GridAssignmentFactory(grid=grid, consortium=consortium, status="in_force")
    return grid


def test_the_successor_of_a_township_is_in_the_same_grid_from_that_day(city):
    town = city.yijiang.towns[0]
    grid = held(town)
    apply(lambda: planner(Kind.RENAME).rename(town, name="改名街道"), by=city.admin)
    new = Division.objects.current().get(code=town.code)
    assert [(u.division, u.during.lower, u.during.upper) for u in grid.units.order_by("during")] == [
        (town, LONG_AGO, ON), (new, ON, None),
    ]  # fmt: skip
    assert Holding.objects.get(unit=new).during.lower == ON
    assert grid.events.filter(action=GridEvent.Action.UNITS_ADDED, by=city.admin).exists()


def test_two_parts_of_a_township_are_both_in_its_grid(city):
    town = city.yijiang.towns[0]
    grid = held(town)
    parts = [("340203003", "东街道"), ("340203004", "西街道")]
    apply(lambda: planner(Kind.SPLIT).split(town, parts=parts, keeps=False), by=city.admin)
    now = grid.units.filter(during__contains=ON).order_by("division__code")
    assert [unit.division.name for unit in now] == ["东街道", "西街道"]


def test_townships_of_two_grids_cannot_become_one_while_two_consortia_hold_them(city):
    first, second = city.yijiang.towns
    held(first)
    grid = held(second)
    with pytest.raises(Refused, match=f"{grid}”与另一网格在"):
        apply(lambda: planner(Kind.MERGE).merge([second], into=first), by=city.admin)
    assert refreshed(second).valid_to is None
    assert not DivisionChange.objects.exists()


def test_the_second_code_of_a_place_follows_it(city):
    town = city.yijiang.towns[0]
    double = TownshipFactory(parent=city.sanshan.county, code="340208009", physical_unit=town)
    apply(lambda: planner(Kind.RENAME).rename(town, name="改名街道"), by=city.admin)
    assert refreshed(double).physical_unit == Division.objects.current().get(code=town.code)


def test_a_management_area_gains_the_successor(city):
    town = city.yijiang.towns[0]
    area = ManagementArea.objects.create(code="Z1", name="经开区", host=city.wuhu)
    ManagementAreaDivision.objects.create(area=area, division=town)
    apply(lambda: planner(Kind.RENAME).rename(town, name="改名街道"), by=city.admin)
    assert area.divisions.filter(valid_to=None).get().name == "改名街道"


# -- What is touched, and what is refused ----------------------------------------------------------------------
def test_what_a_change_touches_is_counted_before_it_is_done(city):
    held(city.sanshan.towns[0])
    plan = planner(Kind.MERGE).merge([city.sanshan.county], into=city.yijiang.county)
    counted = {effect.label: effect.count for effect in effects(plan)}
    assert counted == {"医疗卫生机构": 3, "卫生健康行政部门": 1, "医联体": 1, "网格": 1, "网格单元": 1}


def test_the_same_name_in_both_is_refused_with_both(city):
    for place in (city.yijiang, city.sanshan):
        ConsortiumFactory(name="人民医院医疗集团", division=place.county)
    with pytest.raises(Refused, match="人民医院医疗集团（弋江区）”和“人民医院医疗集团（三山区）"):
        merged(city, into=city.yijiang.county)


@pytest.mark.parametrize(
    ("say", "work"),
    [
        ("还没有到", lambda c: planner(Kind.RENAME, on=timezone.localdate() + dt.timedelta(days=1))),
        ("请核对生效日期 1900-01-01 的年份", lambda c: planner(Kind.RENAME, on=dt.date(1900, 1, 1))),
        ("写明依据", lambda c: planner(Kind.RENAME, basis=" ")),
        ("相同", lambda c: planner(Kind.RENAME).rename(c.yijiang.county, name="弋江区")),
        ("应为 6 位", lambda c: planner(Kind.RECODE).recode(c.yijiang.county, code="34020")),
        ("3402 开头", lambda c: planner(Kind.RECODE).recode(c.yijiang.county, code="350203")),
        ("现在是", lambda c: planner(Kind.RECODE).recode(c.yijiang.county, code="340208")),
        ("至少要两个", lambda c: planner(Kind.MERGE).merge([c.yijiang.county], into=c.yijiang.county)),
        ("至少要有两个", lambda c: planner(Kind.SPLIT).split(c.yijiang.county, parts=[("340204", "甲")], keeps=False)),
        ("同一级", lambda c: planner(Kind.MERGE).merge([c.yijiang.towns[0]], into=c.sanshan.county)),
        ("不能划归", lambda c: planner(Kind.MOVE).move(c.yijiang.towns[0], parent=c.wuhu)),
        ("不再设", lambda c: planner(Kind.NEW).new(code="340203001001", name="村", parent=c.yijiang.towns[0])),
        ("用了两次", lambda c: planner(
            Kind.RECODE, {c.yijiang.towns[0].pk: "340209001", c.yijiang.towns[1].pk: "340209001"}
        ).recode(c.yijiang.county, code="340209")),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_in_words(city, say, work):
    with pytest.raises(Refused, match=say):
        work(city)


def test_a_place_that_has_ended_cannot_change_again(city):
    apply(lambda: planner(Kind.RENAME).rename(city.yijiang.county, name="新弋江区"), by=city.admin)
    with pytest.raises(Refused, match="已于 2020-06-30 停用"):
        planner(Kind.RENAME).rename(refreshed(city.yijiang.county), name="又名")
    again = Division.objects.current().get(code="340203")
    with pytest.raises(Refused, match="须在这之后"):
        planner(Kind.RENAME).rename(again, name="又名")


def test_nothing_begins_under_a_place_before_that_place_did(city):
    apply(
        lambda: planner(Kind.NEW).new(code="340209", name="新区", parent=city.wuhu, kind="市辖区"),
        by=city.admin,
    )
    new = Division.objects.get(code="340209")
    with pytest.raises(Refused, match="自 2020-06-30 启用，生效日期不能更早"):
        planner(Kind.NEW, on=ON - dt.timedelta(days=1)).new(code="340209001", name="甲街道", parent=new)
    Division.objects.filter(pk=new.pk).update(valid_to=ON + dt.timedelta(days=9))
    with pytest.raises(Refused, match="已于 2020-07-09 停用"):
        planner(Kind.NEW, on=ON + dt.timedelta(days=30)).new(
            code="340209001", name="甲街道", parent=refreshed(new)
        )


def test_whoever_does_not_manage_both_places_is_refused(city):
    neighbour = registry_admin_of(city.yijiang.bureau)
    with pytest.raises(access.Denied):
        apply(
            lambda: planner(Kind.MERGE).merge([city.sanshan.county], into=city.yijiang.county), by=neighbour
        )
    assert not GridUnit.objects.exists()
    assert refreshed(city.sanshan.county).valid_to is None
