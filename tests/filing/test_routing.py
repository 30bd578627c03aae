"""The bureau follows from the lead: by a rule where one speaks, else by our reading, and the reason says which."""

import pytest

from filing import routing
from registry.models import Institution
from tests.factories import InstitutionFactory
from tests.factories.filing import Case

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(law):
    return Case()


def route(case, **facts) -> routing.Route:
    return routing.route(InstitutionFactory(division=case.hospital.division, **facts))


@pytest.mark.parametrize(
    ("facts", "bureau", "basis"),
    [
        ({"affiliation": "province"}, "commission", "四(三)"),
        ({"affiliation": "military", "is_military": True}, "commission", "四(三)"),
        ({"affiliation": "county"}, "district", "四(三)"),
        ({"affiliation": "none", "ownership": "private"}, "district", "条文没有规定"),
        ({"affiliation": "county", "ownership": "private"}, "district", "隶属关系为"),
        ({"affiliation": "national"}, "commission", "条文没有规定"),
    ],
)
def test_the_reason_names_the_rule_or_says_that_there_is_none(case, facts, bureau, basis):
    district = case.county_bureau
    found = route(case, **facts)
    assert found.authority == {"commission": case.commission, "district": district}[bureau]
    assert basis in found.reason
    assert ("依据" in found.reason) == (basis == "四(三)")


def test_every_affiliation_has_a_reading():
    assert set(routing.readings()) == set(Institution.Affiliation.values)
