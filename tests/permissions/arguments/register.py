"""Institutions, requests, duplicates and places."""

import datetime as dt

from django.core.files.base import ContentFile

from registry.duplicates.merge import merge
from registry.models import (
    Credential,
    DivisionChange,
    DuplicatePair,
    ForeignCodeList,
    ForeignCodeRow,
    InstitutionExport,
    InstitutionRequest,
)
from tests.factories import (
    InstitutionFactory,
)


def institution_arguments(world, url: str) -> list:
    one = world.case.members[0]
    if url in ("credential_edit", "credential_remove"):
        return [Credential.objects.create(institution=one, subject_text="内科", level="city").pk]
    return [one.pk]


def export_arguments(world, url: str) -> list:
    one = InstitutionExport(owner=world.people["reviewer"])
    one.file.save("名录.xlsx", ContentFile(b"PK"), save=False)
    one.save()
    return [one.pk]


def request_arguments(world, url: str) -> list:
    """A request of the filer's hospital for an institution of the case's county."""
    one = InstitutionRequest.objects.create(
        hospital=world.case.hospital,
        division=world.case.county,
        name="新卫生院",
        content={"name": "新卫生院"},
        note="拟为成员",
        requested_by=world.people["filer"],
    )
    return [one.pk]


def duplicate_arguments(world, url: str) -> list:
    """Two hospitals of the district that look alike; for a merge that was done, two others."""
    one, other = (InstitutionFactory(division=world.case.county) for _ in range(2))
    if url in ("merge_detail", "merge_undo"):
        return [merge(kept=one.pk, gone=other.pk, by=world.people["registry_admin"]).pk]
    if url == "merge_new":
        return [one.pk, other.pk]
    return [DuplicatePair.objects.create(first=one, second=other, reason="similar", score=80).pk]


def division_arguments(world, url: str) -> list:
    place = world.case.county
    if url == "division_change_new":
        return [place.pk, "rename"]
    if url == "division_change":
        by = world.people["registry_admin"]
        return [
            DivisionChange.objects.create(
                kind="rename", on=dt.date(2020, 1, 1), summary="更名", basis="批复", by=by
            ).pk
        ]
    return [place.pk]


def foreign_arguments(world, url: str) -> list:
    kept = ForeignCodeList.objects.create(system="字典", source="测试", by=world.people["registry_admin"])
    row = ForeignCodeRow.objects.create(code_list=kept, number=2, code="1", name="某街道", state="open")
    return [row.pk if url == "foreign_decide" else kept.pk]
