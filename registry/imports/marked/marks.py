"""What is to be marked in a sheet (标注): issues by row, in the order of the rows, and how each kind looks."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

from registry.models import ImportBatch, ImportIssue

RESULT_TITLE = "导入检查结果"
MOST_COMMENTS = 1_000  # spreadsheet programs grow slow with more; the last column says everything
LONGEST = 1_000

_S = ImportIssue.Severity
# Severity: background of the cell (and its number among the fills that we add), and the word before the message.
FILLS = {_S.ERROR: "FFFFC7CE", _S.DECISION: "FFFCE4B6", _S.WARNING: "FFFFF2CC"}
WORDS = {_S.ERROR: "错误", _S.DECISION: "待人认", _S.WARNING: "提醒"}
_ORDER = list(FILLS)


@dataclass
class RowMarks:
    """Marks of one row: severity and message by column letter, and everything about the row as one text."""

    number: int
    cells: dict[str, tuple[str, str]]
    text: str


def _said(issue: ImportIssue) -> str:
    return f"{issue.message}{issue.remedy}"


def of_batch(batch: ImportBatch) -> Iterator[RowMarks]:
    """Marks row by row, from the header on; repairs are no marks."""
    issues = batch.issues.filter(row__gt=0, severity__in=_ORDER, sheet=batch.sheet).order_by("row", "id")
    for number, group in itertools.groupby(issues.iterator(chunk_size=2_000), key=lambda one: one.row):
        yield _row(number, sorted(group, key=lambda one: _ORDER.index(one.severity)))


def _row(number: int, issues: list[ImportIssue]) -> RowMarks:
    cells: dict[str, tuple[str, str]] = {}
    for issue in issues:
        if issue.letter:
            severity, before = cells.get(issue.letter, (issue.severity, ""))
            cells[issue.letter] = (severity, f"{before}\n{_said(issue)}".strip()[:LONGEST])
    text = "\n".join(
        f"{WORDS[one.severity]}{f' {one.cell}' if one.cell else ''}：{_said(one)}" for one in issues
    )
    return RowMarks(number, cells, text[:LONGEST])
