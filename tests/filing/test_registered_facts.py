"""Filings of registered consortia as facts, for a whole area on any day."""

import datetime as dt

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from filing.models import Filing
from filing.registered import bureaus_of, filing_facts
from registry.facts.institutions import institution_facts
from registry.models import ManagementArea
from registry.policy.engine import judge
from registry.policy.library import current_book
from tests.factories.filing import Case
from tests.factories.registry import (
    AuthorityFactory,
    ConsortiumFactory,
    CountyFactory,
    InstitutionFactory,
    LeadFactory,
    ProvinceFactory,
    TownshipFactory,
    UserFactory,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("documents", "calendar")]
FOUNDED = dt.date(2018, 12, 28)  # due on 2019-01-21


def _verdicts(consortium, day) -> dict[str, str]:
    facts = [found for _, found in filing_facts([consortium.pk], day)]
    return {j.rule.id: str(j.verdict.outcome) for j in judge(facts, current_book(), day)}


def _imported(consortium, **values) -> Filing:
    lead = consortium.leads.get().institution
    status = "registered" if values.get("registered_on") else "submitted"
    return Filing.objects.create(
        consortium=consortium, origin="imported", status=status, name=consortium.name, lead=lead,
        consortium_kind=consortium.kind, founded_on=consortium.founded_on, created_by=UserFactory(), **values,
    )  # fmt: skip


@pytest.fixture
def consortium():
    found = ConsortiumFactory(founded_on=FOUNDED)
    LeadFactory(consortium=found, during=(FOUNDED, None))
    return found


def test_a_filing_registered_online_meets_every_filing_rule():
    with time_machine.travel("2020-10-09 10:00+08:00"):
        case = Case().registered()
        verdicts = _verdicts(case.filing.consortium, dt.date(2020, 10, 9))
    assert verdicts == {
        "CQ-79": "PASS", "CQ-80": "PASS", "CQ-81": "NA", "CQ-82": "PASS", "CQ-83": "PASS", "CQ-84": "PASS"
    }  # fmt: skip


def test_a_consortium_never_filed_is_open_until_its_deadline_and_late_afterwards(consortium):
    assert _verdicts(consortium, dt.date(2019, 1, 21)) == {
        "CQ-79": "NA", "CQ-80": "NA", "CQ-81": "NA", "CQ-82": "NA", "CQ-83": "NA", "CQ-84": "NA"
    }  # fmt: skip
    late = _verdicts(consortium, dt.date(2019, 1, 22))
    assert (late["CQ-79"], late["CQ-83"]) == ("FAIL", "FAIL")


@pytest.mark.parametrize(
    ("registered_on", "outcome"), [(dt.date(2019, 1, 21), "PASS"), (dt.date(2019, 1, 22), "INSUFFICIENT")]
)
def test_an_imported_registration_proves_timeliness_only_within_the_deadline(
    consortium, registered_on, outcome
):
    authority = AuthorityFactory(division=ProvinceFactory(), level="province")
    _imported(consortium, registered_on=registered_on, authority=authority)
    verdicts = _verdicts(consortium, dt.date(2020, 1, 1))
    assert verdicts["CQ-83"] == outcome
    assert (verdicts["CQ-79"], verdicts["CQ-80"]) == ("PASS", "PASS")
    assert (verdicts["CQ-82"], verdicts["CQ-84"]) == ("INSUFFICIENT", "INSUFFICIENT")


def test_on_an_earlier_day_a_later_filing_does_not_exist_yet(consortium):
    _imported(consortium, registered_on=dt.date(2019, 3, 1))
    assert _verdicts(consortium, dt.date(2019, 2, 1))["CQ-79"] == "FAIL"
    assert _verdicts(consortium, dt.date(2019, 3, 1))["CQ-79"] == "PASS"


def test_a_township_of_a_management_area_has_two_local_bureaus():
    county = CountyFactory(code="500110")
    township = TownshipFactory(parent=county)
    area = ManagementArea.objects.create(code="500131", name="万盛经开区", host=ProvinceFactory())
    area.divisions.add(township)
    AuthorityFactory(division=county)
    AuthorityFactory(
        division=None,
        management_area=area,
        code="500131",
        level="county",
        name="区",
        short_name="区",
        path="/500000/500131/",
    )
    inside, outside = (InstitutionFactory(division=county, township=place) for place in (township, None))
    found = bureaus_of(institution_facts([inside.pk, outside.pk]))
    assert (found[inside.pk], found[outside.pk]) == (("500131", "500110"), ("500110",))


def _registered(size: int) -> list[int]:
    found = []
    for _ in range(size):
        consortium = ConsortiumFactory(founded_on=FOUNDED)
        LeadFactory(consortium=consortium)
        _imported(consortium, registered_on=dt.date(2019, 1, 21))
        found.append(consortium.pk)
    return found


def test_reading_costs_the_same_for_one_filing_or_many():
    def cost(ids) -> int:
        with CaptureQueriesContext(connection) as captured:
            list(filing_facts(ids, dt.date(2020, 1, 1)))
        return len(captured)

    cost(_registered(1))
    one, many = cost(_registered(1)), cost(_registered(8))
    assert one == many <= 14
