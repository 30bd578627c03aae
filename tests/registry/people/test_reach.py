"""Who manages whom, and where it ends."""

import datetime as dt

import pytest
from django.utils import timezone

from registry import access
from registry.errors import Refused
from registry.models import User
from registry.people import reach, service
from tests.actors import auditor, filer_of, planner_of, reviewer_of, security_admin, unit_admin_of
from tests.factories import AuthorityFactory, CountyFactory, InstitutionFactory, ProvinceFactory

pytestmark = pytest.mark.django_db
PERSON = {"username": "luo", "name": "罗静", "phone": "", "email": ""}


@pytest.fixture
def place():
    class Place:
        province = AuthorityFactory(division=ProvinceFactory(), level="province")
        bureau = AuthorityFactory(division=CountyFactory(), parent=province)
        other = AuthorityFactory(division=CountyFactory(), parent=province)
        hospital = InstitutionFactory(division=bureau.division)
        other_hospital = InstitutionFactory(division=other.division)

    return Place


def test_a_unit_administrator_gives_the_roles_of_his_unit_and_of_the_hospitals_below(place):
    admin = unit_admin_of(place.bureau)
    reviewer, _ = service.invite(**PERSON, role="reviewer", unit=place.bureau, by=admin)
    assert access.covers(reviewer, "review_filings", place.bureau)
    service.grant(reviewer.pk, role="filer", unit=place.hospital, by=admin)
    service.grant(reviewer.pk, role="unit_admin", unit=place.hospital, by=admin)
    assert set(User.objects.get(pk=reviewer.pk).assignments.values_list("role", flat=True)) == {
        "reviewer",
        "filer",
        "unit_admin",
    }


@pytest.mark.parametrize(
    ("role", "unit"),
    [
        ("reviewer", "province"),
        ("reviewer", "other"),
        ("filer", "other_hospital"),
        ("unit_admin", "bureau"),
        ("unit_admin", "province"),
        ("security_admin", None),
        ("auditor", None),
    ],
)
def test_a_unit_administrator_gives_nothing_beyond_his_unit(place, role, unit):
    admin, where = unit_admin_of(place.bureau), getattr(place, unit) if unit else None
    with pytest.raises(access.Denied):
        service.invite(**PERSON, role=role, unit=where, by=admin)
    person = filer_of(place.hospital)
    with pytest.raises(access.Denied):
        service.grant(person.pk, role=role, unit=where, by=admin)
    assert not User.objects.filter(username="luo").exists()
    assert [row.role for row in person.assignments.order_by("pk")] == ["filer"]


def test_a_hospitals_administrator_manages_the_hospital_and_appoints_no_equal(place):
    admin = unit_admin_of(place.hospital)
    person, _ = service.invite(**PERSON, role="signer", unit=place.hospital, by=admin)
    assert access.covers(person, "confirm_filing", place.hospital)
    for role, unit in (
        ("unit_admin", place.hospital),
        ("filer", place.other_hospital),
        ("reviewer", place.bureau),
    ):
        with pytest.raises(access.Denied):
            service.grant(person.pk, role=role, unit=unit, by=admin)


@pytest.mark.parametrize("role", ["security_admin", "unit_admin"])
def test_nobody_changes_his_own_rights(place, role):
    admin = security_admin() if role == "security_admin" else unit_admin_of(place.bureau)
    own = admin.assignments.get()
    for act in (
        lambda: service.grant(admin.pk, role="reviewer", unit=place.bureau, by=admin),
        lambda: service.end(own.pk, reason="离任", by=admin),
        lambda: service.new_link(admin.pk, by=admin),
        lambda: service.deactivate(admin.pk, reason="离任", by=admin),
    ):
        with pytest.raises(Refused, match="自己"):
            act()
    assert admin.assignments.get() == own


def test_an_account_with_rights_beyond_the_unit_is_seen_but_left_alone(place):
    """A link to such an account would be a way to rights that the administrator does not have."""
    admin, person = unit_admin_of(place.bureau), filer_of(place.hospital)
    access.grant(person, "reviewer", place.province)
    assert person in reach.visible_to(admin)
    for act in (
        lambda: service.new_link(person.pk, by=admin),
        lambda: service.deactivate(person.pk, reason="离任", by=admin),
        lambda: service.grant(person.pk, role="reviewer", unit=place.bureau, by=admin),
    ):
        with pytest.raises(access.Denied, match="管理范围以外"):
            act()


def test_rights_still_to_come_count_as_rights(place):
    admin, person = unit_admin_of(place.bureau), filer_of(place.hospital)
    access.grant(person, "reviewer", place.province, start=timezone.localdate() + dt.timedelta(days=9))
    assert reach.why_not(admin, person)


def test_people_elsewhere_and_the_systems_own_are_not_seen(place):
    seen = reach.visible_to(unit_admin_of(place.bureau))
    inside = [filer_of(place.hospital), planner_of(place.bureau)]
    outside = [filer_of(place.other_hospital), reviewer_of(place.province), auditor()]
    assert all(person in seen for person in inside)
    assert not any(person in seen for person in outside)
    assert not reach.visible_to(reviewer_of(place.province)).exists()


def test_two_security_administrators_cannot_put_each_other_out(place):
    first, second = security_admin(), security_admin()
    service.deactivate(second.pk, reason="离任", by=first)
    with pytest.raises(access.Denied):
        service.deactivate(first.pk, reason="离任", by=second)
    third = security_admin()
    service.end(third.assignments.get().pk, reason="调离", by=first)
    with pytest.raises(access.Denied):
        service.end(first.assignments.get().pk, reason="调离", by=third)


def test_an_assignment_ends_at_once_or_on_its_last_day(place):
    today, admin = timezone.localdate(), security_admin()
    person = reviewer_of(place.bureau)
    row = person.assignments.get()
    service.end(row.pk, last_day=today + dt.timedelta(days=3), reason="退休", by=admin)
    row.refresh_from_db()
    assert row.during.upper == today + dt.timedelta(days=4)
    with pytest.raises(Refused, match="更早"):
        service.end(row.pk, last_day=today + dt.timedelta(days=30), reason="退休", by=admin)
    service.end(row.pk, reason="退休", by=admin)
    assert not access.covers(User.objects.get(pk=person.pk), "review_filings", place.bureau)


@pytest.mark.parametrize(
    ("dates", "message"),
    [
        ({"start": dt.date(2020, 1, 1)}, "过去"),
        ({"start": dt.date(2099, 1, 2), "end": dt.date(2099, 1, 1)}, "早于"),
        ({}, "不必重复"),
    ],
)
def test_assignments_that_make_no_sense_are_refused(place, dates, message):
    person = reviewer_of(place.bureau)
    with pytest.raises(Refused, match=message):
        service.grant(person.pk, role="reviewer", unit=place.bureau, by=security_admin(), **dates)
    assert person.assignments.count() == 1
