"""The history of places that is drawn from the yearly tables."""

from collections import Counter
from datetime import date
from functools import cache

import pytest

from registry.reference.history import History, Place, build
from registry.reference.tables import read_tables

tables = cache(read_tables)


@cache
def history() -> History:
    """Built by whoever runs these tests, not by every process that only looks which tests there are."""
    return build(tables())


@cache
def by_code() -> dict[str, list[Place]]:
    places = {}
    for place in history().places:
        places.setdefault(place.code, []).append(place)
    return places


def on(day: date, prefixes: tuple[str, ...]) -> dict[str, str]:
    return {
        p.code: p.name
        for p in history().places
        if p.code.startswith(prefixes)
        and not p.same_as
        and (p.valid_from is None or p.valid_from <= day)
        and (p.valid_to is None or p.valid_to > day)
    }


def heirs(code: str) -> set[str]:
    return {step.new[0] for step in history().steps if step.old[0] == code}


def test_today_is_the_newest_table():
    assert on(date(2026, 11, 21), ("",)) == {row.code: row.name for row in tables().now}


def test_the_day_after_the_older_table_is_that_table_in_its_four_provinces():
    assert on(date(2019, 11, 1), ("33", "34", "50", "53")) == {row.code: row.name for row in tables().before}


def test_no_code_stands_twice_on_a_day_and_dates_are_in_order():
    assert max(Counter(place.key for place in history().places).values()) == 1
    assert max(Counter(p.code for p in history().places if p.valid_to is None).values()) == 1
    assert all(not (p.valid_from and p.valid_to) or p.valid_from < p.valid_to for p in history().places)


@pytest.mark.parametrize(
    ("code", "successors", "ended"),
    [
        ("340203", {"340209"}, date(2021, 10, 31)),
        ("340208", {"340209"}, date(2021, 10, 31)),
        ("340221", {"340210"}, date(2021, 10, 31)),
        ("340222", {"340212"}, date(2021, 10, 31)),
        ("340225", {"340281"}, date(2020, 6, 30)),
        ("330104", {"330102", "330114"}, date(2021, 10, 31)),
        ("220381", {"220184"}, date(2020, 6, 30)),
        ("340203002", {"340209001"}, date(2021, 10, 31)),
        ("340208001", {"340272005"}, date(2021, 10, 31)),
    ],
)
def test_successors_of_places_that_the_policies_name(code, successors, ended):
    assert heirs(code) == successors
    assert [place.valid_to for place in by_code()[code]] == [ended]


def test_a_renamed_code_is_two_places_one_after_the_other():
    old, new = by_code()["341171"]
    assert (old.name, old.valid_to) == ("苏滁现代产业园", date(2021, 10, 31))
    assert (new.name, new.valid_from, new.valid_to) == (
        "中新苏滁高新技术产业开发区",
        date(2021, 10, 31),
        None,
    )
    assert heirs("341171") == {"341171"}


def test_a_township_whose_first_table_is_known_keeps_that_date():
    (place,) = by_code()["341103005"]
    assert (place.name, place.valid_from) == ("同乐街道", date(2020, 6, 30))


def test_28_townships_of_the_zones_are_the_same_place_as_a_township_of_their_district():
    doubles = [place for place in history().places if place.same_as]
    assert len(doubles) == 28
    for double in doubles:
        (original,) = by_code()[double.same_as]
        assert (original.name, original.parent_code) == (double.name, double.parent_code)
        assert original.valid_to is None


def test_every_succession_joins_two_known_places():
    keys = {place.key for place in history().places}
    assert all(step.old in keys and step.new in keys and step.old != step.new for step in history().steps)
