"""Persons, their assignments, what they are told, and the system they run in."""

from django.core.files.base import ContentFile
from django.utils import timezone

from filing import delegation
from registry.models import (
    AuditEntry,
    Job,
    Notification,
    StaffList,
)
from registry.people import links
from tests.actors import filer_of, stranger


def person_arguments(world, url: str) -> list:
    """A further filer of the world's hospital, or that person's assignment."""
    person = filer_of(world.case.hospital)
    return [person.assignments.get().pk if url == "assignment_end" else person.pk]


def staff_list_arguments(world, url: str) -> list:
    """A list of nobody yet, sent by the unit's administrator."""
    row = StaffList(file_name="名单.csv", sha256="0" * 64, sent_by=world.people["unit_admin"])
    row.file.save("名单.csv", ContentFile("姓名,账号,角色,单位\n".encode()))
    return [row.pk]


def link_arguments(world, url: str) -> list:
    """The token of an invitation."""
    return [links.issue(stranger(), "invite", by=world.people["security_admin"])]


def notice_arguments(world, url: str) -> list:
    return [
        Notification.objects.create(
            recipient=world.people["reviewer"], kind="state", event="test", title="通知"
        ).pk
    ]


def delegation_arguments(world, url: str) -> list:
    today = timezone.localdate()
    row = delegation.delegate(
        authority=world.case.commission,
        to=world.people["leader"],
        start=today,
        end=today,
        by=world.people["reviewer"],
    )
    return [row.pk]


def authority_arguments(world, url: str) -> list:
    return [world.case.commission.pk]


def audit_arguments(world, url: str) -> list:
    """The latest entry."""
    return [AuditEntry.objects.latest("pk").pk]


def job_arguments(world, url: str) -> list:
    return [
        Job.objects.create(kind="test", title="任务", task="test", owner=world.people["registry_admin"]).pk
    ]
