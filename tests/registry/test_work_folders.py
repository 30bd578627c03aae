"""What a killed or cancelled job was writing does not stay on the disk."""

import gc
import os
import tempfile
import time

import pytest

from registry.institutions import export
from registry.jobs import Cancelled
from registry.models import InstitutionExport
from registry.work_folders import ABANDONED_AFTER, PREFIX, work_folder
from tests.actors import registry_admin_of
from tests.factories import AuthorityFactory, CountyFactory, InstitutionFactory

DAY = ABANDONED_AFTER.total_seconds()


@pytest.fixture(autouse=True)
def temporary(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def left(folder, name: str, seconds: float) -> None:
    """A folder with a file in it, last written so many seconds ago."""
    (folder / name).mkdir()
    (folder / name / "list.xlsx").touch()
    os.utime(folder / name, times=2 * (time.time() - seconds,))


def test_the_next_job_removes_what_was_abandoned_a_day_ago_and_nothing_else(temporary):
    left(temporary, f"{PREFIX}killed", DAY + 60)
    left(temporary, f"{PREFIX}running", DAY - 60)
    left(temporary, "of-another-program", 30 * DAY)
    with work_folder() as folder:
        (folder / "list.xlsx").touch()
    assert {path.name for path in temporary.iterdir()} == {f"{PREFIX}running", "of-another-program"}


def test_a_link_in_the_place_of_a_folder_is_not_followed(temporary):
    left(temporary, "kept", DAY)
    (temporary / f"{PREFIX}trap").symlink_to(temporary / "kept")
    os.utime(temporary / f"{PREFIX}trap", times=(0, 0), follow_symlinks=False)
    with work_folder():
        pass
    assert (temporary / "kept" / "list.xlsx").exists()


@pytest.mark.filterwarnings(
    "ignore::pytest.PytestUnraisableExceptionWarning"
)  # the half workbook is not closed
@pytest.mark.django_db
def test_an_export_that_is_cancelled_half_way_leaves_nothing(temporary, monkeypatch):
    county = CountyFactory()
    InstitutionFactory.create_batch(3, division=county)
    monkeypatch.setattr(export, "STEP", 2)
    seen = []

    def report(done: int, total: int) -> None:
        if done:
            seen.extend(path for path in temporary.rglob("*") if path.is_file())
            raise Cancelled

    asked = InstitutionExport.objects.create(owner=registry_admin_of(AuthorityFactory(division=county)))
    with pytest.raises(Cancelled):
        export.make(asked, report)
    gc.collect()
    assert seen and list(temporary.iterdir()) == []
