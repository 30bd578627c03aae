"""`check_register`: every statement about stored data finds the row that breaks it, and names its page."""

import datetime as dt
import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from registry.integrity import Invariant, invariants
from registry.models import Authority, Division, Institution, Membership
from tests.actors import reviewer_of
from tests.factories import (
    AuthorityFactory,
    ConsortiumFactory,
    CountyFactory,
    InstitutionFactory,
    LeadFactory,
    MembershipFactory,
    TownshipFactory,
)
from tests.factories.grids import GridAssignmentFactory, GridFactory, GridUnitFactory

pytestmark = pytest.mark.django_db
ENDED = dt.date(2020, 6, 30)


def check(*only) -> tuple[int, dict]:
    out, status = StringIO(), 0
    try:
        call_command("check_register", format="json", only=list(only) or None, stdout=out)
    except SystemExit as end:
        status = end.code
    return status, json.loads(out.getvalue())


def ended(place):
    Division.objects.filter(pk=place.pk).update(valid_to=ENDED)


def _place():
    one = InstitutionFactory()
    ended(one.division)
    return one


def _township():
    return InstitutionFactory(township=TownshipFactory(parent=CountyFactory()))


def _code():
    return InstitutionFactory(uscc="12500103450387120A")


def _merged_away():
    one = InstitutionFactory()
    MembershipFactory(institution=one)
    Institution.objects.filter(pk=one.pk).update(merged_into=InstitutionFactory())
    return one


def _branch():
    main = InstitutionFactory(main_institution=InstitutionFactory())
    return InstitutionFactory(main_institution=main)


def _closed():
    return InstitutionFactory(closed_on=ENDED)


def _closed_again():
    return InstitutionFactory(status="closed", closed_on=ENDED, reopened_on=ENDED)


def _membership():
    return MembershipFactory(consortium=ConsortiumFactory(closed_on=ENDED)).institution


def _grid_township():
    unit = GridUnitFactory()
    ended(unit.division)
    return unit.grid


def _grid_period():
    grid = GridFactory(during=(ENDED, None))
    GridUnitFactory(grid=grid, during=(dt.date(2019, 1, 1), None))
    return grid


def _grid_consortium():
    grid = GridFactory()
    GridAssignmentFactory(grid=grid, consortium=ConsortiumFactory(closed_on=ENDED))
    return grid


def _holdings():
    grid = GridFactory()
    GridUnitFactory(grid=grid)
    GridAssignmentFactory(grid=grid)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM grids_holding WHERE grid_id = %s", [grid.pk])
    return grid


def _division_path():
    place = CountyFactory()
    Division.objects.filter(pk=place.pk).update(path="/wrong/")
    return place


@pytest.mark.parametrize(
    ("code", "spoil", "page"),
    [
        ("institution-code", _code, "/institutions/"),
        ("institution-place", _place, "/institutions/"),
        ("institution-township", _township, "/institutions/"),
        ("merged-away", _merged_away, "/institutions/"),
        ("branch-of-branch", _branch, "/institutions/"),
        ("closed-with-date", _closed, "/institutions/"),
        ("closed-with-date", _closed_again, "/institutions/"),
        ("membership-in-life", _membership, "/institutions/"),
        ("division-path", _division_path, "/divisions/"),
        ("grid-retired-township", _grid_township, "/grids/"),
        ("grid-in-period", _grid_period, "/grids/"),
        ("grid-life-of-consortium", _grid_consortium, "/grids/"),
        ("grid-holdings", _holdings, "/grids/"),
    ],
)
def test_a_broken_row_is_found_with_its_page(code, spoil, page):
    row = spoil()
    status, answer = check(code)
    assert status == 1
    assert [one["url"] for one in answer["broken"]] == [f"{page}{row.pk}/"]
    assert answer["total"] == answer["checked"][0]["broken"] == 1


def test_rows_without_a_page_are_named():
    lead = LeadFactory(consortium=ConsortiumFactory(closed_on=ENDED))
    bureau = AuthorityFactory()
    reviewer_of(bureau)
    ended(bureau.division)
    Authority.objects.filter(pk=bureau.pk).update(path="/x/")
    _, answer = check("lead-in-life", "authority-place", "authority-path", "merge-in-circle")
    assert [(one["invariant"], one["subject"], one["url"]) for one in answer["broken"]] == [
        ("lead-in-life", lead.consortium.name, ""),
        ("authority-path", bureau.name, ""),
        ("authority-place", bureau.name, ""),
    ]


def test_no_statement_takes_the_day_of_the_server_for_today():
    texts = [one.sql for one in invariants() if isinstance(one, Invariant)]
    assert texts and not [sql for sql in texts if "current_date" in sql.lower()]


def test_merges_in_a_circle_end_the_search():
    one, other = InstitutionFactory(), InstitutionFactory()
    Institution.objects.filter(pk=one.pk).update(merged_into=other)
    Institution.objects.filter(pk=other.pk).update(merged_into=one)
    assert check("merge-in-circle")[1]["total"] == 2


def test_sound_data_breaks_nothing_whatever_is_checked():
    county = CountyFactory()
    province = AuthorityFactory(division=county.parent.parent)
    city = AuthorityFactory(division=county.parent, parent=province)
    grid = GridFactory(division=county, authority=AuthorityFactory(division=county, parent=city))
    GridUnitFactory(grid=grid)
    GridAssignmentFactory(grid=grid)
    MembershipFactory()
    LeadFactory()
    status, answer = check()
    assert (status, answer["broken"]) == (0, [])
    assert len(answer["checked"]) == len(invariants()) > 20


def test_what_is_listed_is_bounded_and_what_is_counted_is_not():
    consortium = ConsortiumFactory(closed_on=ENDED)
    Membership.objects.bulk_create(
        Membership(
            consortium=consortium, institution=InstitutionFactory(), during=(dt.date(2019, 1, 1), None)
        )
        for _ in range(4)
    )
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("check_register", only=["membership-in-life"], limit=1, stdout=out)
    assert "另有 3 处未列出" in out.getvalue()
    assert "4 处不成立" in out.getvalue()


def test_a_statement_nobody_made_is_refused():
    with pytest.raises(CommandError, match="没有代号为 nothing 的核对项") as said:
        call_command("check_register", only=["nothing"])
    assert said.value.returncode == 2 and "membership-in-life" in str(said.value)
