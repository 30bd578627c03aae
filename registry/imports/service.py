"""Acts of an import (导入): receive a file, read it into staging, apply it as one act, or let it be.

Nothing is written to the register before `apply`, and `apply` writes everything or nothing.
"""

import hashlib
from collections.abc import Callable
from pathlib import Path
from tempfile import NamedTemporaryFile

from django.core.files import File
from django.core.files.base import ContentFile
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from registry import audit
from registry.errors import Refused
from registry.imports import reading, writing
from registry.imports.container import guard
from registry.imports.limits import FileRefused
from registry.imports.scope import EVERYWHERE, Scope, scope_of
from registry.jobs import start_job
from registry.models import ImportBatch, ImportRow, Institution, Job, User
from registry.models.imports import ImportIssue

UNWRITTEN = (ImportBatch.State.READING, ImportBatch.State.MAPPING, ImportBatch.State.STAGED)
LOCK = 5_152  # advisory lock: one apply at a time writes to the register
STALE = "预览之后名录有变化（{what}），为免覆盖没有写入任何内容。请点“重新读取”后再应用。"


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
    _start_reading(batch, by)
    return batch


def _start_reading(batch: ImportBatch, by: User) -> None:
    batch.job = start_job(
        "import_read",
        f"读取 {batch.file_name}",
        task="registry.imports.read",
        by=by,
        scope=f"batch:{batch.pk}",
        result_url=batch.get_absolute_url(),
        batch_id=batch.pk,
    )
    batch.save(update_fields=["job"])


# -- Reading ------------------------------------------------------------------------------------------------
def _scope(batch: ImportBatch, user: User) -> Scope:
    return EVERYWHERE if batch.everywhere else scope_of(user)


def read(batch: ImportBatch, report: Callable[[int, int], None] = _nothing) -> ImportBatch:
    """Read the file into staging rows. A file that turns out unreadable leaves a refused batch with the reason."""
    with audit.acting(batch.sent_by, batch=batch.pk):
        try:
            reading.read_into(batch, _scope(batch, batch.sent_by), report)
        except FileRefused as refusal:
            batch.staged_rows.all().delete()
            batch.state, batch.refusal = ImportBatch.State.REFUSED, str(refusal)[:300]
            batch.save(update_fields=["state", "refusal"])
    return batch


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
    batch = _open(batch_id, by, *UNWRITTEN)
    batch.state = ImportBatch.State.READING
    batch.save(update_fields=["state"])
    _start_reading(batch, by)
    return batch


# -- Applying -----------------------------------------------------------------------------------------------
def _open(batch_id: int, by: User, *states: str) -> ImportBatch:
    batch = ImportBatch.objects.select_for_update(of=("self",)).get(pk=batch_id)
    if not batch.everywhere:
        scope_of(by)
    if batch.state not in states:
        raise Refused(f"这次导入当前是“{batch.get_state_display()}”，请刷新后再试。")
    return batch


@transaction.atomic
def start_apply(batch_id: int, *, by: User, skip_bad_rows: bool = False) -> Job:
    """Apply in the background; one apply at a time per area, a second is refused with the name of the first."""
    batch = _open(batch_id, by, ImportBatch.State.STAGED)
    _check_complete(batch, skip_bad_rows)
    batch.job = start_job(
        "import_apply",
        f"应用 {batch.file_name}",
        task="registry.imports.apply",
        by=by,
        scope=f"area:{batch.authority_id or 'all'}",
        result_url=batch.get_absolute_url(),
        batch_id=batch.pk,
        by_id=by.pk,
        skip_bad_rows=skip_bad_rows,
    )
    batch.save(update_fields=["job"])
    return batch.job


def _check_complete(batch: ImportBatch, skip_bad_rows: bool) -> None:
    whole = batch.issues.filter(row__lte=batch.header_row, severity=ImportIssue.Severity.ERROR).first()
    if whole:
        raise Refused(f"{whole.message}{whole.remedy}")
    if (batch.errors or batch.decisions) and not skip_bad_rows:
        raise Refused(
            f"还有 {batch.errors} 处错误、{batch.decisions} 处待人认。请改正原表后重新上传，或选择跳过这些行。"
        )
    if not (batch.creates or batch.updates):
        raise Refused("没有需要写入的内容：表中各行与名录一致，或都有错误。")


@transaction.atomic
def apply(batch_id: int, by: User, *, skip_bad_rows: bool = False) -> ImportBatch:
    """Write the staged rows to the register, all of them or none. Repeating an applied batch does nothing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    batch = ImportBatch.objects.select_for_update(of=("self",)).get(pk=batch_id)
    if batch.state == ImportBatch.State.APPLIED:
        return batch
    batch = _open(batch_id, by, ImportBatch.State.STAGED)
    _check_complete(batch, skip_bad_rows)
    rows = batch.staged_rows.all()
    with audit.acting(by, batch=batch.pk, reason=f"导入 {batch.file_name}"):
        rows.filter(action__in=(ImportRow.Action.ERROR, ImportRow.Action.DECISION)).update(skipped=True)
        _check_area(batch, by)
        _check_unchanged(batch)
        _write(batch)
        batch.state = ImportBatch.State.APPLIED
        batch.skip_bad_rows = skip_bad_rows
        batch.applied_at, batch.applied_by = timezone.now(), by
        batch.save(update_fields=["state", "skip_bad_rows", "applied_at", "applied_by"])
    return batch


def _check_area(batch: ImportBatch, by: User) -> None:
    """The person who applies answers for the area, today, also of what another has read in."""
    scope = _scope(batch, by)
    if scope.divisions is None:
        return
    new = batch.staged_rows.filter(action=ImportRow.Action.CREATE).values_list(
        "values__division_id", flat=True
    )
    changed = batch.staged_rows.filter(action=ImportRow.Action.UPDATE).values("institution")
    held = Institution.objects.filter(pk__in=changed).values_list("division_id", flat=True)
    moved = batch.staged_rows.filter(action=ImportRow.Action.UPDATE, values__has_key="division_id")
    touched = {
        *new.distinct(),
        *held.distinct(),
        *moved.values_list("values__division_id", flat=True).distinct(),
    }
    if not touched <= scope.divisions:
        raise Refused("表中有您辖区以外的机构，不能由您应用。")


def _check_unchanged(batch: ImportBatch) -> None:
    """Whoever changed one of these institutions since the preview must not be overwritten."""
    targets = batch.staged_rows.filter(action=ImportRow.Action.UPDATE)
    expected = dict(targets.order_by("institution").values_list("institution", "version"))
    locked = Institution.objects.filter(pk__in=expected).select_for_update(of=("self",)).order_by("pk")
    stale = [
        name for pk, version, name in locked.values_list("pk", "version", "name") if expected[pk] != version
    ]
    if stale:
        raise Refused(STALE.format(what=f"“{stale[0]}”等 {len(stale)} 家机构已被改动"))
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT i.name FROM registry_importrow r JOIN registry_institution i
               ON i.division_id = (r."values" ->> 'division_id')::bigint AND i.name = r.name
               AND i.merged_into_id IS NULL AND coalesce(r."values" ->> 'uscc', '') = ''
               WHERE r.batch_id = %s AND r.action = 'create' ORDER BY r.number LIMIT 1""",
            [batch.pk],
        )
        if found := cursor.fetchone():
            raise Refused(STALE.format(what=f"“{found[0]}”已经登记"))


def _write(batch: ImportBatch) -> None:
    source = f"导入：{batch.file_name}"[:200]
    try:
        with transaction.atomic():
            writing.keep_former_names(batch, source)
            updated = writing.update_changed(batch)
            created = writing.insert_new(batch)
            writing.add_second_names(batch, source)
            writing.join_branches(batch)
    except IntegrityError as error:
        if "institution_uscc_once" in str(error) or "institution_licence_once" in str(error):
            raise Refused(STALE.format(what="表中的代码或登记号已被其他机构使用")) from None
        raise
    if (created, updated) != (batch.creates, batch.updates):
        raise RuntimeError(
            f"batch {batch.pk}: wrote {created}+{updated}, staged {batch.creates}+{batch.updates}"
        )


@transaction.atomic
def discard(batch_id: int, *, by: User) -> ImportBatch:
    """Let a read file be: its rows go, the file and the record of it stay."""
    batch = _open(batch_id, by, *UNWRITTEN)
    batch.state = ImportBatch.State.DISCARDED
    batch.save(update_fields=["state"])
    batch.staged_rows.all().delete()
    return batch
