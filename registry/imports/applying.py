"""Applying an import (应用): one act that writes everything or nothing, one at a time in an area."""

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from registry import audit
from registry.errors import Refused
from registry.imports import areas, writing
from registry.imports.opening import Tell, check_within, opened, scope_for, untold
from registry.imports.scope import Scope
from registry.imports.starting import start
from registry.models import AuditEntry, ImportBatch, ImportRow, Institution, Job, User, Waiver
from registry.models.imports import ImportIssue

STALE = "预览之后名录有变化（{what}），为免覆盖没有写入任何内容。请点“重新读取”后再应用。"
State, Action = ImportBatch.State, ImportRow.Action


@transaction.atomic
def start_apply(batch_id: int, *, by: User, skip_bad_rows: bool = False) -> Job:
    """Apply in the background; in an area one act follows the other (registry/imports/queue.py)."""
    batch = opened(batch_id, by, State.STAGED)
    _check_complete(batch, skip_bad_rows)
    held = areas.areas_of(scope_for(batch, by))
    return start(batch, "apply", "应用", by, by_id=by.pk, skip_bad_rows=skip_bad_rows, areas=held)


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
def apply(batch_id: int, by: User, *, skip_bad_rows: bool = False, tell: Tell = untold) -> ImportBatch:
    """Write the staged rows to the register, all of them or none. Repeating an applied batch does nothing."""
    batch = ImportBatch.objects.get(pk=batch_id)
    scope = scope_for(batch, by)
    areas.hold(areas.areas_of(scope))
    batch = ImportBatch.objects.select_for_update(of=("self",)).get(pk=batch_id)
    if batch.state == State.APPLIED:
        return batch
    batch = opened(batch_id, by, State.STAGED)
    _check_complete(batch, skip_bad_rows)
    with audit.acting(by, batch=batch.pk, reason=f"导入 {batch.file_name}"):
        if batch.errors or batch.decisions:
            bad = (Action.ERROR, Action.DECISION)
            batch.staged_rows.filter(action__in=bad).update(skipped=True)
        tell(0, batch.creates + batch.updates, "正在核对名录有无变化")
        _check_area(batch, scope)
        _check_unchanged(batch)
        _write(batch, tell)
        batch.state, batch.skip_bad_rows = State.APPLIED, skip_bad_rows
        batch.applied_at, batch.applied_by = timezone.now(), by
        batch.last_entry = AuditEntry.objects.order_by("-pk").values_list("pk", flat=True).first()
        batch.save(update_fields=["state", "skip_bad_rows", "applied_at", "applied_by", "last_entry"])
    return batch


def _check_area(batch: ImportBatch, scope: Scope) -> None:
    if scope.divisions is None:
        return
    staged = batch.staged_rows.all()
    new = staged.filter(action=Action.CREATE).values_list("values__division_id", flat=True)
    changed = staged.filter(action=Action.UPDATE)
    held = Institution.objects.filter(pk__in=changed.values("institution"))
    moved = changed.filter(values__has_key="division_id").values_list("values__division_id", flat=True)
    check_within(
        scope,
        {*new.distinct(), *held.values_list("division_id", flat=True).distinct(), *moved.distinct()},
        "应用",
    )


def _check_unchanged(batch: ImportBatch) -> None:
    """Whoever changed one of these institutions since the preview must not be overwritten."""
    if batch.updates:
        _check_versions(batch)
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


def _check_versions(batch: ImportBatch) -> None:
    targets = batch.staged_rows.filter(action=Action.UPDATE)
    expected = dict(targets.order_by("institution").values_list("institution", "version"))
    locked = Institution.objects.filter(pk__in=expected).select_for_update(of=("self",)).order_by("pk")
    held = {pk: (version, name) for pk, version, name in locked.values_list("pk", "version", "name")}
    stale = [name for pk, (version, name) in held.items() if expected[pk] != version]
    if stale:
        raise Refused(STALE.format(what=f"“{stale[0]}”等 {len(stale)} 家机构已被改动"))
    if len(held) < len(expected):
        raise Refused(STALE.format(what=f"{len(expected) - len(held)} 家机构已不在名录"))


def _write(batch: ImportBatch, tell: Tell) -> None:
    source = f"导入：{batch.file_name}"[:200]
    total = batch.creates + batch.updates
    try:
        with transaction.atomic():
            tell(0, total, "正在写入更新")
            updated = 0
            if batch.updates:
                writing.keep_former_names(batch, source)
                updated = writing.update_changed(batch)
                Waiver.objects.follow_institutions()
            tell(updated, total, "正在写入新增")
            created = writing.insert_new(batch)
            tell(updated + created, total, "正在写入其他名称和所属关系")
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
