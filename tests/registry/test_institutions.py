"""The register's own pages: list, search, one institution with its history."""

import itertools
import sys

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from registry import access
from registry.models import Institution, InstitutionName
from registry.operators import operator
from tests.actors import filer_of, leader_of, registry_admin_of, reviewer_of, stranger
from tests.benchmarks import floor
from tests.factories import (
    AuthorityFactory,
    CountyFactory,
    InstitutionClassFactory,
    InstitutionFactory,
    LeadFactory,
    MembershipFactory,
    TownshipFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def district(db):
    return CountyFactory(code="500103", name="渝中区")


@pytest.fixture
def admin(district, client):
    person = registry_admin_of(AuthorityFactory(division=district))
    client.force_login(person)
    return person


def names(client, **query):
    response = client.get(reverse("registry:institution_list"), query)
    assert response.status_code == 200
    return [one.name for one in response.context["page"]]


def test_only_ones_own_area_is_listed(admin, client, district):
    InstitutionFactory(name="甲医院", division=district)
    InstitutionFactory(name="乙医院", division=CountyFactory(code="500105"))
    assert names(client) == ["甲医院"]


@pytest.mark.parametrize(
    "query", ["第一", "重庆 第一", "cqdyyy", "CQDY", "12500103", "12500103mb00000017", "PDY1", "市一院"]
)
def test_search_by_part_of_name_initials_code_and_alias(admin, client, district, query):
    one = InstitutionFactory(
        name="重庆第一医院", division=district, uscc="12500103MB00000017", licence_number="PDY1"
    )
    InstitutionName.objects.create(institution=one, name="市一院", kind="second")
    InstitutionFactory(name="江北中医院", division=district)
    assert names(client, q=query) == ["重庆第一医院"]


@pytest.mark.parametrize(
    "query",
    [
        {"level": "3"},
        {"grade": "A"},
        {"ownership": "private"},
        {"affiliation": "none"},
        {"status": "closed"},
        {"kind": "B"},
        {"kind": "B1"},
        {"military": "yes"},
        {"group": "city_group"},
        {"place": "/500000/500100/500103/"},
    ],
)
def test_filters(admin, client, district, query):
    InstitutionClassFactory(code="B", tier="大类")
    InstitutionClassFactory(code="B1", tier="中类")
    facts = {
        "level": "3",
        "grade": "A",
        "ownership": "private",
        "affiliation": "none",
        "status": "closed",
        "is_military": True,
    }
    one = InstitutionFactory(community_centre=True, name="甲", division=district, **facts)
    MembershipFactory(institution=one)
    other = CountyFactory(code="500105")
    access.grant(admin, "registry_admin", AuthorityFactory(division=other))
    InstitutionFactory(name="乙", division=other)
    assert names(client, **query) == ["甲"]
    assert names(client, level="nonsense") == ["甲", "乙"]
    assert names(client, group="none") == ["乙"]
    assert names(client, group="specialty_alliance") == []


def test_consortia_are_looked_up_for_the_rows_of_a_page_and_not_for_a_nation():
    """Answered once for all in a table beside, the question would read every membership there is."""
    rows = Institution.objects.in_consortium_on(timezone.localdate(), "city_group")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL cpu_tuple_cost = 1000")  # each look is dear, as among very many
    assert "hashed SubPlan" not in rows.explain()


def test_pages_go_on_by_key_and_sorting_turns(admin, client, district):
    for number in range(25):
        InstitutionFactory(name=f"医院{number:02}", division=district)
    first = client.get(reverse("registry:institution_list"), {"size": 20})
    assert len(first.context["page"]) == 20 and first.context["count"] == (25, False)
    rest = client.get(
        reverse("registry:institution_list"), {"size": 20, "after": first.context["page"].after}
    )
    assert [one.name for one in rest.context["page"]] == [f"医院{n:02}" for n in range(20, 25)]
    assert names(client, sort="-name")[0] == "医院24"


@pytest.mark.parametrize("person", [leader_of, registry_admin_of, reviewer_of])
@pytest.mark.parametrize("rows", [2, 30])
def test_the_list_costs_the_same_for_few_and_many(
    client, district, django_assert_max_num_queries, rows, person
):
    client.force_login(person(AuthorityFactory(division=district)))
    InstitutionFactory.create_batch(rows, division=district)
    names(client)  # the choices of the filters are remembered, and the work that waits in the bar
    with django_assert_max_num_queries(4):  # session, person, assignments, and the page with its count
        names(client)


def calls(act) -> int:
    """How many Python functions are called: the same each time, whatever else the machine does."""
    counted = itertools.count()
    sys.setprofile(lambda frame, event, arg: next(counted) if event == "call" else None)
    try:
        act()
    finally:
        sys.setprofile(None)
    return next(counted)


def test_a_page_of_the_list_takes_at_most_twice_the_calls_of_a_floor_page(admin, client, district, settings):
    """CPU is measured by `make bench BENCH=pages` against the same floor; this tells at once that it got dearer."""
    settings.ROOT_URLCONF = floor.__name__
    InstitutionFactory.create_batch(21, division=district, township=TownshipFactory(parent=district))
    pages = floor.ADDRESS, reverse("registry:institution_list", query={"size": 20})
    for page in pages * 2:
        assert client.get(page).status_code == 200  # what is remembered from here on
    bare, full = (calls(lambda page=page: client.get(page)) for page in pages)
    assert full <= 2 * bare


def test_a_name_is_shown_as_it_was_written_and_blanks_as_dashes(admin, client, district):
    one = InstitutionFactory(
        name="<b>甲</b>",
        uscc="",
        beds=None,
        level="3",
        grade="A",
        ownership="",
        division=district,
        is_demo=True,
    )
    shown = client.get(reverse("registry:institution_list")).text
    assert (
        f'<a href="{one.get_absolute_url()}">&lt;b&gt;甲&lt;/b&gt;</a> <span class="yl-mod">示例</span>'
        in shown
    )
    assert '<td class="yl-mono yl-nw">—</td>' in shown and '<td class="yl-num">—</td>' in shown
    assert '<td class="yl-nw">三级甲等</td>' in shown


def test_one_institution_with_names_consortia_and_history(admin, client, district):
    one = InstitutionFactory(name="甲医院", division=district, beds=100)
    InstitutionName.objects.create(institution=one, name="乙医院", kind="second")
    lead, member = LeadFactory(institution=one), MembershipFactory(institution=one)
    one.beds = 120
    one.save(update_fields=["beds"])
    shown = client.get(one.get_absolute_url())
    for word in ("甲医院", "乙医院", lead.consortium.name, member.consortium.name, "核定床位数", "120"):
        assert word in shown.text
    newest, oldest = shown.context["history"]
    assert newest.fields == [("核定床位数", "100", "120")]
    assert oldest.action == "新增"


def test_a_merged_record_leads_to_what_it_became(admin, client, district):
    kept = InstitutionFactory(division=district)
    gone = InstitutionFactory(division=district, merged_into=kept)
    assert client.get(gone.get_absolute_url()).url == kept.get_absolute_url()


def test_the_page_costs_the_same_for_many_changes(admin, client, district, django_assert_max_num_queries):
    one = InstitutionFactory(division=district)
    for beds in range(20):
        one.beds = beds
        one.save(update_fields=["beds"])
    with django_assert_max_num_queries(16):
        client.get(one.get_absolute_url())


def test_hospital_staff_see_their_province_and_strangers_nothing(client, district):
    one = InstitutionFactory(division=district)
    far = InstitutionFactory(
        division=CountyFactory(code="340202", parent__code="340200", parent__parent__code="340000")
    )
    client.force_login(filer_of(one))
    assert client.get(one.get_absolute_url()).status_code == 200
    assert client.get(far.get_absolute_url()).status_code == 404
    client.force_login(stranger())
    assert client.get(one.get_absolute_url()).status_code == 404
    assert client.get(reverse("registry:institution_list")).status_code == 404
    client.force_login(reviewer_of(AuthorityFactory(division=district)))
    assert client.get(reverse("registry:institution_list")).status_code == 200


def test_the_operator_account_cannot_sign_in(client):
    user = operator()
    assert operator() == user and not user.is_active and not user.has_usable_password()
