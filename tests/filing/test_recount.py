"""Deadlines follow the calendar: a published year makes provisional ones final, a correction moves them."""

import datetime as dt

import pytest
import time_machine

from filing import recount, timing
from filing.models import Filing
from registry import workdays
from tests.factories.filing import Case

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("law")]
NEW_YEAR = {dt.date(2027, 1, 1): (False, "元旦放假"), dt.date(2027, 1, 4): (False, "元旦放假")}


def test_publishing_the_next_year_recounts_what_needed_it(django_capture_on_commit_callbacks):
    with time_machine.travel("2026-12-21T10:00:00+08:00"):
        case = Case(founded_on=dt.date(2026, 12, 18)).draft()
        assert (case.filing.due_on, case.filing.due_state) == (dt.date(2027, 1, 11), "provisional")
        with django_capture_on_commit_callbacks(execute=True):
            workdays.load_year(2027, NEW_YEAR, notice_number="测试通知")
    case.fresh()
    assert (case.filing.due_on, case.filing.due_state) == (dt.date(2027, 1, 12), "final")


def test_a_corrected_day_moves_only_the_deadlines_that_it_touches(django_capture_on_commit_callbacks):
    with time_machine.travel("2024-09-10T10:00:00+08:00"):
        near = Case(founded_on=dt.date(2024, 9, 6)).draft().filing
        far = Case(name="另一家测试医院", founded_on=dt.date(2024, 3, 1)).draft().filing
        with django_capture_on_commit_callbacks(execute=True):
            workdays.correct_day(dt.date(2024, 9, 12), False, "省内停工")
    assert Filing.objects.get(pk=near.pk).due_on == dt.date(2024, 9, 30)
    assert Filing.objects.get(pk=far.pk).due_on == far.due_on


def test_counting_again_without_a_change_writes_nothing():
    with time_machine.travel("2024-09-10T10:00:00+08:00"):
        Case(founded_on=dt.date(2024, 9, 6)).draft()
    assert recount.recount(2024) == 0


def test_a_recount_that_died_is_finished_by_the_next_round(monkeypatch, django_capture_on_commit_callbacks):
    """The process is killed after the first of two cases; only what is left is counted."""
    with time_machine.travel("2024-09-10T10:00:00+08:00"):
        cases = [Case(founded_on=dt.date(2024, 9, 6)).draft().filing]
        cases.append(Case(name="另一家测试医院", founded_on=dt.date(2024, 9, 6)).draft().filing)
        again, counted = recount._again, []

        def killed(pk):
            if counted:
                raise SystemExit
            counted.append(pk)
            return again(pk)

        monkeypatch.setattr(recount, "_again", killed)
        with pytest.raises(SystemExit), django_capture_on_commit_callbacks(execute=True):
            workdays.correct_day(dt.date(2024, 9, 12), False, "省内停工")
        monkeypatch.setattr(recount, "_again", again)
        assert sorted(str(fresh.due_on) for fresh in Filing.objects.order_by("pk")) == [
            "2024-09-29",
            "2024-09-30",
        ]
        with django_capture_on_commit_callbacks(execute=True):
            assert 2024 in recount.catch_up()
        assert {str(fresh.due_on) for fresh in Filing.objects.order_by("pk")} == {"2024-09-30"}
        assert recount.catch_up() == []


def test_a_deadline_extended_far_into_the_next_year_follows_its_calendar(django_capture_on_commit_callbacks):
    with time_machine.travel("2026-06-02T10:00:00+08:00"):
        case = Case(founded_on=dt.date(2026, 6, 1)).draft()
        timing.order(
            case.filing.pk,
            kind="extend",
            workdays=140,
            ground="迁建",
            document="测〔2026〕1号",
            by=case.reviewer,
        )
        before = case.fresh().filing.due_on
        assert before.year == 2027
        with django_capture_on_commit_callbacks(execute=True):
            workdays.load_year(2027, NEW_YEAR, notice_number="测试通知")
    assert case.fresh().filing.due_on > before
    assert [note.title for note in case.filer.notifications.order_by("pk")][-1] == (
        f"{case.filing}：备案期限由 {before} 改为 {case.filing.due_on}"
    )
