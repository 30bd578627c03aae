"""The day of the pages, within the time limit, and one case on it."""

import pytest
import time_machine

from tests.factories.filing import Case

NOW = "2020-10-13T10:00:00+08:00"


@pytest.fixture(autouse=True)
def within_the_time_limit():
    with time_machine.travel(NOW):
        yield


@pytest.fixture
def case():
    return Case()
