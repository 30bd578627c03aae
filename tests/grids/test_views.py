"""The pages of the grids: what they show, to whom, and what a planner does with them."""

import datetime as dt
import re

import pytest
from django.urls import reverse
from django.utils import timezone
from lxml.html import fromstring

from grids import services
from grids.board import short_name
from grids.models import Grid, GridAssignment
from registry.models import ManagementArea, ManagementAreaDivision
from tests import actors
from tests.factories import (
    AuthorityFactory,
    CountyFactory,
    GridAssignmentFactory,
    GridUnitFactory,
    InstitutionFactory,
    TownshipFactory,
)

START = dt.date(2020, 5, 1)
COVERAGE = reverse("grids:coverage")


@pytest.fixture
def grid(district) -> Grid:
    grid = services.create_grid(
        name="东网格",
        division=district.county,
        townships=district.towns[:2],
        start=START,
        by=district.planner,
    )
    services.put_in_force(grid.pk, consortium=district.first, start=START, by=district.planner)
    return grid


def _page(client, user, url, **query) -> str:
    client.force_login(user)
    response = client.get(url, query)
    assert response.status_code == 200
    return response.content.decode()


def test_the_map_names_every_township_with_its_consortium_or_its_lack(client, district, grid):
    page = _page(client, district.planner, COVERAGE)
    assert 'aria-label="铜元局街道 南岸第一医疗集团"' in page
    assert 'aria-label="南坪街道 未覆盖"' in page
    assert "style=" not in page


def test_another_day_shows_another_coverage(client, district, grid):
    page = _page(client, district.planner, COVERAGE, on="2020-04-30")
    assert 'aria-label="铜元局街道 未覆盖"' in page
    assert 'value="2020-04-30"' in page


@pytest.mark.parametrize("on", ["gestern", "2020-13-01", ""])
def test_a_day_that_cannot_be_read_is_today(client, district, grid, on):
    assert f'value="{timezone.localdate()}"' in _page(client, district.planner, COVERAGE, on=on)


def test_the_table_lists_what_the_map_shows_and_can_be_narrowed(client, district, grid):
    page = _page(client, district.planner, COVERAGE, view="table", show="uncovered")
    rows = re.findall(r'<td class="yl-code">(\d+)</td>', page)
    assert rows == ["500108003", "500108004"]


def test_an_opened_township_tells_its_history_and_the_dispute(client, district, grid):
    services.record_claim(grid.pk, consortium=district.second, start=START, by=district.planner)
    page = _page(client, district.planner, COVERAGE, township="500108001")
    assert "现由南岸第一医疗集团负责；南岸第二医疗集团自" in page
    assert "尚无负责医联体" in page
    assert "处理争议" in page


def test_a_large_area_is_shown_county_by_county(client, district, grid, monkeypatch):
    monkeypatch.setattr("grids.board.MOST_TILES", 3)
    page = _page(client, district.planner, COVERAGE)
    assert "yl-tiles" not in page
    assert ">50.0</td>" in page


def test_the_fragment_is_the_same_as_in_the_full_page(client, district, grid):
    client.force_login(district.planner)
    query = {"on": "2020-06-01", "township": "500108001"}
    full = client.get(COVERAGE, query).content.decode()
    headers = {"HX-Request": "true", "HX-Target": "coverage"}
    fragment = client.get(COVERAGE, query, headers=headers).content.decode()
    start = '<div id="coverage"'
    body = fragment[fragment.index(start) :].strip()
    assert body in full
    assert 'hx-swap-oob="true"' in fragment
    assert "<html" not in fragment


@pytest.mark.parametrize(
    "query", [{}, {"township": "500108001"}, {"township": "500108003"}, {"view": "table"}]
)
def test_a_link_that_leaves_the_coverage_opens_a_page_of_its_own(client, district, grid, query):
    """What htmx fetches is put into the map's place: another page there would have two bars, and its form no answer."""
    page = fromstring(_page(client, district.planner, COVERAGE, **query))
    boosted = [
        link.get("href")
        for link in page.iter("a")
        if link.xpath("(ancestor-or-self::*[@hx-boost])[last()]/@hx-boost") == ["true"]
    ]
    assert boosted
    assert [href for href in boosted if not href.startswith(("?", COVERAGE + "?"))] == []


def test_a_zone_is_shown_by_its_own_places(client, district, grid):
    area = ManagementArea.objects.create(code="500131", name="开发区", host=district.county.parent)
    ManagementAreaDivision.objects.create(area=area, division=district.towns[0])
    bureau = AuthorityFactory(division=None, management_area=area, code="500131", path="/500000/500131/",
                              level="county", name="开发区卫生健康局", short_name="开发区卫健局")  # fmt: skip
    page = _page(client, actors.planner_of(bureau), COVERAGE)
    assert "铜元局街道" in page
    assert "花园路街道" not in page


@pytest.mark.parametrize("towns", [1, 25])
def test_the_coverage_page_costs_the_same_for_few_or_many(
    client, district, grid, towns, django_assert_max_num_queries
):
    for _ in range(towns):
        unit = GridUnitFactory(grid__division=district.county)
        GridAssignmentFactory(grid=unit.grid, consortium=district.first)
    client.force_login(district.planner)
    with django_assert_max_num_queries(18):
        client.get(COVERAGE)


@pytest.mark.parametrize("grids", [1, 25])
def test_the_list_costs_the_same_for_few_or_many(
    client, district, grid, grids, django_assert_max_num_queries
):
    for _ in range(grids):
        GridAssignmentFactory(grid=GridUnitFactory(grid__division=district.county).grid)
    client.force_login(district.planner)
    with django_assert_max_num_queries(16):
        client.get(reverse("grids:list"))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, {"东网格", "空网格"}),
        ({"q": "东"}, {"东网格"}),
        ({"state": "free"}, {"空网格"}),
        ({"state": "held"}, {"东网格"}),
        ({"state": "contested"}, set()),
        ({"state": "retired"}, {"旧网格"}),
    ],
)
def test_the_list_can_be_narrowed(client, district, grid, query, found):
    services.create_grid(name="空网格", division=district.county, start=START, by=district.planner)
    old = services.create_grid(name="旧网格", division=district.county, start=START, by=district.planner)
    services.retire_grid(old.pk, last=START, by=district.planner)
    page = _page(client, district.planner, reverse("grids:list"), **query)
    assert {name for name in ("东网格", "空网格", "旧网格") if name in page} == found


def test_a_district_draws_a_grid_with_its_consortium_in_one_step(client, district):
    client.force_login(district.planner)
    response = client.post(
        reverse("grids:new"),
        {
            "name": "西网格",
            "start": "2020-05-01",
            "townships": [district.towns[2].pk],
            "consortium": district.second.pk,
            "reason": "规划批复",
        },
    )
    grid = Grid.objects.get(name="西网格")
    assert response["Location"] == reverse("grids:detail", args=[grid.pk])
    assert grid.holdings.get().unit == district.towns[2]


def test_a_collision_names_both_changes_nothing_and_may_stand_as_a_claim(client, district, grid):
    client.force_login(district.planner)
    typed = {
        "name": "西网格",
        "start": "2020-06-01",
        "townships": [district.towns[1].pk, district.towns[2].pk],
        "consortium": district.second.pk,
    }
    page = client.post(reverse("grids:new"), typed).content.decode()
    assert "南岸第一医疗集团" in page
    assert "不能再由“南岸第二医疗集团”负责" in page
    assert not Grid.objects.filter(name="西网格").exists()
    client.post(reverse("grids:new"), typed | {"as_claim": "1"})
    west = Grid.objects.get(name="西网格")
    assert {u.division.name: u.is_claim for u in west.units.select_related("division")} == {
        "花园路街道": True,
        "南坪街道": False,
    }


@pytest.mark.parametrize(
    ("act", "first", "second"), [("claim", "in_force", "claimed"), ("hand_over", "in_force", "in_force")]
)
def test_a_second_consortium_may_claim_or_take_over(client, district, grid, act, first, second):
    client.force_login(district.planner)
    url = reverse("grids:assign", args=[grid.pk])
    typed = {"consortium": district.second.pk, "start": "2020-06-01"}
    refused = client.post(url, typed).content.decode()
    assert "已由“南岸第一医疗集团”负责" in refused
    assert GridAssignment.objects.count() == 1
    client.post(url, typed | {"act": act})
    found = {row.consortium.name: row.status for row in grid.assignments.select_related("consortium")}
    assert found == {"南岸第一医疗集团": first, "南岸第二医疗集团": second}


def test_claims_are_decided_on_the_page_of_the_grid(client, district, grid):
    claim = services.record_claim(grid.pk, consortium=district.second, start=START, by=district.planner)
    client.force_login(district.planner)
    page = client.post(reverse("grids:confirm", args=[claim.pk]), follow=True).content.decode()
    assert "已由“南岸第一医疗集团”负责" in page
    client.post(reverse("grids:dismiss", args=[claim.pk]), {"reason": "不在本区"})
    claim.refresh_from_db()
    assert claim.status == "dismissed"
    held = grid.assignments.get(status="in_force")
    page = client.post(reverse("grids:end", args=[held.pk]), {"last": "错"}, follow=True).content.decode()
    assert "yl-note" in page
    client.post(reverse("grids:end", args=[held.pk]), {"last": "2020-12-31"})
    held.refresh_from_db()
    assert held.during.upper == dt.date(2021, 1, 1)


def test_a_contested_township_is_decided_on_the_page_of_the_grid(client, district, grid):
    west = services.create_grid(name="西网格", division=district.county, start=START, by=district.planner)
    keep, drop = services.add_townships(
        west.pk, townships=district.towns[2:4], start=START, as_claim=True, by=district.planner
    )
    client.force_login(district.planner)
    client.post(reverse("grids:keep_township", args=[keep.pk]))
    client.post(reverse("grids:dismiss_township", args=[drop.pk]), {"reason": "另有安排"})
    assert dict(west.units.values_list("division__name", "status")) == {
        "南坪街道": "in_force",
        "海棠溪街道": "dismissed",
    }


def test_townships_are_changed_split_merged_and_the_grid_abolished(client, district, grid):
    client.force_login(district.planner)
    towns = [town.pk for town in district.towns[:3]]
    client.post(
        reverse("grids:edit", args=[grid.pk]),
        {"name": "东大网格", "start": "2020-06-01", "townships": towns},
    )
    grid.refresh_from_db()
    assert (grid.name, grid.units.count()) == ("东大网格", 3)
    client.post(
        reverse("grids:split", args=[grid.pk]),
        {"name": "东小网格", "on": "2020-07-01", "townships": towns[:1]},
    )
    small = Grid.objects.get(name="东小网格")
    client.post(reverse("grids:merge", args=[small.pk]), {"into": grid.pk, "on": "2020-08-01"})
    small.refresh_from_db()
    assert small.during.upper == dt.date(2020, 8, 1)
    client.post(reverse("grids:retire", args=[grid.pk]), {"last": "2020-12-31"})
    grid.refresh_from_db()
    assert grid.during.upper == dt.date(2021, 1, 1)


@pytest.mark.parametrize("name", ["detail", "edit", "assign", "split", "merge", "retire"])
def test_every_page_of_a_grid_opens_for_its_planner(client, district, grid, name):
    assert "东网格" in _page(client, district.planner, reverse(f"grids:{name}", args=[grid.pk]))


@pytest.mark.parametrize("name", ["detail", "edit", "assign", "split", "merge", "retire"])
def test_a_grid_does_not_exist_for_strangers(client, district, grid, name):
    neighbour = AuthorityFactory(division=CountyFactory(code="500109", name="北碚区"))
    for person in (actors.planner_of(neighbour), actors.filer_of(InstitutionFactory()), actors.stranger()):
        client.force_login(person)
        assert client.get(reverse(f"grids:{name}", args=[grid.pk])).status_code == 404


def test_whoever_may_only_look_cannot_plan(client, district, grid):
    reviewer = actors.reviewer_of(district.authority)
    page = _page(client, reviewer, reverse("grids:detail", args=[grid.pk]))
    assert "指定负责医联体" not in page
    held = grid.assignments.get()
    for name, pk in (("assign", grid.pk), ("end", held.pk)):
        assert client.post(reverse(f"grids:{name}", args=[pk]), {"last": "2020-06-01"}).status_code == 403
    assert client.get(reverse("grids:new")).status_code == 404


def test_the_pages_and_other_areas_do_not_exist_for_those_without_them(client, district, grid):
    client.force_login(actors.stranger())
    assert client.get(COVERAGE).status_code == 404
    client.force_login(district.planner)
    TownshipFactory(parent=CountyFactory(code="500109", name="北碚区"))
    assert client.get(COVERAGE, {"area": "500109"}).status_code == 404
    assert client.get(COVERAGE, {"area": "999999"}).status_code == 404


def test_a_city_sees_the_grids_of_its_districts(client, district, grid):
    city = AuthorityFactory(division=district.county.parent)
    assert "东网格" in _page(client, actors.leader_of(city), reverse("grids:list"))


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("重庆市綦江区人民医院医疗共同体", "綦江区人民医院"),
        ("重庆市中医院医疗集团", "重庆市中医院"),
        ("弋江区城市医联体", "弋江区城市医联体"),
        ("芜湖市第一人民医院医疗集团", "第一人民医院"),
        ("第九医疗集团", "第九医疗集团"),
    ],
)
def test_a_tile_shows_what_tells_a_consortium_apart(name, short):
    assert short_name(name) == short


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01"])
@pytest.mark.parametrize("name", ["assign", "edit", "split", "merge", "retire"])
def test_a_mistyped_year_is_refused_at_its_field(client, district, grid, name, day):
    client.force_login(district.planner)
    typed = {"start": day, "on": day, "last": day}
    response = client.post(reverse(f"grids:{name}", args=[grid.pk]), typed)
    assert "请核对年份" in response.content.decode()


def test_a_responsibility_does_not_end_beyond_all_years(client, district, grid):
    client.force_login(district.planner)
    held = grid.assignments.get()
    response = client.post(reverse("grids:end", args=[held.pk]), {"last": "9999-12-31"}, follow=True)
    assert "请核对年份" in response.content.decode()
