"""The deadline, against an independent count."""

import datetime as dt

import pytest
import time_machine
from chinese_calendar import is_workday
from hypothesis import given, settings
from hypothesis import strategies as st

from filing import clock
from filing.models import Filing
from tests.factories.filing import Case

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("law")]


def counted_by_hand(founded: dt.date, workdays: int) -> dt.date:
    day = founded
    while workdays:
        day += dt.timedelta(days=1)
        workdays -= is_workday(day)
    return day


@pytest.fixture
def municipal(law):
    return Case().commission


@settings(max_examples=60)
@given(st.dates(dt.date(2020, 1, 1), dt.date(2025, 11, 20)), st.integers(0, 60))
def test_deadline_and_lateness_agree_with_a_count_by_hand(municipal, founded, after):
    filing = Filing(authority=municipal, founded_on=founded, kind="establish")
    due = counted_by_hand(founded, 15)
    submitted = founded + dt.timedelta(days=after)
    filing.first_submitted_at = dt.datetime.combine(
        submitted, dt.time(23, 59), dt.timezone(dt.timedelta(hours=8))
    )
    clock.set_deadline(filing)
    assert (filing.due_on, filing.due_state) == (due, "final")
    late = sum(is_workday(due + dt.timedelta(days=n)) for n in range(1, (submitted - due).days + 1))
    assert filing.late_workdays == (0 if submitted <= due else max(1, late))


def test_a_deadline_in_an_unpublished_year_is_provisional_and_judged_only_where_it_is_certain(municipal):
    filing = Filing(authority=municipal, founded_on=dt.date(2026, 12, 18), kind="establish")
    with time_machine.travel("2026-12-25T10:00:00+08:00"):
        read = clock.read(filing)
        assert read.is_provisional and read.due.due.year == 2027
    cases = {"2026-12-31": 0, "2027-01-12": None, "2027-03-01": "late"}
    for day, expected in cases.items():
        late = clock.late_workdays(dt.date.fromisoformat(day), read.due)
        assert late == expected if expected != "late" else late > 10


def test_no_rule_no_deadline(municipal):
    """Anhui's documents give none; nor has a change or an end one anywhere."""
    from tests.factories.registry import AuthorityFactory, ProvinceFactory

    wuhu = AuthorityFactory(division=ProvinceFactory(code="340000", name="安徽省"), level="province")
    assert clock.read(Filing(authority=wuhu, founded_on=dt.date(2020, 9, 18), kind="establish")).rule is None
    assert clock.read(Filing(authority=municipal, founded_on=dt.date(2020, 9, 18), kind="change")).due is None


def test_an_old_filing_keeps_its_deadline_where_this_year_has_no_calendar(municipal):
    filing = Filing(authority=municipal, founded_on=dt.date(2020, 9, 18), kind="establish")
    with time_machine.travel("2031-05-01T10:00:00+08:00"):
        read = clock.read(filing)
    assert (read.due.due, read.left, read.missing) == (dt.date(2020, 10, 15), None, "")


def test_no_published_year_has_moved_a_deadline_beyond_the_margin_of_doubt(municipal):
    """Against a calendar that knows weekends alone, which is less than a provisional year knows."""

    def weekdays_alone(day: dt.date) -> bool:
        return day.weekday() < 5

    def due(begins: dt.date, works) -> dt.date:
        day, left = begins, 15
        while left:
            day += dt.timedelta(days=1)
            left -= works(day)
        return day

    worst = 0
    for offset in range((dt.date(2026, 11, 1) - dt.date(2007, 1, 1)).days):
        begins = dt.date(2007, 1, 1) + dt.timedelta(days=offset)
        expected, turned_out = due(begins, weekdays_alone), due(begins, is_workday)
        moved = sum(
            weekdays_alone(expected + dt.timedelta(days=n))
            for n in range(1, (turned_out - expected).days + 1)
        )
        worst = max(worst, moved)
    assert 0 < worst < clock.MOVABLE
