"""Suspension and extension of a deadline, against a count by hand."""

import datetime as dt

import pytest
import time_machine
from chinese_calendar import is_workday
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from filing import clock, timing
from filing.models import ClockChange
from registry import access
from registry.errors import Refused
from tests.actors import reviewer_of
from tests.factories.filing import Case

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("law")]
FOUNDED = dt.date(2020, 9, 18)  # due on 15 October


@pytest.fixture(autouse=True)
def in_time():
    with time_machine.travel("2020-09-21T10:00:00+08:00"):
        yield


@pytest.fixture
def case(in_time):
    return Case(founded_on=FOUNDED)


def by_hand(halts: list[tuple[dt.date, dt.date]], extra: int) -> dt.date:
    """Walk the days one by one."""
    day, left = FOUNDED, 15 + extra
    while left:
        day += dt.timedelta(days=1)
        left -= is_workday(day) and not any(first <= day <= last for first, last in halts)
    return day


@settings(max_examples=25)
@given(
    st.lists(st.tuples(st.integers(1, 60), st.integers(0, 30)), max_size=3),
    st.lists(st.integers(1, 20), max_size=2),
)
def test_the_deadline_agrees_with_a_count_by_hand(case, halts, extensions):
    if case.filing is None:
        case.draft()
    ClockChange.objects.all().delete()
    spans = [(FOUNDED + dt.timedelta(days=a), FOUNDED + dt.timedelta(days=a + n)) for a, n in halts]
    document = {"document": "渝卫函〔2020〕1号", "by": case.reviewer, "ground": "停工"}
    for first, last in spans:
        timing.order(case.filing.pk, kind="suspend", first=first, last=last, **document)
    for workdays in extensions:
        timing.order(case.filing.pk, kind="extend", workdays=workdays, **document)
    expected = by_hand(spans, sum(extensions))
    assert case.fresh().filing.due_on == expected
    read = clock.read(case.filing)
    assert read.due.due == expected and len(read.due.counted) == 15 + sum(extensions)


def test_the_hospital_asks_with_a_draft_and_the_bureau_decides_without_seeing_it(client, case):
    case.draft()
    pk = case.filing.pk
    client.force_login(case.filer)
    asked = {"kind": "extend", "workdays": "5", "ground": "法定代表人变更"}
    page = client.post(reverse("filing:clock_change", args=[pk]), asked, follow=True)
    assert "等待备案机关决定" in page.text and case.fresh().filing.due_on == dt.date(2020, 10, 15)
    with pytest.raises(Refused, match="等待决定"):
        timing.ask(pk, kind="extend", workdays=1, ground="再来", by=case.filer)
    client.force_login(case.reviewer)
    assert client.get(reverse("filing:deadline", args=[pk])).status_code == 404
    page = client.get(reverse("filing:clock_requests"))
    assert "延长 5 个工作日" in page.text and "法定代表人变更" in page.text
    change = ClockChange.objects.get()
    address = reverse("filing:clock_decide", args=[change.pk])
    page = client.post(address, {"decision": "declined", "note": ""}, follow=True)
    assert "须写明理由" in page.text
    client.post(address, {"decision": "granted", "note": "同意", "document": "渝卫函〔2020〕1号"})
    assert case.fresh().filing.due_on == dt.date(2020, 10, 22)
    client.force_login(case.filer)
    page = client.get(reverse("filing:deadline", args=[pk]))
    assert "渝卫函〔2020〕1号" in page.text and "2020-10-22" in page.text
    assert [e.action for e in case.filing.events.order_by("pk")][-2:] == ["extend_asked", "extend_granted"]


def test_an_open_suspension_stops_the_clock_until_it_is_resumed(client, case):
    case.draft()
    change = timing.order(
        case.filing.pk,
        kind="suspend",
        first=dt.date(2020, 9, 22),
        ground="停工",
        document="",
        by=case.reviewer,
    )
    assert case.fresh().filing.due_on is None and clock.read(case.filing).due.state == "suspended"
    client.force_login(case.filer)
    assert "期限计算已中止" in client.get(reverse("filing:deadline", args=[case.filing.pk])).text
    assert client.get(reverse("filing:list")).status_code == 200
    with pytest.raises(Refused, match="不能早于"):
        timing.resume(change.pk, last=dt.date(2020, 9, 21), by=case.reviewer)
    timing.resume(change.pk, last=dt.date(2020, 9, 25), by=case.reviewer)
    assert case.fresh().filing.due_on == by_hand([(dt.date(2020, 9, 22), dt.date(2020, 9, 25))], 0)
    with pytest.raises(Refused, match="没有在中止中"):
        timing.resume(change.pk, last=dt.date(2020, 9, 28), by=case.reviewer)


def test_an_extension_makes_a_late_filing_punctual_and_the_receipt_shows_the_new_deadline(case):
    with time_machine.travel("2020-10-20T10:00:00+08:00"):
        case.submitted()
        assert case.filing.late_workdays == 3
        timing.order(
            case.filing.pk, kind="extend", workdays=5, ground="疫情", document="1号", by=case.reviewer
        )
    assert case.fresh().filing.late_workdays == 0


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"kind": "extend"}, "工作日数"),
        ({"kind": "extend", "workdays": 999}, "工作日数"),
        ({"kind": "suspend"}, "起日"),
        ({"kind": "suspend", "first": FOUNDED}, "成立日期"),
        (
            {"kind": "suspend", "first": dt.date(2020, 9, 30), "last": dt.date(2020, 9, 29)},
            "不能早于",
        ),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(case, given, words):
    case.draft()
    with pytest.raises(Refused, match=words):
        timing.ask(case.filing.pk, ground="停工", by=case.filer, **given)
    with pytest.raises(Refused, match="理由"):
        timing.ask(case.filing.pk, kind="extend", workdays=2, ground=" ", by=case.filer)


def test_nobody_decides_for_his_own_hospital_nor_from_elsewhere(case):
    case.draft()
    change = timing.ask(case.filing.pk, kind="extend", workdays=2, ground="停工", by=case.filer)
    both = reviewer_of(case.commission)
    access.grant(both, "filer", case.hospital)
    with pytest.raises(Refused, match="本单位"):
        timing.decide(change.pk, granted=True, note="", by=both)
    with pytest.raises(access.Denied):
        timing.decide(change.pk, granted=True, note="", by=reviewer_of(case.county_bureau))
    with pytest.raises(access.Denied):
        timing.decide(change.pk, granted=True, note="", by=case.filer)
