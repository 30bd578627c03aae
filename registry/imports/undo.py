"""Undoing an import (撤销): one act that takes every row back, or, when asked to, all rows on which nothing stands."""

from django.db import transaction
from django.utils import timezone

from registry import audit
from registry.errors import Refused
from registry.imports import areas, restoring
from registry.imports.obstacles import obstacles, written_rows
from registry.imports.opening import Tell, check_within, opened, scope_for, untold
from registry.imports.starting import start
from registry.models import ImportBatch, ImportRow, Institution, Job, User, Waiver

State = ImportBatch.State
WRITTEN_STATES = (State.APPLIED, State.PARTLY)
_CHUNK = 2_000


@transaction.atomic
def start_undo(batch_id: int, *, by: User, rest: bool = False) -> Job:
    """Undo in the background, in its turn; what stands in the way now is told at once."""
    batch = opened(batch_id, by, *WRITTEN_STATES)
    _check_possible(batch, obstacles(batch), rest)
    held = areas.areas_of(scope_for(batch, by))
    return start(batch, "undo", "撤销", by, by_id=by.pk, rest=rest, areas=held)


def _check_possible(batch: ImportBatch, kept: dict[int, str], rest: bool) -> None:
    if batch.last_entry is None:
        raise Refused("审计里没有这次导入写入的记录，无从还原，不能撤销。")
    if kept and not rest:
        raise Refused(
            f"有 {len(kept)} 行之后又有变动，不能整批撤销，名录没有改动。请看逐行原因，可选择只撤销其余各行。"
        )
    if len(kept) >= written_rows(batch).count():
        raise Refused("这次导入的各行之后都有变动，没有可以撤销的行。")


@transaction.atomic
def undo(batch_id: int, by: User, *, rest: bool = False, tell: Tell = untold) -> ImportBatch:
    """Put the register back as it was before the import, all rows or none; with `rest` all but those kept.

    Institutions that the import created go, changed ones get back exactly the values they had, also the sender's
    words for level and grade and the main institution; names that it added go. Repeating it does nothing more.
    """
    batch = ImportBatch.objects.get(pk=batch_id)
    scope = scope_for(batch, by)
    areas.hold(areas.areas_of(scope))
    batch = ImportBatch.objects.select_for_update(of=("self",)).get(pk=batch_id)
    if batch.state == State.UNDONE:
        return batch
    batch = opened(batch_id, by, *WRITTEN_STATES)
    total = written_rows(batch).count()
    tell(0, total, "正在核对此后的变动")
    restoring.lock(batch)
    _check_area(batch, scope)
    kept = obstacles(batch)
    _check_possible(batch, kept, rest)
    with audit.acting(by, batch=batch.pk, reason=f"撤销导入 {batch.file_name}"):
        _keep(batch, kept)
        _take_back(batch, total, tell)
        batch.undone_rows += restoring.mark(batch)
        batch.kept_rows = len(kept)
        batch.state = State.PARTLY if kept else State.UNDONE
        batch.undone_at, batch.undone_by = timezone.now(), by
        batch.save(update_fields=["state", "undone_rows", "kept_rows", "undone_at", "undone_by"])
    return batch


def _check_area(batch: ImportBatch, scope) -> None:
    held = Institution.objects.filter(pk__in=written_rows(batch).order_by().values("institution"))
    check_within(scope, held.values_list("division_id", flat=True).distinct(), "撤销")


def _keep(batch: ImportBatch, kept: dict[int, str]) -> None:
    """Write the reasons beside the rows; reasons of an earlier attempt that no longer hold go."""
    batch.staged_rows.exclude(kept="").update(kept="")
    ids = list(kept)
    for at in range(0, len(ids), _CHUNK):
        some = [ImportRow(pk=pk, kept=kept[pk]) for pk in ids[at : at + _CHUNK]]
        ImportRow.objects.bulk_update(some, ["kept"])


def _take_back(batch: ImportBatch, total: int, tell: Tell) -> None:
    restoring.remove_names(batch)
    tell(0, total, "正在还原改过的机构")
    restored = restoring.restore(batch)
    Waiver.objects.follow_institutions()
    tell(restored, total, "正在移除新增的机构")
    removed = restoring.remove_created(batch)
    tell(restored + removed, total, "正在记录结果")
