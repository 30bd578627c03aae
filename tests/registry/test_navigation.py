"""The number beside an entry of the bar: no query on most pages, and never behind what the person himself has done."""

import pytest
from django.urls import reverse

from registry import navigation
from registry.models import ImportBatch
from tests.actors import registry_admin_of
from tests.factories import AuthorityFactory, CountyFactory
from tests.registry.imports import files
from tests.registry.imports.rosters import TITLES, row
from tests.registry.imports.world import World

pytestmark = pytest.mark.django_db


def shown(client) -> int:
    """The number beside 导入."""
    entries = client.get(reverse("registry:institution_list")).context["frame"].navigation
    return next(one["count"] for one in entries if one["label"] == "导入")


@pytest.fixture
def person(client):
    one = registry_admin_of(AuthorityFactory(division=CountyFactory(code="500103")))
    client.force_login(one)
    return one


def waiting_file(person) -> ImportBatch:
    return ImportBatch.objects.create(
        file="a", file_name="a.xlsx", sha256="0", size=1, sent_by=person, state="mapping"
    )


def test_the_number_is_remembered_for_a_while(client, person):
    assert shown(client) == 0
    waiting_file(person)
    assert shown(client) == 0
    navigation.forget_waiting(person.pk)
    assert shown(client) == 1


def test_after_an_act_of_the_person_it_is_counted_anew(client, person):
    batch = waiting_file(person)
    assert shown(client) == 1
    client.post(reverse("registry:import_discard", args=[batch.pk]))
    assert shown(client) == 0


def test_after_a_job_of_the_person_it_is_counted_anew(
    client, code_lists, tmp_path, run_jobs, django_capture_on_commit_callbacks
):
    client.force_login(registry_admin_of(World().authority("渝中区")))
    path = files.xlsx(tmp_path / "a.xlsx", [TITLES, [row("甲医院").get(title, "") for title in TITLES]])
    with path.open("rb") as file:
        client.post(reverse("registry:import_upload"), {"file": file})
    assert shown(client) == 0
    with django_capture_on_commit_callbacks(execute=True):  # that a job has ended is told after commit
        run_jobs()
    assert shown(client) == 1
