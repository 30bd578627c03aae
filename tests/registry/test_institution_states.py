"""Whether institutions were open on days gone by: asked of many at once, and of each as its page tells it."""

import datetime as dt
import random

import pgtrigger
import pytest
from django.utils import timezone

from registry import as_of
from registry.facts.institutions import rosters_of
from registry.history import Narrator
from registry.models import AuditEntry, Institution
from tests.factories import CountyFactory, InstitutionFactory

pytestmark = pytest.mark.django_db
FIRST = dt.date(2020, 1, 1)


def day(number: int) -> dt.date:
    return FIRST + dt.timedelta(days=number)


def entered(one: Institution, days: list[dt.date]) -> None:
    """As if the record and its changes had been entered on these days."""
    entries = reversed(as_of.entries_of(one))
    with pgtrigger.ignore("registry.AuditEntry:append_only"):
        for entry, on in zip(entries, days, strict=True):
            noon = dt.datetime.fromisoformat(f"{on}T12:00:00+08:00")
            AuditEntry.objects.filter(pk=entry.pk).update(at=noon)


def lived(chance: random.Random) -> Institution:
    """An institution that somebody closed, reopened or suspended, with days and without, soon or long afterwards."""
    one, days, began = InstitutionFactory(), [day(0)], 1
    for _ in range(chance.randint(0, 5)):
        began += chance.randint(1, 8)
        on, status = day(began), one.status
        if status == "closed":
            told = chance.choice(({"reopened_on": on}, {}))
            fields = {"status": "open", "closed_on": None} | told
        elif chance.random() < 0.6:
            told = chance.choice(({"closed_on": on}, {}))
            fields = {"status": "closed", "reopened_on": None} | told
        else:
            fields = {"status": {"open": "suspended"}.get(status, "open"), "beds": began}
        Institution.objects.filter(pk=one.pk).update(**fields)
        one.refresh_from_db()
        began += chance.randint(0, 4)  # the day on which it was typed
        days.append(day(began))
    entered(one, days)
    return one


@pytest.mark.parametrize("seed", range(6))
def test_many_at_once_are_open_when_their_pages_say_so(seed):
    chance = random.Random(seed)  # noqa: S311 (a test's dice)
    ones = [lived(chance) for _ in range(4)]
    audits = [(one, as_of.entries_of(one)) for one in ones]
    told_by = [(one, entries, Narrator(one, entries)) for one, entries in audits]
    seen = set()
    for number in range(seed % 3, 66, 3):
        on = day(number)
        told = {one for one, *audit in told_by if as_of.standing(one, on, *audit).status == "开业"}
        assert set(Institution.objects.open_on(on)) == told, on
        seen.add(len(told))
    assert len(seen) > 1


def test_before_it_was_entered_an_institution_was_what_it_was_entered_as():
    """A roster of today says nothing about when the hospitals in it opened."""
    known, gone = InstitutionFactory(), InstitutionFactory(status="closed")
    young = InstitutionFactory(founded_on=dt.date(2020, 3, 2))
    assert set(Institution.objects.open_on(dt.date(2020, 3, 1))) == {known}
    assert set(Institution.objects.open_on(dt.date(2020, 3, 2))) == {known, young}
    assert gone not in Institution.objects.open_on(timezone.localdate())


def test_a_roster_of_a_day_gone_by_counts_who_was_open_then(django_assert_num_queries):
    county = CountyFactory(code="500103")
    then, back = (InstitutionFactory(community_centre=True, division=county) for _ in range(2))
    Institution.objects.filter(pk=then.pk).update(status="closed", closed_on=dt.date(2024, 7, 1))
    Institution.objects.filter(pk=back.pk).update(status="closed", closed_on=dt.date(2024, 5, 1))
    Institution.objects.filter(pk=back.pk).update(
        status="open", closed_on=None, reopened_on=dt.date(2024, 9, 1)
    )
    found = {}
    for on in ("2024-04-30", "2024-05-01", "2024-06-30", "2024-07-01", "2024-08-31", "2024-09-01"):
        with django_assert_num_queries(1):
            rosters = rosters_of(["500103"], dt.date.fromisoformat(on))
        found[on[5:]] = rosters.get("500103", {}).get("community_health_centre", 0)
    assert found == {"04-30": 2, "05-01": 1, "06-30": 1, "07-01": 0, "08-31": 0, "09-01": 1}
    assert rosters_of(["500103"], timezone.localdate())["500103"]["community_health_centre"] == 1
