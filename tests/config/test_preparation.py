"""What the launcher does to the database before it starts the web server."""

import pytest

from config.launcher import preparation
from tests.factories import InstitutionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def called(monkeypatch, settings, tmp_path):
    """The names of the commands that are called; none is run."""
    settings.LOCAL_DIR = tmp_path
    names: list[str] = []
    monkeypatch.setattr(preparation, "call_command", lambda name, **options: names.append(name))
    return names


def prepare(*, demo: bool) -> list[str]:
    said: list[str] = []
    preparation.prepare_database(said.append, demo=demo)
    return said


def test_an_empty_register_gets_reference_data_and_the_demo_province(called):
    assert len(prepare(demo=True)) == 2
    assert called == ["load_reference", "load_demo"]


def test_a_register_in_use_never_gets_the_demo_province(called):
    InstitutionFactory()
    prepare(demo=True)
    assert called == ["load_reference"]


def test_a_demo_province_that_was_cut_short_is_completed(called, monkeypatch, settings):
    with monkeypatch.context() as cut_short:
        cut_short.setattr(preparation, "call_command", lambda name, **_: name == "load_demo" and 1 / 0)
        with pytest.raises(ZeroDivisionError):
            prepare(demo=True)
    InstitutionFactory()
    prepare(demo=True)
    assert called == ["load_reference", "load_demo"]
    prepare(demo=True)
    assert called[2:] == ["load_reference"]


def test_the_demo_province_can_be_left_out(called):
    prepare(demo=False)
    assert called == ["load_reference"]


def test_tables_that_are_up_to_date_are_left_alone_and_others_migrated(called, monkeypatch):
    prepare(demo=False)
    assert "migrate" not in called
    plan = "config.launcher.preparation.MigrationExecutor.migration_plan"
    monkeypatch.setattr(plan, lambda *_: [("registry", "next")])
    prepare(demo=False)
    assert "migrate" in called
