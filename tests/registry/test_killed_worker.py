"""kill -9 of a real worker inside an export and a search for duplicates: carried on by the next one, seen by whoever waits."""

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from registry.models import DuplicatePair, InstitutionExport, Job
from tests.actors import registry_admin_of
from tests.config.test_worker import environment  # noqa: F401  the same broker and database
from tests.factories import AuthorityFactory, CityFactory, CountyFactory, InstitutionFactory
from tests.killing import ended, workers  # noqa: F401

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.machine,
    pytest.mark.parametrize("environment", ["folders"], indirect=True),
]


@pytest.fixture
def city(db):
    return CityFactory()


@pytest.fixture
def admin(city, client):
    person = registry_admin_of(AuthorityFactory(division=city))
    client.force_login(person)
    return person


def seen(client, job: Job) -> str:
    return client.get(reverse("registry:job_detail", args=[job.pk])).text


@pytest.mark.parametrize("stop", ["registry.institutions.export.write", "registry.institutions.export.make"])
def test_an_export(client, workers, admin, city, stop):  # noqa: F811
    InstitutionFactory.create_batch(3, division=CountyFactory(parent=city))
    client.post(reverse("registry:institution_export"), {"query": ""})
    asked = InstitutionExport.objects.get()
    workers.killed_at(stop, workers.post_jobs)
    made = bool(InstitutionExport.objects.get().file)
    assert (ended(asked.job), made) == (False, stop.endswith("make"))
    assert "查看结果" not in seen(client, asked.job)
    workers.finish(asked.job)
    assert (asked.job.state, asked.job.attempts, asked.job.result["rows"]) == ("done", 2, 3), asked.job.error
    assert "查看结果" in seen(client, asked.job)
    asked.refresh_from_db()
    assert asked.file.storage.listdir("exports")[1] == [f"{asked.pk}.xlsx"]
    with asked.file.open("rb") as file:
        assert load_workbook(file).active.max_row == 4


@pytest.mark.parametrize(
    ("stop", "found"),
    [("registry.duplicates.search.search_county", 1), ("registry.duplicates.search.across_counties", 3)],
)
def test_a_search_for_duplicates(client, workers, admin, city, stop, found):  # noqa: F811
    counties = [CountyFactory(parent=city) for _ in range(2)]
    for county in counties:
        InstitutionFactory.create_batch(2, division=county, name="大坪医院")
    for county, code in zip(counties, ("12500103450390000E", "91500103450390000P"), strict=True):
        InstitutionFactory(division=county, name=f"{county.pk} 诊所", uscc=code)
    client.post(reverse("registry:duplicate_search"))
    job = Job.objects.get()
    workers.killed_at(stop, workers.post_jobs)
    assert not ended(job) and DuplicatePair.objects.count() == found
    assert (
        "上次查找" in (listed := client.get(reverse("registry:duplicate_list")).text)
        and "进行中</a>" in listed
    )
    workers.finish(job)
    assert (job.state, job.attempts, job.result) == ("done", 2, {"found": 2, "new": 3}), job.error
    assert DuplicatePair.objects.count() == 3
    assert "，新发现 3 对" in client.get(reverse("registry:duplicate_list")).text
