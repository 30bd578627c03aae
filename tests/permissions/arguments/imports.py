"""Rosters that came in."""

from django.core.files.base import ContentFile
from django.utils import timezone

from registry.models import (
    ColumnAlias,
    ImportBatch,
    ImportSheet,
    RememberedColumns,
)


def import_arguments(world, url: str) -> list:
    batch = ImportBatch(
        file_name="名录.csv",
        sha256="0" * 64,
        size=1,
        sent_by=world.people["registry_admin"],
        authority=world.case.commission,
    )
    batch.file.save("名录.csv", ContentFile("机构名称\n".encode()), save=False)
    batch.state = ImportBatch.State.STAGED
    batch.save()
    return [batch.pk]


def survey_arguments(world, url: str) -> list:
    """An import of which one sheet has been surveyed."""
    (pk,) = import_arguments(world, url)
    columns = [{"at": 0, "letter": "A", "title": "机构名称", "samples": [], "field": "name", "how": "known"}]
    ImportSheet.objects.create(batch_id=pk, position=1, signature="0" * 64, columns=columns)
    return [pk]


def marked_arguments(world, url: str) -> list:
    """An import with the sender's workbook marked."""
    (pk,) = import_arguments(world, url)
    ImportBatch.objects.get(pk=pk).marked.save("名录-marked.xlsx", ContentFile(b"PK"))
    return [pk]


def alias_arguments(world, url: str) -> list:
    alias = ColumnAlias.objects.create(
        authority=world.case.commission,
        title="医院名",
        key="医院名",
        field="name",
        added_by=world.people["registry_admin"],
    )
    return [alias.pk]


def remembered_arguments(world, url: str) -> list:
    remembered = RememberedColumns.objects.create(
        authority=world.case.commission,
        signature="0" * 64,
        columns={"0": "name"},
        confirmed_by=world.people["registry_admin"],
    )
    return [remembered.pk]


def applied_import_arguments(world, url: str) -> list:
    (pk,) = import_arguments(world, url)
    ImportBatch.objects.filter(pk=pk).update(
        state=ImportBatch.State.APPLIED,
        applied_at=timezone.now(),
        applied_by=world.people["registry_admin"],
        last_entry=0,
    )
    return [pk]
