"""Our way: receive, read, check, stage, apply; then the register must hold the file."""

from pathlib import Path

from registry.imports import service
from registry.imports.scope import EVERYWHERE
from registry.models import Institution
from registry.operators import operator


def mass_import(clock, path: str) -> dict:
    """A file received, checked, staged and applied."""
    by = operator()
    with clock:
        batch = service.stage(Path(path), Path(path).name, by, EVERYWHERE)
        if batch.can_apply:
            service.apply(batch.pk, by, skip_bad_rows=True)
    return {
        "creates": batch.creates, "updates": batch.updates, "unchanged": batch.unchanged, "bad": batch.error_rows,
        "institutions": Institution.objects.count(),
    }  # fmt: skip


def mass_read(clock, path: str) -> dict:
    """The same without the apply: what the preview costs."""
    by = operator()
    with clock:
        batch = service.stage(Path(path), Path(path).name, by, EVERYWHERE)
    return {"rows": batch.rows, "bad": batch.error_rows}
