"""All documents published, on a day in March 2026, and the commission of Chongqing; for the conftest of a folder."""

import pytest

from tests import law
from tests.factories import AuthorityFactory, ProvinceFactory


@pytest.fixture
def published(documents, time_machine):
    time_machine.move_to(law.PUBLISHED)


@pytest.fixture
def commission(published):
    return AuthorityFactory(division=ProvinceFactory())
