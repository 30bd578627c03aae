"""The counting of workdays, against published examples and an independent calendar."""

import csv
from datetime import date, timedelta
from pathlib import Path

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.calendars import CalendarMissing, Day, Extension, Suspension, WorkCalendar
from registry.reference.calendar import shipped_years

EXAMPLES = Path(__file__).parent.parent / "data" / "workday_deadline_examples.csv"


def shipped_calendar() -> WorkCalendar:
    days, provisional = [], []
    for shipped in shipped_years():
        on = date(shipped.year, 1, 1)
        while on.year == shipped.year:
            ordinary = (True, "工作日") if on.weekday() < 5 else (False, "周末")
            days.append(Day(on, *shipped.exceptions.get(on, ordinary)))
            on += timedelta(days=1)
        if shipped.state == "provisional":
            provisional.append(shipped.year)
    return WorkCalendar(days, provisional, version="test")


CALENDAR = shipped_calendar()
FOUNDING_DAYS = st.dates(date(2018, 1, 1), date(2026, 11, 30))


def brute_force(begins_on: date, workdays: int) -> date:
    day = begins_on
    while workdays:
        day += timedelta(days=1)
        workdays -= chinese_calendar.is_workday(day)
    return day


def test_every_day_agrees_with_an_independent_calendar():
    day = date(2004, 1, 1)
    while day < date(2027, 1, 1):
        assert CALENDAR.is_workday(day) == chinese_calendar.is_workday(day), day
        day += timedelta(days=1)


def test_every_founding_day_of_nine_years_has_the_deadline_of_brute_force():
    day = date(2018, 1, 1)
    while day <= date(2026, 11, 30):
        assert CALENDAR.due_on(day) == brute_force(day, 15), day
        day += timedelta(days=1)


@pytest.mark.parametrize(
    "row", list(csv.DictReader(EXAMPLES.read_text().splitlines())), ids=lambda row: row["founded_on"]
)
def test_worked_examples(row):
    answer = CALENDAR.due_date(date.fromisoformat(row["founded_on"]))
    assert answer.due == date.fromisoformat(row["deadline_15th_workday"])
    assert answer.state == "final"


@given(FOUNDING_DAYS, st.integers(1, 20))
def test_the_explanation_accounts_for_every_day(founded, workdays):
    answer = CALENDAR.due_date(founded, workdays)
    explained = sorted([*answer.counted, *(skip.on for skip in answer.skipped)])
    assert explained == [founded + timedelta(days=n + 1) for n in range((answer.due - founded).days)]
    assert len(answer.counted) == workdays
    assert answer.due == answer.counted[-1] == CALENDAR.due_on(founded, workdays)
    assert all(skip.reason for skip in answer.skipped)


@given(FOUNDING_DAYS, st.integers(1, 15))
def test_days_left_fall_to_zero_on_the_due_day(founded, workdays):
    due = CALENDAR.due_on(founded, workdays)
    assert CALENDAR.workdays_between(founded, due) == workdays
    assert CALENDAR.workdays_between(due, due) == 0
    assert CALENDAR.workdays_between(due + timedelta(days=30), due) < 0


@given(FOUNDING_DAYS, st.integers(0, 25), st.integers(0, 30))
def test_a_suspension_moves_the_deadline_by_its_workdays(founded, after, length):
    first = founded + timedelta(days=after)
    last = first + timedelta(days=length)
    answer = CALENDAR.due_date(founded, suspensions=[Suspension(first, last, "待补材料")])
    halted = [day for day in answer.skipped if day.reason == "中止计算：待补材料"]
    assert answer.due == CALENDAR.due_on(founded, 15 + len(halted))
    assert not any(first <= day <= last for day in answer.counted)


@given(FOUNDING_DAYS, st.integers(1, 10))
def test_an_extension_adds_its_workdays(founded, more):
    answer = CALENDAR.due_date(founded, extensions=[Extension(more, "不可抗力")])
    assert answer.due == CALENDAR.due_on(founded, 15 + more)


def test_while_suspended_without_end_there_is_no_due_day():
    answer = CALENDAR.due_date(date(2026, 3, 2), suspensions=[Suspension(date(2026, 3, 9), None, "诉讼")])
    assert (answer.due, answer.state) == (None, "suspended")
    assert len(answer.counted) == 4


def test_a_year_without_notice_makes_the_deadline_provisional():
    before, across = CALENDAR.due_date(date(2026, 12, 10)), CALENDAR.due_date(date(2026, 12, 11))
    assert (before.due, before.state) == (date(2026, 12, 31), "final")
    assert (across.due, across.state) == (date(2027, 1, 4), "provisional")
    assert ("2027-01-01", "元旦法定节假日（暂定）") in [(str(s.on), s.reason) for s in across.skipped]


@pytest.mark.parametrize("day", [date(2003, 12, 31), date(2028, 12, 20), date(2029, 1, 1)])
def test_beyond_the_calendar_nothing_is_guessed(day):
    with pytest.raises(CalendarMissing):
        CALENDAR.due_date(day)
    with pytest.raises(CalendarMissing):
        CALENDAR.due_on(day)


def test_a_calendar_with_a_gap_is_refused():
    with pytest.raises(ValueError, match="缺日"):
        WorkCalendar([Day(date(2026, 1, 1), False, "元旦"), Day(date(2026, 1, 3), False, "周末")], [], "x")
