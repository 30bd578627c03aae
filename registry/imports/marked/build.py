"""From a read file to the sender's workbook with marks, kept beside the file (制作标注后的原表)."""

from collections.abc import Callable
from pathlib import Path

from django.core.files import File

from registry.imports.container import Kind
from registry.imports.marked import explanation, fresh, package
from registry.imports.marked.marks import RESULT_TITLE, of_batch
from registry.imports.source import Source, open_source
from registry.models import ImportBatch
from registry.work_folders import work_folder

_NOTES = {
    Kind.CSV: "原件是文本表格（csv），这里另做了一份 Excel 工作簿，行号与原件一致。",
    Kind.XLS: "原件是旧式 Excel（xls），这里另做了一份工作簿，行号与原件一致，格式没有保留；隐藏行和公式在 xls 中看不出来。",
}


def wanted(batch: ImportBatch) -> bool:
    """There is something to mark."""
    return batch.state == ImportBatch.State.STAGED and bool(batch.errors or batch.decisions or batch.warnings)


def build(batch: ImportBatch, still_wanted: Callable[[], object] = lambda: None) -> None:
    """Make the workbook and keep it with the batch; repeatable. `still_wanted` raises when it came too late."""
    with work_folder() as folder:
        target = folder / "marked.xlsx"
        with open_source(batch.file.path) as source:
            _write(batch, source, target)
        still_wanted()
        if batch.marked:
            batch.marked.delete(save=False)
        with target.open("rb") as made:
            batch.marked.save(f"{batch.sha256[:16]}-marked.xlsx", File(made), save=False)
    batch.save(update_fields=["marked"])


def _write(batch: ImportBatch, source: Source, target: Path) -> None:
    sheet = next(one for one in source.sheets if one.name == batch.sheet)
    notes = [*batch.notes, *([_NOTES[source.kind]] if source.kind in _NOTES else [])]
    how = {
        "header": batch.header_row,
        "column": _column(batch, sheet),
        "marks": of_batch(batch),
        "told": explanation.lines(batch, notes),
    }
    if source.kind is Kind.XLSX:
        package.write(Path(batch.file.path), target, sheet=sheet.name, **how)
    else:
        fresh.write(sheet, target, **how)


def _column(batch: ImportBatch, sheet) -> int:
    """Number (from 1) of the column for the messages: the one of an earlier marking, else the first free one."""
    for at, title, _ in batch.columns:
        if title == RESULT_TITLE:
            return at + 1
    width = sheet.scan.columns if sheet.scan else max((len(row) for _, row in sheet.rows()), default=0)
    return max(width, *(at + 1 for at, _, _ in batch.columns)) + 1
