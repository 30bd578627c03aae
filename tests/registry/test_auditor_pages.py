"""What the auditor and the system administrator find."""

import pytest
from django.urls import reverse
from django.utils import timezone

from registry import audit, audit_chain
from registry.models import AuditEntry, Job
from tests.actors import auditor, system_admin
from tests.factories import InstitutionFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_auditor(client):
    client.force_login(auditor(name="秦审"), backend="django.contrib.auth.backends.ModelBackend")
    return client


def rows(client, **query):
    return client.get(reverse("registry:audit_list"), query).context["page"].rows


def test_the_audit_is_found_by_person_record_and_batch(as_auditor):
    editor = UserFactory(name="周敏")
    with audit.acting(editor, batch=7, reason="导入"):
        one = InstitutionFactory()
    assert {row.actor_id for row in rows(as_auditor, who="周敏")} == {editor.pk}
    found = rows(as_auditor, table="registry_institution", row=str(one.pk))
    assert [(row.who, row.reason) for row in found][-1] == ("周敏", "导入")
    assert one.pk in {
        int(row.row_id) for row in rows(as_auditor, batch="7") if row.table_name == "registry_institution"
    }
    assert rows(as_auditor, batch="8") == []
    assert rows(as_auditor, who="没有这个人") == []


def test_a_period_ends_with_its_last_day(as_auditor):
    InstitutionFactory()
    today = timezone.localdate()
    assert rows(as_auditor, start=today, end=today)
    assert rows(as_auditor, end=today.replace(year=today.year - 1)) == []
    assert rows(as_auditor, start="tomorrow", batch="²")  # what is not understood narrows nothing


def test_pages_have_bounded_queries(as_auditor, django_assert_max_num_queries):
    InstitutionFactory.create_batch(30)
    entry = AuditEntry.objects.latest("pk")
    for address in (
        reverse("registry:audit_list"),
        reverse("registry:audit_entry", args=[entry.pk]),
        reverse("registry:audit_reads"),
        reverse("registry:audit_chain"),
    ):
        with django_assert_max_num_queries(10):
            assert as_auditor.get(address).status_code == 200


def test_the_chain_page_says_what_the_last_walk_found(as_auditor):
    assert "还没有核验过" in as_auditor.get(reverse("registry:audit_chain")).content.decode()
    InstitutionFactory()
    assert audit_chain.check().fault == ""
    response = as_auditor.get(reverse("registry:audit_chain"))
    assert "最近一次核验完好" in response.content.decode()
    assert response.context["page"].rows


def test_the_system_administrator_sees_every_job_and_its_error(client, django_assert_max_num_queries):
    client.force_login(system_admin(), backend="django.contrib.auth.backends.ModelBackend")
    Job.objects.create(
        kind="x", title="导入名录", task="t", state="failed", error="文件损坏", owner=UserFactory()
    )
    Job.objects.create(kind="x", title="别的", task="t", state="done")
    with django_assert_max_num_queries(10):
        response = client.get(reverse("registry:job_list"), {"state": "failed"})
    assert [job.error for job in response.context["page"]] == ["文件损坏"]
    with django_assert_max_num_queries(16):
        state = client.get(reverse("registry:system")).content.decode()
    assert "PostgreSQL" in state
