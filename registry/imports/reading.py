"""From a file to staged rows (读取、校验、比对、暂存): one pass over the rows, in chunks, in bounded memory."""

import gc
import itertools
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.db import transaction

from registry.imports import differences, template
from registry.imports.checker import Checked, RowChecker
from registry.imports.columns import chosen_table
from registry.imports.decide import Decider, Staged
from registry.imports.issues import Issue, Severity
from registry.imports.limits import FileRefused
from registry.imports.mains import Mains
from registry.imports.matching import Candidates
from registry.imports.roster_rules import RULES
from registry.imports.scope import Scope
from registry.imports.source import Source, open_source
from registry.imports.staging import Copy, copy_into, copying, count_anew, rows_copy, values_copy
from registry.imports.table import Table
from registry.imports.tidy import TidyRows
from registry.imports.vocabulary import Vocabulary
from registry.models import ImportBatch, ImportIssue, ImportRow
from registry.places.cells import Places

CHUNK = 4_000
ISSUE_FIELDS = ("batch", "row", "sheet", "letter", "column", "value", "rule", "severity", "message", "remedy")
# What a reading finds; the rest belongs to whoever asked for it.
CONCLUDED = (
    "sheet", "header_row", "columns", "columns_by", "notes", "rows", "differences", "creates", "updates", "unchanged", "error_rows",
    "errors", "warnings", "decisions", "repairs", "rule_counts", "divisions", "absent", "state",
)  # fmt: skip
Report = Callable[[int, int], None]


@dataclass
class Tally:
    """Counts of a reading, kept by the writer so that no page counts rows."""

    actions: Counter = field(default_factory=Counter)
    severities: Counter = field(default_factory=Counter)
    rules: dict[str, Counter] = field(default_factory=lambda: defaultdict(Counter))
    rows: int = 0
    differences: int = 0
    divisions: set[int] = field(default_factory=set)

    def count(self, staged: list[Staged]) -> None:
        self.rows += len(staged)
        self.actions.update([one.action for one in staged])
        self.differences += sum([len(one.differences) for one in staged])
        # Counties that one may import into.
        self.divisions |= {one.row.values.get("division_id", 0) for one in staged} - {0}
        for one in staged:
            if one.row.issues:
                self.count_issues(one.row.issues)

    def count_issues(self, issues: list[Issue]) -> None:
        for issue in issues:
            self.severities[issue.severity] += 1
            self.rules[issue.severity][issue.rule] += 1


def read_into(batch: ImportBatch, scope: Scope, report: Report) -> None:
    """Read the batch's file into staging rows; repeatable. Raises FileRefused when the file cannot be read.

    `report` is asked once more when everything is read: whoever was stopped meanwhile leaves the batch as it is.
    """
    batch.staged_rows.all().delete()
    batch.issues.all().delete()
    with open_source(batch.file.path) as source:
        chosen = chosen_table(source, batch)
        if chosen is None:
            batch.notes, batch.state = source.notes, ImportBatch.State.MAPPING
            with transaction.atomic():
                report(0, 0)
                batch.save(update_fields=["notes", "state"])
            return
        table, issues = chosen
        if told := template.check_version(source, table):
            source.notes.append(told)
        tally = Tally()
        _stage_issues(batch, [*issues, *table.issues], tally)
        said = len(table.issues)
        if table.missing:
            tally.rows = sum(1 for _ in table.rows())
        else:
            _stage_rows(batch, table, scope, tally, report)
        _stage_issues(batch, table.issues[said:], tally)
        if not tally.rows:
            raise FileRefused("no-rows", "表头下面没有数据行。请检查是否选对了文件或工作表。")
        with transaction.atomic():
            report(tally.rows, tally.rows)
            _conclude(batch, source, table, tally)


def _stage_rows(batch: ImportBatch, table: Table, scope: Scope, tally: Tally, report: Report) -> None:
    words, places = Vocabulary(), Places()
    checker = RowChecker(table, words, places, scope)
    names = {pk: place.name for pk, place in places.by_id.items()}
    decider = Decider(checker, differences.Words(names, words.classes), f"导入：{batch.file_name}")
    mains = Mains(checker) if "main_institution" in table.header.fields else None
    total = table.sheet.scan.rows - table.header.last if table.sheet.scan else 0
    with _collecting_seldom():
        rows = _checked(table, checker)
        some = _next(rows, decider)
        while some:
            staged = _decided(some, decider, mains)
            # While the database takes these rows in, the next ones are read and checked.
            with transaction.atomic(), copying(*_copies(batch, staged)):
                tally.count(staged)
                del some, staged  # before there are others
                some = _next(rows, decider)
            report(tally.rows, max(total, tally.rows))
    if mains:
        with transaction.atomic():
            _stage_issues(batch, mains.settle(batch, tally.actions), tally)


def _next(rows: Iterator[Checked], decider: Decider) -> list[Checked]:
    """The next rows as far as the database need not be asked."""
    some = list(itertools.islice(rows, CHUNK))
    for row in some:
        decider.duplicates(row)
    return some


def _decided(some: list[Checked], decider: Decider, mains: Mains | None) -> list[Staged]:
    found = Candidates.of(some)
    if mains:
        mains.resolve([row for row in some if not row.stopped])
    staged = [decider.decide(row, found) for row in some]
    if mains:
        mains.remember(staged)
    return staged


@contextmanager
def _collecting_seldom() -> Iterator[None]:
    """Rows hold no cycles; to look for some after every few hundred of them took a sixth of the time."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _checked(table: Table, checker: RowChecker) -> Iterator[Checked]:
    tidy = TidyRows(checker)
    for number, row in table.below():
        if checked := tidy.check(number, row):
            yield checked
        elif table.is_record(number, row):
            yield checker.check(number, table.raw(row), row, RULES)


def _copies(batch: ImportBatch, staged: list[Staged]) -> tuple[Copy, Copy]:
    issues = [issue for one in staged for issue in one.row.issues]
    return rows_copy(batch, staged), values_copy(ImportIssue, ISSUE_FIELDS, _issue_values(batch, issues))


def _issue_values(batch: ImportBatch, issues: list[Issue]) -> Iterator[tuple]:
    for one in issues:
        yield (
            batch.pk, one.row, one.sheet[:120], one.letter, one.column[:120], one.value[:400], one.rule,
            str(one.severity), one.message[:500], one.remedy[:500],
        )  # fmt: skip


def _stage_issues(batch: ImportBatch, issues: list[Issue], tally: Tally) -> None:
    copy_into(ImportIssue, ISSUE_FIELDS, _issue_values(batch, issues))
    tally.count_issues(issues)


def _conclude(batch: ImportBatch, source: Source, table: Table, tally: Tally) -> None:
    action, severity = ImportRow.Action, Severity
    batch.sheet, batch.header_row = table.sheet.name, table.header.last
    batch.columns = [
        [column, title, next((name for name, at in table.header.fields.items() if at == column), "")]
        for column, title in sorted(table.header.titles.items())
    ]
    batch.notes = source.notes
    batch.rows, batch.differences = tally.rows, tally.differences
    batch.creates, batch.updates = tally.actions[action.CREATE], tally.actions[action.UPDATE]
    batch.unchanged, batch.error_rows = tally.actions[action.UNCHANGED], tally.actions[action.ERROR]
    batch.errors, batch.warnings = tally.severities[severity.ERROR], tally.severities[severity.WARNING]
    batch.decisions, batch.repairs = tally.severities[severity.DECISION], tally.severities[severity.REPAIR]
    batch.rule_counts = {str(level): dict(counts.most_common()) for level, counts in tally.rules.items()}
    batch.divisions = sorted(tally.divisions)
    count_anew()
    batch.absent = batch.absent_institutions().count()
    batch.state = ImportBatch.State.STAGED
    batch.save(update_fields=CONCLUDED)
