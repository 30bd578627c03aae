"""Acts of an import (导入): receive a file, read it into staging, apply it as one act, or let it be.

Nothing is written to the register before `apply`, and `apply` writes everything or nothing.
"""

import hashlib
from collections.abc import Callable
from pathlib import Path
from tempfile import NamedTemporaryFile

from django.core.files import File
from django.core.files.base import ContentFile
from django.db import transaction

from registry import audit
from registry.imports import reading
from registry.imports.applying import apply, start_apply
from registry.imports.container import guard
from registry.imports.limits import FileRefused
from registry.imports.opening import opened, scope_for
from registry.imports.scope import EVERYWHERE, Scope, scope_of
from registry.imports.starting import require_idle, require_nobody_staging, start
from registry.models import ImportBatch, User

__all__ = ["apply", "discard", "read", "receive", "reread", "stage", "start_apply", "upload"]
UNWRITTEN = (ImportBatch.State.READING, ImportBatch.State.MAPPING, ImportBatch.State.STAGED)


def _nothing(done: int, total: int) -> None:
    """Progress that nobody watches."""


# -- Receiving ----------------------------------------------------------------------------------------------
def receive(
    content: str | Path | bytes | File, file_name: str, by: User, scope: Scope | None = None
) -> ImportBatch:
    """Keep the file and open a batch for it. Raises FileRefused for what may not be opened at all."""
    scope = scope or scope_of(by)
    file = (
        content if isinstance(content, File) else ContentFile(content) if isinstance(content, bytes) else None
    )
    if file is None:
        with Path(content).open("rb") as opened:
            return _receive(File(opened), file_name, by, scope)
    return _receive(file, file_name, by, scope)


def _receive(file: File, file_name: str, by: User, scope: Scope) -> ImportBatch:
    digest = hashlib.sha256()
    with NamedTemporaryFile(suffix=".upload") as copy:
        for chunk in file.chunks():
            digest.update(chunk)
            copy.write(chunk)
        copy.flush()
        kind = guard(copy.name)
        copy.seek(0)
        batch = ImportBatch(
            file_name=Path(file_name).name[-255:],
            sha256=digest.hexdigest(),
            size=Path(copy.name).stat().st_size,
            sent_by=by,
            authority=scope.authority,
            everywhere=scope is EVERYWHERE,
        )
        batch.file.save(f"{digest.hexdigest()[:16]}.{kind}", File(copy), save=False)
    with audit.acting(by):
        batch.save()
    return batch


@transaction.atomic
def upload(file: File, *, by: User) -> ImportBatch:
    """Receive a file from the screen and read it in the background."""
    batch = receive(file, file.name, by)
    batch.asks_columns = True
    batch.save(update_fields=["asks_columns"])
    start(batch, "read", "读取", by)
    return batch


# -- Reading ------------------------------------------------------------------------------------------------
def read(batch: ImportBatch, report: Callable[[int, int], None] = _nothing) -> ImportBatch:
    """Read the file into staging rows. A file that turns out unreadable leaves a refused batch with the reason."""
    with audit.acting(batch.sent_by, batch=batch.pk):
        try:
            _read(batch, report)
        except FileRefused as refusal:
            batch.staged_rows.all().delete()
            batch.state, batch.refusal = ImportBatch.State.REFUSED, str(refusal)[:300]
            batch.save(update_fields=["state", "refusal"])
    return batch


def _read(batch: ImportBatch, report: Callable[[int, int], None]) -> None:
    if not batch.file.storage.exists(batch.file.name):  # the database was restored without the uploaded files
        raise FileRefused("gone", "服务器上已没有这份原文件。请重新上传。")
    reading.read_into(batch, scope_for(batch, batch.sent_by), report)


def stage(
    content: str | Path | bytes | File, file_name: str, by: User, scope: Scope | None = None
) -> ImportBatch:
    """Receive and read at once, for commands. Raises FileRefused when the file is refused."""
    batch = read(receive(content, file_name, by, scope))
    if batch.state == ImportBatch.State.REFUSED:
        raise FileRefused("refused", batch.refusal)
    return batch


@transaction.atomic
def reread(batch_id: int, *, by: User) -> ImportBatch:
    """Compare the kept file with the register as it is now."""
    batch = opened(batch_id, by, *UNWRITTEN)
    require_idle(batch)
    batch.state = ImportBatch.State.READING
    batch.save(update_fields=["state"])
    start(batch, "read", "读取", by)
    return batch


@transaction.atomic
def discard(batch_id: int, *, by: User) -> ImportBatch:
    """Let a read file be: its rows go, the file and the record of it stay."""
    batch = opened(batch_id, by, *UNWRITTEN)
    require_idle(batch)
    require_nobody_staging(batch.pk)
    batch.state = ImportBatch.State.DISCARDED
    batch.save(update_fields=["state"])
    batch.staged_rows.all().delete()
    return batch
