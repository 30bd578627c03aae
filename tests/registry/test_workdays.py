"""The workday calendar in the database: loading, correcting, and deadlines that follow it."""

import json
from datetime import date, datetime, timedelta
from io import StringIO
from zoneinfo import ZoneInfo

import chinese_calendar
import pytest
from django.core.management import CommandError, call_command
from django.db.models import IntegerField, Value

from registry import workdays
from registry.errors import Refused
from registry.management.commands.due_date import Command
from registry.models import CalendarDay, CalendarYear
from registry.reference.calendar import load_calendar

pytestmark = pytest.mark.django_db
SHANGHAI = ZoneInfo("Asia/Shanghai")


def run(*args) -> str:
    out = StringIO()
    call_command("due_date", *args, stdout=out)
    return out.getvalue()


def test_json_answers_one_document_with_every_day(calendar):
    answer = json.loads(run("2018-12-28", "--format", "json"))
    assert set(answer) == {"due", "state", "counted", "skipped"}
    assert (answer["due"], answer["state"], len(answer["counted"])) == ("2019-01-21", "final", 15)
    assert "2018-12-29" in answer["counted"], "a make-up Saturday is a workday"
    assert {"date": "2019-01-01", "reason": "元旦放假"} in answer["skipped"]


def test_text_says_the_last_day_and_why_others_do_not_count(calendar):
    text = run("2026-12-18", "--workdays", "10")
    assert "截止日：2027-01-04 周一 24:00" in text
    assert "暂定" in text
    assert "元旦法定节假日（暂定）" in text


@pytest.mark.parametrize(
    "args", [["2026-13-01"], ["昨天"], ["2026-01-05", "--workdays", "0"], ["2031-01-05"]]
)
def test_nonsense_is_refused_in_words(calendar, args):
    with pytest.raises(CommandError, match=r"日期|整数|日历"):
        run(*args)


@pytest.mark.parametrize("args", [["2026-13-01"], ["20260105"], ["2026-01-05", "--workdays", "²"]])
def test_at_a_terminal_nonsense_ends_without_a_traceback(args, capsys):
    with pytest.raises(SystemExit) as ended:
        Command().run_from_argv(["manage.py", "due_date", *args])
    shown = capsys.readouterr()
    assert ended.value.code == 2 and not shown.out
    assert args[-1] in shown.err


def test_the_last_day_lasts_until_midnight_local_time():
    due = date(2019, 1, 21)
    assert not workdays.is_late(datetime(2019, 1, 21, 23, 59, 59, tzinfo=SHANGHAI), due)
    assert workdays.is_late(datetime(2019, 1, 22, 0, 0, tzinfo=SHANGHAI), due)
    assert not workdays.is_late(datetime(2019, 1, 21, 15, 59, tzinfo=ZoneInfo("UTC")), due)


def test_days_left(calendar):
    assert workdays.workdays_left(date(2026, 9, 24), date(2026, 10, 9)) == 5
    assert workdays.workdays_left(date(2026, 10, 9), date(2026, 10, 9)) == 0
    assert workdays.workdays_left(date(2026, 10, 12), date(2026, 10, 9)) == -2, (
        "Saturday 10 October is made up"
    )


def test_loading_again_writes_nothing(calendar, django_assert_max_num_queries):
    before = list(CalendarYear.objects.values("year", "version"))
    with django_assert_max_num_queries(80):
        assert load_calendar() == 0
    assert list(CalendarYear.objects.values("year", "version")) == before


def test_the_published_year_replaces_the_provisional_one(calendar):
    first = workdays.due_date(date(2026, 12, 20))
    notice = {
        date(2027, 1, 1): (False, "元旦放假"),
        date(2027, 1, 2): (False, "元旦放假"),
        date(2027, 1, 3): (True, "元旦调休上班"),
    }
    assert workdays.load_year(2027, notice, notice_number="国办发明电〔2026〕测试号")
    second = workdays.due_date(date(2026, 12, 20))
    assert (first.state, second.state) == ("provisional", "final")
    assert second.due < first.due
    assert second.calendar_version != first.calendar_version


def test_a_notice_may_move_days_of_the_december_before_but_no_others(calendar):
    workdays.load_year(2027, {date(2026, 12, 31): (False, "元旦放假")})
    assert not workdays.current_calendar().is_workday(date(2026, 12, 31))
    with pytest.raises(Refused, match="2026-11-30"):
        workdays.load_year(2027, {date(2026, 11, 30): (False, "错")})


def test_what_an_administrator_corrected_survives_the_next_load(calendar):
    prolonged = date(2020, 2, 3)
    assert workdays.correct_day(prolonged, False, "省内延长假期")
    assert not workdays.correct_day(prolonged, False, "省内延长假期"), "nothing new"
    load_calendar()
    assert CalendarDay.objects.get(date=prolonged).reason == "省内延长假期"
    assert workdays.due_date(date(2020, 1, 20)).due > date(2020, 2, 14)


def test_a_day_of_an_unknown_year_cannot_be_corrected(calendar):
    with pytest.raises(Refused, match="2040"):
        workdays.correct_day(date(2040, 1, 2), False, "错")


def test_every_day_of_nine_years_agrees_with_a_walk_day_by_day(calendar):
    """Another count of another source: 3,287 first days, each with a period of 15 and one of 5 workdays."""
    days, works = [date(2018, 1, 1) + timedelta(days=n) for n in range(3287)], chinese_calendar.is_workday
    assert days[-1] == date(2026, 12, 31)
    current = workdays.current_calendar()
    for begins in days:
        counted, day = [], begins
        while len(counted) < 15 and day < days[-1]:
            day += timedelta(days=1)
            if works(day):
                counted.append(day)
        for period in (5, 15):
            if len(counted) >= period:
                assert current.due_on(begins, period) == counted[period - 1], begins
                assert current.workdays_between(begins, counted[period - 1]) == period


def test_a_column_of_deadlines_is_counted_as_the_single_ones(calendar):
    """Every founding day of a year and some beyond the calendar, in one statement."""
    days = [date(2025, 12, 1) + timedelta(days=n) for n in range(0, 1200, 7)]
    table = workdays.current_calendar()
    rows = CalendarDay.objects.filter(date__in=days).annotate(
        due=workdays.DueOn("date", 15), none=workdays.DueOn("date", Value(None, IntegerField()))
    )
    found = {row.date: row.due for row in rows}
    assert found
    for day, due in found.items():
        try:
            assert due == table.due_on(day)
        except workdays.CalendarMissing:
            assert due is None
    assert None in found.values()
    assert {row.none for row in rows} == {None}
