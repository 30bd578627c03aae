"""Starting the background work of an import (后台办理), which the import then shows as its own."""

from registry.jobs import start_job
from registry.models import ImportBatch, Job, User


def start(batch: ImportBatch, kind: str, word: str, by: User, *, shown_as: str = "job", **arguments) -> Job:
    """Start `registry.imports.<kind>` for the batch, one of a kind at a time, and keep it in the field `shown_as`."""
    job = start_job(
        f"import_{kind}",
        f"{word} {batch.file_name}"[:200],
        task=f"registry.imports.{kind}",
        by=by,
        scope=f"batch:{batch.pk}",
        result_url=batch.get_absolute_url(),
        batch_id=batch.pk,
        **arguments,
    )
    setattr(batch, shown_as, job)
    batch.save(update_fields=[shown_as])
    return job
