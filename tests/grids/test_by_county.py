"""Drawing a grid over a wide place: its townships come county by county, and ticks survive a refusal."""

import datetime as dt
import re

import pytest
from django.urls import reverse

from grids import services
from grids.models import Grid
from tests import actors
from tests.factories import AuthorityFactory, CountyFactory, TownshipFactory

NEW = reverse("grids:new")
OF_ANOTHER = {"HX-Request": "true"}


@pytest.fixture
def city(district):
    """The bureau above the district, which has a second county; its planner."""
    authority = AuthorityFactory(division=district.county.parent)
    north = CountyFactory(code="500109", name="北碚区", parent=district.county.parent)
    district.extra["north"] = TownshipFactory(parent=north, code="500109001", name="天生街道")
    return actors.planner_of(authority)


def boxes(page: str) -> list[tuple[str, bool]]:
    """Values of the boxes shown, and whether each is ticked."""
    found = re.findall(r'<input[^>]*name="townships" value="(\d+)"([^>]*)>', page)
    return [(value, "checked" in rest) for value, rest in found]


def test_a_wide_place_shows_its_counties_with_what_is_free_and_no_boxes_yet(client, district, city):
    services.create_grid(
        name="东网格",
        division=district.county,
        townships=district.towns[:3],
        start=dt.date(2020, 5, 1),
        by=district.planner,
    )
    client.force_login(city)
    page = client.get(NEW).text
    assert "4 个街道、乡镇，1 个未划入网格" in page
    assert "1 个街道、乡镇，1 个未划入网格" in page
    assert boxes(page) == []


def test_a_county_planner_has_all_boxes_at_once(client, district):
    client.force_login(district.planner)
    assert len(boxes(client.get(NEW).text)) == 4


def test_an_opened_county_brings_its_boxes_with_the_grid_of_each(client, district, city):
    services.create_grid(
        name="东网格",
        division=district.county,
        townships=district.towns[:1],
        start=dt.date(2020, 5, 1),
        by=district.planner,
    )
    client.force_login(city)
    part = client.get(NEW, {"county": "500108"}, headers=OF_ANOTHER).text
    assert boxes(part) == [(str(town.pk), False) for town in district.towns]
    assert "铜元局街道（现属东网格）" in part
    assert "<html" not in part
    whole = client.get(NEW, {"county": "500108"}).text
    assert part.strip() in whole, "without scripts the link opens the page with that county"
    assert client.get(NEW, {"county": "340202"}, headers=OF_ANOTHER).status_code == 404


def test_townships_of_two_counties_make_one_grid_and_stay_ticked_when_the_form_is_refused(
    client, district, city
):
    client.force_login(city)
    towns = [district.towns[0].pk, district.extra["north"].pk]
    typed = {"name": "", "start": "2020-05-01", "townships": towns}
    refused = client.post(NEW, typed)
    assert refused.status_code == 422
    assert {value for value, ticked in boxes(refused.text) if ticked} == {str(pk) for pk in towns}
    client.post(NEW, typed | {"name": "两区网格"})
    grid = Grid.objects.get(name="两区网格")
    assert set(grid.units.values_list("division", flat=True)) == set(towns)
    edit = client.get(reverse("grids:edit", args=[grid.pk])).text
    assert {value for value, ticked in boxes(edit) if ticked} == {str(pk) for pk in towns}
    assert "花园路街道" in edit, "a county with a township of the grid is open"


def test_a_refusal_for_want_of_townships_stands_at_them(client, district, city):
    client.force_login(city)
    page = client.post(NEW, {"name": "空网格", "start": "2020-05-01", "townships": ["²", "9" * 30]}).text
    assert 'id="id_townships_error"' in page


@pytest.mark.parametrize("more", [0, 20])
def test_the_page_of_a_wide_place_costs_the_same_for_few_or_many(
    client, district, city, more, django_assert_max_num_queries
):
    towns = [*district.towns, district.extra["north"]]
    for number in range(more):
        county = CountyFactory(code=f"5002{number + 10}", parent=district.county.parent)
        towns.append(TownshipFactory(parent=county, code=f"{county.code}001"))
    client.force_login(city)
    with django_assert_max_num_queries(24):
        assert len(boxes(client.get(NEW).text)) == 0
    with django_assert_max_num_queries(27):
        refused = client.post(NEW, {"name": "", "townships": [town.pk for town in towns]})
    assert len(boxes(refused.text)) == len(towns)


def test_a_township_with_two_codes_is_offered_once_with_the_grid_that_holds_either(client, district):
    """The second code of a zone stands in the district's list too, and would look like a free township."""
    double = TownshipFactory(
        parent=district.county, code="500132001", name="铜元局街道", physical_unit=district.towns[0]
    )
    grid = services.create_grid(
        name="东网格",
        division=district.county,
        townships=[double],
        start=dt.date(2020, 5, 1),
        by=district.planner,
    )
    client.force_login(district.planner)
    page = client.get(NEW).text
    assert page.count("铜元局街道") == 1 and "铜元局街道（现属东网格）" in page
    edit = client.get(reverse("grids:edit", args=[grid.pk])).text
    assert (str(double.pk), True) in boxes(edit), "the code that the grid holds is not lost by saving"
    assert edit.count("铜元局街道") == 1
