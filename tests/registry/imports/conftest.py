"""Staging and importing rows of rosters as one call."""

import pytest

from registry.imports import service
from registry.imports.scope import EVERYWHERE
from registry.models import ImportBatch
from registry.operators import operator
from tests.registry.imports import files
from tests.registry.imports.rosters import TITLES
from tests.registry.imports.world import World


@pytest.fixture
def world(code_lists):
    return World()


@pytest.fixture
def stage(world, tmp_path):
    """Stage rows (dictionaries of a roster) as an xlsx of the operator, or of a person."""

    def run(*rows, by=None, titles=TITLES, name="名录.xlsx", **how) -> ImportBatch:
        content = [titles, *([one.get(title, "") for title in titles] for one in rows)]
        path = files.xlsx(tmp_path / name, content, **how)
        if by is None:
            return service.stage(path, name, operator(), EVERYWHERE)
        return service.stage(path, name, by)

    return run


@pytest.fixture
def imported(stage):
    """Stage and apply; the rows must be faultless."""

    def run(*rows, **how) -> ImportBatch:
        batch = stage(*rows, **how)
        assert not batch.errors and not batch.decisions, list(batch.issues.values_list("row", "message"))
        return service.apply(batch.pk, batch.sent_by)

    return run
