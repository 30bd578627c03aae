"""Drawing grids and saying who is responsible: what is allowed, what is refused and in which words."""

import datetime as dt

import pytest

from grids import services
from grids.models import Grid, GridAssignment, GridEvent, Holding
from grids.services import Collision
from grids.signals import grid_changed
from registry.access import Denied
from registry.errors import Refused
from tests import actors
from tests.factories import AuthorityFactory, ConsortiumFactory, CountyFactory, TownshipFactory

MAY = dt.date(2020, 5, 1)
JUNE = dt.date(2020, 6, 1)
END_OF_MAY = dt.date(2020, 5, 31)


def _grid(district, *positions, name="第一网格", start=MAY) -> Grid:
    towns = [district.towns[i] for i in positions]
    return services.create_grid(
        name=name, division=district.county, townships=towns, start=start, by=district.planner
    )


def _held(consortium, day) -> set[str]:
    rows = Holding.objects.filter(consortium=consortium, during__contains=day)
    return set(rows.values_list("unit__name", flat=True))


def test_a_consortium_in_force_holds_every_township_of_the_grid(district):
    grid = _grid(district, 0, 1)
    services.put_in_force(grid.pk, consortium=district.first, start=JUNE, by=district.planner)
    assert _held(district.first, JUNE) == {"铜元局街道", "花园路街道"}
    assert _held(district.first, END_OF_MAY) == set()


def test_a_claim_holds_nothing(district):
    grid = _grid(district, 0)
    services.record_claim(grid.pk, consortium=district.first, start=JUNE, by=district.planner)
    assert not Holding.objects.exists()


def test_a_second_consortium_for_the_same_grid_is_refused_by_name_with_the_days(district):
    grid = _grid(district, 0)
    services.put_in_force(
        grid.pk, consortium=district.first, start=MAY, last=dt.date(2020, 12, 31), by=district.planner
    )
    with pytest.raises(Collision) as refusal:
        services.put_in_force(grid.pk, consortium=district.second, start=JUNE, by=district.planner)
    sentence = str(refusal.value)
    assert "南岸第一医疗集团" in sentence
    assert "南岸第二医疗集团" in sentence
    assert "2020-06-01 至 2020-12-31" in sentence
    assert "登记为主张" in sentence
    assert GridAssignment.objects.count() == 1


def test_two_grids_sharing_a_township_cannot_both_be_in_force(district):
    one, other = _grid(district, 0, 1), _grid(district, 1, 2, name="第二网格")
    services.put_in_force(one.pk, consortium=district.first, start=MAY, by=district.planner)
    with pytest.raises(
        Collision, match="花园路街道在 2020-06-01 起 已由“南岸第一医疗集团”负责（网格“第一网格”）"
    ):
        services.put_in_force(other.pk, consortium=district.second, start=JUNE, by=district.planner)


def test_the_refused_act_can_stand_as_a_claim(district):
    grid = _grid(district, 0)
    services.put_in_force(grid.pk, consortium=district.first, start=MAY, by=district.planner)
    claim = services.record_claim(grid.pk, consortium=district.second, start=JUNE, by=district.planner)
    assert claim.is_claim
    assert _held(district.first, JUNE) == {"铜元局街道"}


def test_the_last_day_belongs_and_the_next_consortium_may_begin_on_the_day_after(district):
    grid = _grid(district, 0)
    services.put_in_force(grid.pk, consortium=district.first, start=MAY, last=END_OF_MAY, by=district.planner)
    with pytest.raises(Collision, match="2020-05-31 一天"):
        services.put_in_force(grid.pk, consortium=district.second, start=END_OF_MAY, by=district.planner)
    services.put_in_force(grid.pk, consortium=district.second, start=JUNE, by=district.planner)
    assert _held(district.first, END_OF_MAY) == _held(district.second, JUNE) == {"铜元局街道"}
    assert _held(district.first, JUNE) == _held(district.second, END_OF_MAY) == set()


def test_adding_a_township_that_another_holds_is_refused_but_may_be_claimed(district):
    one, other = _grid(district, 0), _grid(district, 1, name="第二网格")
    services.put_in_force(one.pk, consortium=district.first, start=MAY, by=district.planner)
    services.put_in_force(other.pk, consortium=district.second, start=MAY, by=district.planner)
    with pytest.raises(Collision, match=r"铜元局街道.*南岸第一医疗集团.*南岸第二医疗集团"):
        services.add_townships(other.pk, townships=[district.towns[0]], start=JUNE, by=district.planner)
    services.add_townships(
        other.pk, townships=[district.towns[0]], start=JUNE, as_claim=True, by=district.planner
    )
    assert _held(district.second, JUNE) == {"花园路街道"}


def test_a_contested_township_is_decided_for_one_and_against_the_other(district):
    one, other = _grid(district, 0), _grid(district, 1, name="第二网格")
    services.put_in_force(one.pk, consortium=district.first, start=MAY, by=district.planner)
    services.put_in_force(other.pk, consortium=district.second, start=MAY, by=district.planner)
    (claimed,) = services.add_townships(
        other.pk, townships=[district.towns[0]], start=JUNE, as_claim=True, by=district.planner
    )
    with pytest.raises(Collision):
        services.keep_township(claimed.pk, by=district.planner)
    services.remove_townships(one.pk, townships=[district.towns[0]], last=END_OF_MAY, by=district.planner)
    services.keep_township(claimed.pk, by=district.planner)
    assert _held(district.second, JUNE) == {"铜元局街道", "花园路街道"}
    with pytest.raises(Refused, match="不再是待定的主张"):
        services.dismiss_township(claimed.pk, by=district.planner, reason="已定")


def test_a_claim_comes_into_force_or_is_dismissed_with_a_reason(district):
    grid = _grid(district, 0)
    claim = services.record_claim(grid.pk, consortium=district.first, start=MAY, by=district.planner)
    rival = services.record_claim(grid.pk, consortium=district.second, start=MAY, by=district.planner)
    services.confirm_claim(claim.pk, by=district.planner)
    with pytest.raises(Collision):
        services.confirm_claim(rival.pk, by=district.planner)
    with pytest.raises(Refused, match="理由"):
        services.dismiss_claim(rival.pk, by=district.planner, reason=" ")
    services.dismiss_claim(rival.pk, by=district.planner, reason="牵头医院不在本区")
    rival.refresh_from_db()
    assert rival.status == "dismissed"
    assert GridEvent.objects.filter(grid=grid, action="dismissed", reason="牵头医院不在本区").exists()


def test_handing_over_ends_the_old_and_begins_the_new_without_a_gap(district):
    grid = _grid(district, 0)
    services.put_in_force(grid.pk, consortium=district.first, start=MAY, by=district.planner)
    services.hand_over(grid.pk, consortium=district.second, start=JUNE, by=district.planner)
    assert _held(district.first, END_OF_MAY) == {"铜元局街道"}
    assert _held(district.first, JUNE) == set()
    assert _held(district.second, JUNE) == {"铜元局街道"}


def test_a_specialty_alliance_is_never_put_in_force(district):
    alliance = ConsortiumFactory(kind="specialty_alliance", division=district.county)
    with pytest.raises(Refused, match="专科联盟"):
        services.put_in_force(_grid(district, 0).pk, consortium=alliance, start=MAY, by=district.planner)


def test_a_closed_consortium_is_responsible_until_the_day_before_its_end(district):
    district.first.closed_on = JUNE
    district.first.save()
    grid = _grid(district, 0)
    services.put_in_force(grid.pk, consortium=district.first, start=MAY, by=district.planner)
    assert _held(district.first, END_OF_MAY) == {"铜元局街道"}
    services.put_in_force(grid.pk, consortium=district.second, start=JUNE, by=district.planner)


def test_closing_a_consortium_ends_what_it_holds(district):
    grid = _grid(district, 0)
    services.put_in_force(grid.pk, consortium=district.first, start=MAY, by=district.planner)
    assert services.end_all_of(district.first, on=JUNE, by=district.planner) == 1
    assert _held(district.first, END_OF_MAY) == {"铜元局街道"}
    assert _held(district.first, JUNE) == set()


def test_changing_the_townships_from_a_day_keeps_the_earlier_days(district):
    grid = _grid(district, 0, 1)
    services.put_in_force(grid.pk, consortium=district.first, start=MAY, by=district.planner)
    towns = [district.towns[1], district.towns[2]]
    assert services.set_townships(grid.pk, townships=towns, start=JUNE, by=district.planner)
    assert _held(district.first, END_OF_MAY) == {"铜元局街道", "花园路街道"}
    assert _held(district.first, JUNE) == {"花园路街道", "南坪街道"}
    assert not services.set_townships(grid.pk, townships=towns, start=JUNE, by=district.planner)


def test_splitting_keeps_every_township_covered_on_every_day(district):
    grid = _grid(district, 0, 1, 2)
    services.put_in_force(grid.pk, consortium=district.first, start=MAY, by=district.planner)
    part = services.split(grid.pk, name="东网格", townships=district.towns[:2], on=JUNE, by=district.planner)
    everything = {"铜元局街道", "花园路街道", "南坪街道"}
    assert _held(district.first, END_OF_MAY) == _held(district.first, JUNE) == everything
    assert set(part.holdings.values_list("unit__name", flat=True)) == {"铜元局街道", "花园路街道"}
    with pytest.raises(Refused, match="至少一个"):
        services.split(part.pk, name="空", townships=[district.towns[3]], on=JUNE, by=district.planner)


def test_merging_hands_the_townships_to_the_other_grids_consortium(district):
    one, other = _grid(district, 0), _grid(district, 1, name="第二网格")
    services.put_in_force(one.pk, consortium=district.first, start=MAY, by=district.planner)
    services.put_in_force(other.pk, consortium=district.second, start=MAY, by=district.planner)
    services.merge(one.pk, into=other.pk, on=JUNE, by=district.planner)
    assert _held(district.second, JUNE) == {"铜元局街道", "花园路街道"}
    assert _held(district.first, END_OF_MAY) == {"铜元局街道"}
    assert not Grid.objects.on(JUNE).filter(pk=one.pk).exists()


def test_retiring_a_grid_ends_all_that_hangs_on_it(district):
    grid = _grid(district, 0)
    services.put_in_force(grid.pk, consortium=district.first, start=MAY, by=district.planner)
    services.retire_grid(grid.pk, last=END_OF_MAY, by=district.planner, reason="并区")
    assert _held(district.first, END_OF_MAY) == {"铜元局街道"}
    assert _held(district.first, JUNE) == set()
    _grid(district, 0, start=JUNE)  # the name is free again


def test_a_name_is_given_once_in_a_district(district):
    _grid(district, 0)
    with pytest.raises(Refused, match="南岸区已有名为“第一网格”的网格"):
        _grid(district, 1)


def test_townships_of_another_district_are_refused_by_name(district):
    elsewhere = TownshipFactory(parent=CountyFactory(code="500109", name="北碚区"), name="天生街道")
    with pytest.raises(Refused, match="天生街道不在南岸区卫生健康委的辖区内"):
        services.create_grid(
            name="错", division=district.county, townships=[elsewhere], start=MAY, by=district.planner
        )


@pytest.mark.parametrize("who", [actors.reviewer_of, actors.leader_of, actors.evaluator_of])
def test_only_a_planner_draws_and_assigns(district, who):
    person = who(district.authority)
    with pytest.raises(Denied):
        services.create_grid(name="网格", division=district.county, start=MAY, by=person)
    grid = _grid(district, 0)
    with pytest.raises(Denied):
        services.put_in_force(grid.pk, consortium=district.first, start=MAY, by=person)


def test_a_planner_of_another_district_is_refused(district):
    neighbour = actors.planner_of(AuthorityFactory(division=CountyFactory(code="500109", name="北碚区")))
    with pytest.raises(Denied):
        services.retire_grid(_grid(district, 0).pk, last=JUNE, by=neighbour)


def test_every_act_leaves_a_line_of_history(district):
    grid = _grid(district, 0)
    assignment = services.put_in_force(grid.pk, consortium=district.first, start=MAY, by=district.planner)
    services.end(assignment.pk, last=END_OF_MAY, by=district.planner, reason="合同到期")
    services.rename_grid(grid.pk, name="铜元局网格", by=district.planner)
    actions = list(GridEvent.objects.filter(grid=grid).order_by("pk").values_list("action", flat=True))
    assert actions == ["created", "put_in_force", "ended", "renamed"]


def test_changes_are_announced_after_commit_only(district, django_capture_on_commit_callbacks):
    heard = []
    grid_changed.connect(listener := lambda grid_id, **_: heard.append(grid_id), weak=False)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            grid = _grid(district, 0)
            assert heard == []
    finally:
        grid_changed.disconnect(listener)
    assert heard == [grid.pk]


def test_townships_held_by_another_may_be_claimed_while_the_rest_comes_into_force(district):
    one, other = _grid(district, 0), _grid(district, 0, 1, name="第二网格")
    services.put_in_force(one.pk, consortium=district.first, start=MAY, by=district.planner)
    services.put_in_force(
        other.pk,
        consortium=district.second,
        start=JUNE,
        claim_held_townships=True,
        by=district.planner,
    )
    assert _held(district.first, JUNE) == {"铜元局街道"}
    assert _held(district.second, JUNE) == {"花园路街道"}
    assert other.units.get(division=district.towns[0]).is_claim


def test_nothing_becomes_a_claim_where_nothing_is_held(district):
    grid = _grid(district, 0)
    services.put_in_force(
        grid.pk, consortium=district.first, start=MAY, claim_held_townships=True, by=district.planner
    )
    assert not any(unit.is_claim for unit in grid.units.all())
    assert GridAssignment.objects.count() == 1
