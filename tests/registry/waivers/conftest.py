"""The law, the commission and its official who lifts rules."""

import pytest

from tests.actors import evaluator_of
from tests.factories import CountyFactory
from tests.registry.published import commission, published

__all__ = ["commission", "published"]


@pytest.fixture(autouse=True)
def day(published):
    """Every test here is about rules as they stand that day."""


@pytest.fixture
def official(commission):
    return evaluator_of(commission)


@pytest.fixture
def district(commission):
    return CountyFactory()
