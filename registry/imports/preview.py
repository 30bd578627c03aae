"""What the preview of an import shows (导入预览): pages of rows and issues, the sender's sheet around the bad cells."""

from dataclasses import dataclass

from django.db.models import Q

from registry.imports.labels import label
from registry.imports.scan import column_letter
from registry.models import ImportBatch, ImportIssue, ImportRow
from registry.paging import keyset_page

ISSUES_A_PAGE = 20
NEIGHBOURS = 1
SHEET_COLUMNS = 8
VIEWS = {
    "create": "新增",
    "update": "更新",
    "unchanged": "无变化",
    "absent": "名录有、表中无",
    "decision": "待人认",
    "error": "错误",
    "warning": "提醒",
    "repair": "已修整",
    "skipped": "已跳过",
    "kept": "未能撤销",
}
_ISSUES = ("error", "decision", "warning", "repair")


def first_view(batch: ImportBatch) -> str:
    """What needs a person first."""
    for name, count in (
        ("error", batch.errors),
        ("decision", batch.decisions),
        ("update", batch.updates),
        ("create", batch.creates),
    ):
        if count:
            return name
    return "unchanged"


def counts(batch: ImportBatch) -> list[dict]:
    """The six tiles above the preview."""
    return [
        {"view": "create", "number": batch.creates, "word": "新增"},
        {"view": "update", "number": batch.updates, "word": "更新", "note": batch.differences},
        {"view": "unchanged", "number": batch.unchanged, "word": "无变化"},
        {"view": "absent", "number": batch.absent, "word": "名录有、表中无"},
        {"view": "decision", "number": batch.decisions, "word": "待人认", "bad": batch.decisions > 0},
        {
            "view": "error",
            "number": batch.errors,
            "word": "错误",
            "rows": batch.error_rows,
            "bad": batch.errors > 0,
        },
    ]


@dataclass
class Cell:
    """One cell of the sender's sheet as shown: its text, and the number of the issue that marks it."""

    text: str
    mark: int | None = None
    severity: str = ""


@dataclass
class Line:
    number: int
    cells: list[Cell]
    bad: bool = False


@dataclass
class IssuePage:
    """Issues of one page, numbered, with the rows of the sheet they stand in and their neighbours."""

    page: object
    numbered: list[tuple[int, ImportIssue]]
    letters: list[tuple[str, bool]]
    header: list[str]
    lines: list[Line]
    partial: bool


def issue_page(batch: ImportBatch, request, severity: str) -> IssuePage:
    """A page of issues of one severity, of one rule when ?rule= names it."""
    issues = batch.issues.filter(severity=severity)
    if rule := request.GET.get("rule"):
        issues = issues.filter(rule=rule)
    page = keyset_page(issues, request, order=("row", "id"), default_size=ISSUES_A_PAGE)
    numbered = list(enumerate(page.rows, start=1))
    rows = {issue.row for issue in page.rows}
    wanted = sorted({number for row in rows for number in range(row - NEIGHBOURS, row + NEIGHBOURS + 1)})
    staged = dict(
        batch.staged_rows.filter(number__in=wanted).order_by("number").values_list("number", "cells")
    )
    titles = {column: title for column, title, _ in batch.columns}
    shown = _columns(batch, {issue.letter for issue in page.rows})
    marks = {(issue.row, issue.letter): (number, issue.severity) for number, issue in reversed(numbered)}
    letters = {column: column_letter(column + 1) for column in shown}
    bad = {issue.letter for issue in page.rows}
    return IssuePage(
        page=page,
        numbered=numbered,
        letters=[(letter, letter in bad) for letter in letters.values()],
        header=[titles.get(column, "") for column in shown],
        lines=[_line(number, cells, letters, marks, number in rows) for number, cells in staged.items()],
        partial=len(shown) < len(titles),
    )


def _columns(batch: ImportBatch, bad: set[str]) -> list[int]:
    """Columns to show: the name, those with issues on this page, then the leading ones until the sheet is full."""
    known = [column for column, _, _ in batch.columns]
    named = [column for column, _, name in batch.columns if name == "name"]
    chosen = dict.fromkeys(
        [*named, *(column for column in known if column_letter(column + 1) in bad), *known]
    )
    least = sum(column_letter(column + 1) in bad for column in known) + len(named)
    return sorted(list(chosen)[: max(SHEET_COLUMNS, least)])


def _line(number: int, cells: list[str], letters: dict[int, str], marks: dict, bad: bool) -> Line:
    shown = []
    for column, letter in letters.items():
        mark, severity = marks.get((number, letter), (None, ""))
        shown.append(Cell(cells[column] if column < len(cells) else "", mark, severity))
    return Line(number, shown, bad)


def rule_counts(batch: ImportBatch, severity: str) -> list[tuple[str, str, int]]:
    """(rule, its short name, how many), most frequent first."""
    found = batch.rule_counts.get(severity, {})
    return sorted(((rule, label(rule), count) for rule, count in found.items()), key=lambda one: -one[2])


def row_page(batch: ImportBatch, request, action: str):
    """A page of staged rows with one fate."""
    fate = {"skipped": True} if action == "skipped" else {"action": action}
    rows = batch.staged_rows.filter(**fate)
    if text := request.GET.get("q", "").strip():
        rows = rows.filter(name__icontains=text)
    return keyset_page(rows, request, order=("number",))


def absent_page(batch: ImportBatch, request):
    """Institutions of the file's counties that the file does not mention."""
    return keyset_page(batch.absent_institutions().for_list(), request, order=("name", "id"))


def context(batch: ImportBatch, request) -> dict:
    """Everything the preview page needs for the view that the address names."""
    view = request.GET.get("show", "")
    view = view if view in VIEWS else first_view(batch)
    shown: dict = {"view": view, "view_word": VIEWS[view], "tiles": counts(batch)}
    shown |= {"issues": None, "rules": [], "rule": "", "samples": [], "query": request.GET.get("q", "")}
    if view in _ISSUES:
        shown["issues"] = issue_page(batch, request, view)
        shown["page"] = shown["issues"].page
        shown["rules"] = rule_counts(batch, view)
        shown["rule"] = request.GET.get("rule", "")
    elif view == "absent":
        shown["page"] = absent_page(batch, request)
    elif view == "kept":
        shown["page"] = keyset_page(batch.staged_rows.exclude(kept=""), request, order=("number",))
    else:
        shown["page"] = row_page(batch, request, view)
    if view != "update" and batch.updates and batch.state == ImportBatch.State.STAGED:
        shown["samples"] = list(
            batch.staged_rows.filter(action=ImportRow.Action.UPDATE).order_by("number")[:4]
        )
    shown["ignored"] = [title for _, title, name in batch.columns if not name][:20]
    shown["whole"] = list(
        batch.issues.filter(
            Q(row=0) | Q(row__lte=batch.header_row), severity=ImportIssue.Severity.ERROR
        ).order_by("id")
    )
    return shown
