"""All documents published, on a day in March 2026, and the commission of Chongqing; for the conftest of a folder."""

import pytest

from registry.policy.load import load_packs
from tests.factories import AuthorityFactory, ProvinceFactory


@pytest.fixture
def published(db, time_machine):
    time_machine.move_to("2026-03-02T02:00:00Z")
    load_packs()


@pytest.fixture
def commission(published):
    return AuthorityFactory(division=ProvinceFactory())
