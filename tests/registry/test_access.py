"""One assignment covers a unit and everything below it, between its dates, and nothing else."""

import datetime as dt

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone

from registry import access, access_log
from registry.models import AccessLog, Authority, Institution, ManagementArea
from registry.roles import ROLES
from tests.actors import auditor, filer_of, registry_admin_of, reviewer_of, stranger
from tests.factories import (
    AuthorityFactory,
    CityFactory,
    CountyFactory,
    InstitutionFactory,
    ProvinceFactory,
    TownshipFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def municipality():
    return AuthorityFactory(division=ProvinceFactory())


@pytest.fixture
def district(municipality):
    return AuthorityFactory(division=CountyFactory(), parent=municipality)


def test_an_assignment_reaches_the_unit_and_everything_below(municipality, district):
    above, here = reviewer_of(municipality), reviewer_of(district)
    assert set(access.authorities_where(above, "review_filings")) == {municipality, district}
    assert set(access.authorities_where(here, "review_filings")) == {district}


def test_institutions_of_another_area_do_not_exist_for_a_person(district):
    ours, theirs = (
        InstitutionFactory(division=district.division),
        InstitutionFactory(division=CountyFactory()),
    )
    assert list(Institution.objects.visible_to(reviewer_of(district))) == [ours]
    assert theirs not in Institution.objects.visible_to(stranger())


def test_a_township_belongs_to_its_countys_bureau(district):
    township = TownshipFactory(parent=district.division)
    assert access.covers(reviewer_of(district), "view_grids", township)


def test_a_filer_finds_members_in_the_province_of_the_hospital_and_no_other(municipality):
    hospital, neighbour = InstitutionFactory(), InstitutionFactory()
    elsewhere = InstitutionFactory(
        division=CountyFactory(
            code="340202",
            parent=CityFactory(code="340200", parent=ProvinceFactory(code="340000", name="安徽省")),
        )
    )
    found = Institution.objects.visible_to(filer_of(hospital))
    assert set(found) == {hospital, neighbour}
    assert elsewhere not in found


def test_a_bureau_of_a_management_area_sees_just_its_places(municipality):
    inside, outside = TownshipFactory(), TownshipFactory()
    area = ManagementArea.objects.create(code="500132", name="两江新区", host=municipality.division)
    area.divisions.add(inside)
    bureau = Authority.objects.create(
        name="两江新区社会发展局",
        short_name="两江新区社发局",
        code="500132",
        level="county",
        management_area=area,
        parent=municipality,
        path=f"{municipality.path}500132/",
    )
    user = registry_admin_of(bureau)
    assert access.covers(user, "import_institutions", inside)
    assert not access.covers(user, "import_institutions", outside)


def test_rights_begin_and_end_with_the_dates_without_any_job(district):
    today = timezone.localdate()
    user = UserFactory()
    access.grant(user, "reviewer", district, start=today, end=today)
    assert access.covers(user, "review_filings", district)
    access.forget(user)
    with time_machine.travel(dt.datetime.combine(today, dt.time(12)) + dt.timedelta(days=1)):
        assert not access.covers(user, "review_filings", district)


def test_revoking_takes_the_derived_permissions_away_but_keeps_the_record(district):
    user = UserFactory()
    assignment = access.grant(user, "reviewer", district, start=dt.date(2020, 1, 1))
    access.revoke(assignment)
    assert not access.covers(user, "review_filings", district)
    assert not user.has_perm("registry.review_filings", district)
    assert user.assignments.count() == 1


def test_two_roles_at_one_unit_lose_only_what_neither_gives(district):
    user = UserFactory()
    assignment = access.grant(user, "reviewer", district)
    access.grant(user, "planner", district)
    access.revoke(assignment)
    assert not access.covers(user, "review_filings", district)
    assert access.covers(user, "view_grids", district)


def test_a_row_of_guardian_without_an_assignment_gives_nothing(district):
    from guardian.shortcuts import assign_perm

    user = UserFactory()
    assign_perm("review_filings", user, district)
    assert not access.covers(user, "review_filings", district)


def test_a_refusal_inside_a_transaction_waits_for_its_end(district):
    user = stranger()
    with pytest.raises(access.Denied):
        access.require(user, "review_filings", district)
    assert access_log._waiting.pop()["detail"] == "review_filings"


@pytest.mark.django_db(transaction=True)
def test_a_refusal_survives_the_transaction_that_it_rolled_back():
    user, district = stranger(), AuthorityFactory()
    with pytest.raises(access.Denied), transaction.atomic():
        access.require(user, "review_filings", district)
    access_log.flush()
    assert AccessLog.objects.get().user_id == user.pk


@pytest.mark.parametrize("role", ["system_admin", "security_admin", "auditor"])
def test_the_three_system_roles_review_nothing(role):
    assert not {"review_filings", "view_filings", "edit_filing"} & ROLES[role].permissions


def test_a_system_role_takes_no_unit_and_a_reviewer_needs_one(district):
    with pytest.raises(ValueError):
        access.grant(UserFactory(), "auditor", district)
    with pytest.raises(ValueError):
        access.grant(UserFactory(), "reviewer")
    assert access.may(auditor(), "read_audit")


def test_scope_costs_the_same_however_large_the_area(district, django_assert_num_queries):
    InstitutionFactory.create_batch(5, division=district.division)
    user = reviewer_of(district)
    with django_assert_num_queries(2):  # the person's assignments, the institutions
        list(Institution.objects.visible_to(user))
