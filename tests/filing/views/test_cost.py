"""Lists and pages cost the same for few and many."""

import pytest

from filing import editing
from filing.models import Filing
from tests.factories.registry import InstitutionFactory
from tests.filing.pages import page, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("law")]


def queries(django_assert_max_num_queries, at_most, act):
    with django_assert_max_num_queries(at_most) as captured:
        act()
    return len(captured)


@pytest.mark.parametrize("name", ["list", "queue"])
def test_lists_cost_the_same_for_few_and_many(client, case, django_assert_max_num_queries, name):
    case.submitted()
    signed_in(client, case.filer if name == "list" else case.reviewer)
    page(client, name)
    few = queries(django_assert_max_num_queries, 14, lambda: page(client, name))
    row = Filing.objects.values().get()
    del row["id"]
    Filing.objects.bulk_create(
        Filing(**{**row, "case_number": f"备2020-{n:04d}", "sheet_id": row["sheet_id"]})
        for n in range(100, 130)
    )
    assert queries(django_assert_max_num_queries, 14, lambda: page(client, name)) == few


def test_pages_of_one_filing_cost_the_same_for_few_and_many_members(
    client, case, django_assert_max_num_queries
):
    case.draft()
    signed_in(client, case.filer)

    def cost(key):
        return queries(
            django_assert_max_num_queries, 37, lambda: page(client, "section", case.filing.pk, key)
        )

    cost("A")  # the count of the inbox is remembered from here on
    few = {key: cost(key) for key in "ABCDEF"}
    many = InstitutionFactory.create_batch(20, community_centre=True, division=case.county)
    editing.add_members(case.filing.pk, [m.pk for m in many], by=case.filer)
    assert {key: cost(key) for key in "ABCDEF"} == few
