"""What a division code means to every reader: rosters and consortia workbooks ask the same module."""

import datetime as dt

import pytest

from registry.imports.cells import CellFault
from registry.models import DivisionSuccession, ForeignCode
from registry.places.cells import Places
from registry.places.codes import EARLIER_CODES, Codes, normal
from tests.factories import CityFactory, CountyFactory, ProvinceFactory, TownshipFactory

pytestmark = pytest.mark.django_db
DAY = dt.date(2020, 6, 30)


def followed(old, *new):
    type(old).objects.filter(pk=old.pk).update(valid_to=DAY)
    DivisionSuccession.objects.bulk_create(DivisionSuccession(old=old, new=one, on=DAY) for one in new)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("340202", "340202"),
        ("340202000", "340202"),
        ("340202000000", "340202"),
        ("340202001", "340202001"),
        ("340202001000", "340202001"),
        ("340202001003", "340202001003"),
        ("50", "500000"),
        ("渝中", "渝中"),
    ],
)
def test_zeros_that_only_fill_up_are_dropped(written, read):
    assert normal(written) == read


def test_a_retired_code_is_followed_through_every_change_to_the_one_heir_of_today():
    first, second, today = (CountyFactory(code=code) for code in ("340203", "340207", "340209"))
    followed(first, second)
    followed(second, today)
    meaning = Codes().find("340203")
    assert (meaning.place.code, meaning.retired) == ("340209", first.name)


def test_a_code_that_was_split_has_several_heirs_and_no_meaning():
    old, one, other = (CountyFactory(code=code) for code in ("340203", "340207", "340209"))
    followed(old, one, other)
    meaning = Codes().find("340203")
    assert meaning.place is None
    assert [heir.code for heir in meaning.heirs] == ["340207", "340209"]


def test_changes_that_lead_back_end_somewhere():
    one, other = CountyFactory(), CountyFactory()
    followed(one, other)
    followed(other, one)
    assert Codes().find(one.code).heirs == []


def test_a_retired_township_is_followed_too():
    county = CountyFactory(code="500199")
    first, second, today = (TownshipFactory(parent=county) for _ in range(3))
    followed(first, second)
    followed(second, today)
    assert Codes().find(first.code).place.id == today.pk
    assert Places().by_code(first.code).township == today.pk


def test_codes_older_than_the_tables_are_retired_and_codes_of_other_systems_identify_nothing():
    place = CountyFactory(code="110118", name="密云区")
    ForeignCode.objects.create(division=place, system=EARLIER_CODES, code="110228", name="密云县")
    ForeignCode.objects.create(division=place, system="某健康字典", code="110777", name="密云")
    codes = Codes()
    assert (codes.find("110228").place.id, codes.find("110228").retired) == (place.pk, "密云县")
    assert codes.find("110777").place is None
    with pytest.raises(CellFault):
        Places().by_code("110777")


def test_a_township_that_was_read_does_not_make_its_county_divided():
    township = TownshipFactory(parent=CountyFactory(code="500199"))
    places = Places()
    places.by_code(township.code)
    assert not places.has_counties(places.by_id[township.parent_id])


def test_the_codes_of_a_file_are_read_in_sets(django_assert_max_num_queries):
    county = CountyFactory()
    townships = [TownshipFactory(parent=county) for _ in range(30)]
    for one in townships[:10]:
        followed(one, townships[20])
    with django_assert_max_num_queries(8):
        codes = Codes(one.code for one in townships)
        found = [codes.division(codes.find(one.code).place) for one in townships]
    assert found[0] == found[9] == found[20] == townships[20]


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        (("渝中",), "是否为渝中区（500103）？"),
        (("重庆市", "", "渝中"), "是否为渝中区（500103）？"),
        (("重庆渝中",), "是否为渝中区（500103）？"),
        (("石柱",), "是否为石柱土家族自治县（500240）？"),
        (("安徽省", "", "渝中"), ""),
        (("火星",), ""),
        (("渝",), ""),
    ],
)
def test_a_name_without_its_end_is_asked_about_and_not_taken(written, asked):
    chongqing = ProvinceFactory(code="500000", name="重庆市")
    ProvinceFactory(code="340000", name="安徽省")
    city = CityFactory(code="500100", name="市辖区", parent=chongqing)
    CountyFactory(code="500103", name="渝中区", parent=city)
    CountyFactory(code="500240", name="石柱土家族自治县", parent=city)
    with pytest.raises(CellFault) as fault:
        Places().by_name(*written)
    assert fault.value.rule == "division-unknown"
    assert fault.value.message.partition("。")[2] == asked


def test_of_several_that_a_name_may_mean_those_of_ones_own_area_are_named():
    here, there = CountyFactory(code="500105", name="江北区"), CountyFactory(code="330205", name="江北区")
    with pytest.raises(CellFault) as fault:
        Places().by_name("江北", within={here.pk})
    assert "500105" in fault.value.message and "330205" not in fault.value.message
    with pytest.raises(CellFault, match="330205"):
        Places().by_name("江北", within={there.pk})
    with pytest.raises(CellFault, match=r"500105.*330205|330205.*500105"):
        Places().by_name("江北")
