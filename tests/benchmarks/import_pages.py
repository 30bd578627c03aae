"""From the upload to the result as a person goes through it: our pages, and the admin with an ordinary resource."""

import re
from pathlib import Path

from celery import current_app
from django.contrib import admin as django_admin
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings
from django.urls import reverse
from import_export.admin import ImportExportModelAdmin

from registry import access, jobs
from registry.models import Authority, ImportBatch, Institution, Job, User
from tests.benchmarks.import_peers import Ordinary

HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _person() -> User:
    """A superuser who may also import: into every province, so that no row lies outside the area.

    Emptying the register before each run takes his assignments along.
    """
    known = {"name": "测试", "is_staff": True, "is_superuser": True}
    user, _ = User.objects.get_or_create(username="bench", defaults=known)
    if not user.assignments.exists():
        for authority in Authority.objects.filter(level="province").order_by("pk"):
            access.grant(user, "registry_admin", authority)
    return user


def _client() -> Client:
    client = Client(raise_request_exception=True)
    client.force_login(_person(), backend="django.contrib.auth.backends.ModelBackend")
    return client


def _upload(path: str) -> SimpleUploadedFile:
    return SimpleUploadedFile("roster.xlsx", Path(path).read_bytes(), XLSX)


def _work() -> None:
    """What the worker does, in this process: the queued jobs in their order."""
    current_app.loader.import_default_modules()
    while job := Job.objects.filter(state=Job.State.QUEUED).order_by("pk").first():
        current_app.tasks[job.task](job.pk)


@override_settings(ALLOWED_HOSTS=["testserver"])
def ours(clock, path: str) -> dict:
    client = _client()
    jobs.send = lambda pk: None
    with clock:
        client.post(reverse("registry:import_upload"), {"file": _upload(path)})
        batch = ImportBatch.objects.order_by("-pk").first()
        _work()
        preview = client.get(batch.get_absolute_url())
        client.post(reverse("registry:import_apply", args=[batch.pk]))
        _work()
        client.get(batch.get_absolute_url())
    return {"preview_bytes": len(preview.content), "institutions": Institution.objects.count()}


class PeerAdmin(ImportExportModelAdmin):
    resource_classes = [Ordinary]


@override_settings(ALLOWED_HOSTS=["testserver"])
def admin(clock, path: str) -> dict:
    django_admin.site.unregister(Institution)
    django_admin.site.register(Institution, PeerAdmin)
    client = _client()
    formats = [one().get_title() for one in PeerAdmin(Institution, django_admin.site).get_import_formats()]
    with clock:
        preview = client.post(
            reverse("admin:registry_institution_import"),
            {"format": str(formats.index("xlsx")), "import_file": _upload(path), "resource": ""},
        )
        answers = dict(HIDDEN.findall(preview.text))
        client.post(reverse("admin:registry_institution_process_import"), answers)
    return {"preview_bytes": len(preview.content), "institutions": Institution.objects.count()}
