"""The day, the commission and its official who lifts rules."""

import pytest

from registry.policy.load import load_packs
from tests.actors import evaluator_of
from tests.factories import AuthorityFactory, ProvinceFactory


@pytest.fixture(autouse=True)
def day(time_machine):
    time_machine.move_to("2026-03-02T02:00:00Z")


@pytest.fixture
def commission(db):
    load_packs()
    return AuthorityFactory(division=ProvinceFactory())


@pytest.fixture
def official(commission):
    return evaluator_of(commission)
