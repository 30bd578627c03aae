"""Our way: receive, read, check, stage, apply; then the register must hold the file."""

from pathlib import Path

from registry.imports import service
from registry.imports.scope import EVERYWHERE
from registry.models import AuditEntry, Institution
from registry.operators import operator


def mass_import(clock, path: str) -> dict:
    """A file received, checked, staged and applied."""
    by = operator()
    with clock:
        batch = service.stage(Path(path), Path(path).name, by, EVERYWHERE)
        batch = service.apply(batch.pk, by)
    return {"creates": batch.creates, "institutions": Institution.objects.count()}


def mass_again(clock, path: str) -> dict:
    """The unchanged file once more: read, checked and compared, and nothing written."""
    by = operator()
    first = service.stage(Path(path), Path(path).name, by, EVERYWHERE)
    service.apply(first.pk, by)
    changes = AuditEntry.objects.filter(table_name="registry_institution")
    before = changes.count()
    with clock:
        batch = service.stage(Path(path), Path(path).name, by, EVERYWHERE)
    written = batch.creates + batch.updates + changes.count() - before
    return {"written": written, "unchanged": batch.unchanged}


def refused(clock, path: str) -> dict:
    """Which rows of a faulty file may not come in."""
    by = operator()
    with clock:
        batch = service.stage(Path(path), Path(path).name, by, EVERYWHERE)
    rows = batch.staged_rows.filter(action="error").order_by("number")
    return {"refused": list(rows.values_list("number", flat=True))}
