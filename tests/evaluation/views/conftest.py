"""Chongqing, checked once."""

import pytest

from evaluation import runs
from tests.actors import evaluator_of


@pytest.fixture
def checked(law, good, bad, chongqing, commission, run_jobs):
    """The finished run."""
    run = runs.start(division=chongqing, by=evaluator_of(commission))
    run_jobs()
    run.refresh_from_db()
    return run
