"""Which sheet is read and what its columns are (选表、列对应): by aliases, by what the sender said before, or by asking.

A survey looks at the first rows of every sheet. Where something is not understood, a file from the screen waits for
its sender (registry/imports/mapping.py); a command reads what it can and warns of the rest.
"""

import hashlib
import json
from dataclasses import dataclass, field

from django.utils import timezone

from registry.imports import cells
from registry.imports.issues import Issue, Severity
from registry.imports.limits import FileRefused
from registry.imports.roster_columns import COLUMNS
from registry.imports.scan import column_letter
from registry.imports.source import Sheet, Source
from registry.imports.table import Chosen, Header, Table, read_table, title_key
from registry.models import ColumnAlias, ImportBatch, ImportSheet, RememberedColumns

SAMPLES, SAMPLE_LENGTH = 3, 40
MOST_SHEETS = 30  # surveyed and offered; no roster comes in a workbook of more
NO_HEADER = (
    "没有找到表头：前 40 行里没有“机构名称”“机构类别”“行政区划”等列名。请用模板，或把列名放在数据上方。"
)


@dataclass
class Seen:
    """One sheet as surveyed; `guessed` where no title is known and the header is only the first line of words."""

    sheet: Sheet
    table: Table | None
    guessed: bool = False
    signature: str = ""
    remembered: RememberedColumns | None = None
    samples: dict[int, list[str]] = field(default_factory=dict)

    @property
    def header(self) -> Header | None:
        return self.table.header if self.table else None

    @property
    def complete(self) -> bool:
        return self.table is not None and not self.guessed and not self.table.missing

    @property
    def open_columns(self) -> list[int]:
        """Columns with content that nobody has said anything about: unknown titles, and no title at all."""
        if self.remembered or self.header is None:
            return []
        known = {*self.header.fields.values(), *(column for column, _ in self.header.duplicates)}
        return [column for column in self.samples if column not in known]

    @property
    def rank(self) -> tuple[int, int]:
        return (len(self.table.missing), -len(self.table.header.fields)) if self.table else (99, 0)


def signature(header: Header) -> str:
    """Two sheets with the same titles in the same columns have the same signature."""
    titles = sorted((column, title_key(title)) for column, title in header.titles.items())
    return hashlib.sha256(json.dumps(titles, ensure_ascii=False).encode()).hexdigest()


def extra_titles(authority) -> dict[str, str]:
    """Titles that administrators added, by title; a lower authority's own word comes last and wins."""
    added = ColumnAlias.objects.holding_for(authority).order_by("authority__path", "pk")
    return dict(added.values_list("title", "field"))


def survey(source: Source, authority) -> list[Seen]:
    """Every sheet with its header and the first values of its columns."""
    extra = extra_titles(authority)
    found = [_look(sheet, extra) for sheet in source.sheets[:MOST_SHEETS]]
    if authority:
        signatures = {one.signature for one in found if one.signature}
        remembered = RememberedColumns.objects.filter(authority=authority, signature__in=signatures)
        by_signature = {
            one.signature: one for one in remembered.select_related("confirmed_by").order_by("pk")
        }
        for one in found:
            if said := by_signature.get(one.signature):
                one.remembered, one.guessed = said, False
                one.table = read_table(one.sheet, COLUMNS, extra, _remembered(one.header, said.columns))
    return found


def _remembered(header: Header, columns: dict[str, str]) -> Chosen:
    return Chosen(header.first, header.last, {int(column): name for column, name in columns.items()})


def _look(sheet: Sheet, extra: dict[str, str]) -> Seen:
    table, guessed = read_table(sheet, COLUMNS, extra), False
    if table is None and (row := _first_line_of_words(sheet)):
        table, guessed = read_table(sheet, COLUMNS, extra, Chosen(row, row, {})), True
    if table is None:
        return Seen(sheet, None)
    return Seen(sheet, table, guessed, signature(table.header), samples=_samples(sheet, table.header.last))


def _first_line_of_words(sheet: Sheet) -> int | None:
    """Number of the first row with two cells or more and something below it."""
    numbers = [number for number, row in sheet.head if sum(not cells.is_blank(value) for value in row) > 1]
    return numbers[0] if len(numbers) > 1 else None


def _samples(sheet: Sheet, last: int) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for number, row in sheet.head:
        if number <= last:
            continue
        for column, value in enumerate(row):
            if not cells.is_blank(value):
                kept = found.setdefault(column, [])
                shown = cells.text(value)[0][:SAMPLE_LENGTH].replace("\0", "")
                if len(kept) < SAMPLES and shown not in kept:
                    kept.append(shown)
    return found


# -- Choosing -----------------------------------------------------------------------------------------------
def chosen_table(source: Source, batch: ImportBatch) -> tuple[Table, list[Issue]] | None:
    """The table to read with what is to be said of the other sheets; None when the sender must say something first."""
    seen = survey(source, batch.authority)
    if batch.mapping:
        return _as_said(seen, source, batch)
    visible = [one for one in seen if one.table and not one.sheet.hidden]
    known = [one for one in visible if not one.guessed]
    if not known and not (batch.asks_columns and any(one.samples for one in seen)):
        raise FileRefused("no-header", NO_HEADER)
    complete = [one for one in known if one.complete]
    said_before = [one for one in complete if one.remembered]
    best = said_before[0] if len(said_before) == 1 else min(known, key=lambda one: one.rank, default=None)
    several = len(complete) > 1 and len(said_before) != 1
    if batch.asks_columns and (best is None or several or not best.complete or _in_question(best)):
        keep_survey(batch, seen)
        return None
    keep_survey(batch, seen)
    if best is None or best.table is None:
        raise FileRefused("no-header", NO_HEADER)
    batch.columns_by = _basis(best)
    return best.table, _others(seen, best)


def _in_question(one: Seen) -> bool:
    return bool(one.header.duplicates or one.open_columns)


def _basis(one: Seen) -> str:
    if said := one.remembered:
        day = timezone.localdate(said.confirmed_at)
        return f"沿用 {said.confirmed_by} {day} 为同样的表头确认的列对应"
    return "列名全部认得"


def _as_said(seen: list[Seen], source: Source, batch: ImportBatch) -> tuple[Table, list[Issue]]:
    said = batch.mapping
    one = next((one for one in seen if one.sheet.name == said["sheet"]), None)
    if one is None:
        raise FileRefused("no-sheet", f"文件里没有工作表“{said['sheet']}”。")
    fields = {int(column): name for column, name in said["columns"].items()}
    table = read_table(
        one.sheet, COLUMNS, extra_titles(batch.authority), Chosen(said["first"], said["last"], fields)
    )
    if table is None:
        raise FileRefused("no-header", NO_HEADER)
    keep_survey(batch, seen)
    return table, _others(seen, one)


def _others(seen: list[Seen], best: Seen) -> list[Issue]:
    told = []
    for one in seen:
        name = one.sheet.name
        if one is best:
            if one.sheet.hidden:
                told.append(_warning(name, "hidden-sheet", f"导入的工作表“{name}”在文件中是隐藏的。"))
        elif one.sheet.hidden:
            told.append(_warning(name, "hidden-sheet", f"隐藏的工作表“{name}”没有导入。"))
        elif one.complete:
            told.append(_warning(name, "other-sheet", f"工作表“{name}”也像名录，没有导入。"))
    return told


def _warning(sheet: str, rule: str, message: str) -> Issue:
    remedy = "如需导入，请在列对应中选这张表，或移到单独的文件再上传。" if "没有导入" in message else ""
    return Issue(rule, Severity.WARNING, message, remedy, sheet=sheet)


# -- Keeping for the screen ---------------------------------------------------------------------------------
def keep_survey(batch: ImportBatch, seen: list[Seen]) -> None:
    """Store what the mapping page shows."""
    batch.sheets.all().delete()
    ImportSheet.objects.bulk_create(
        ImportSheet(
            batch=batch,
            position=position,
            name=one.sheet.name[:120],
            hidden=one.sheet.hidden,
            rows=one.sheet.scan.rows if one.sheet.scan else 0,
            header_first=one.header.first if one.header else 0,
            header_last=one.header.last if one.header else 0,
            signature=one.signature,
            recognised=one.complete,
            columns=_columns(one),
        )
        for position, one in enumerate(seen, start=1)
    )


def _columns(one: Seen) -> list[dict]:
    header = one.header
    if header is None:
        return []
    names = {column: name for name, column in header.fields.items()}
    twice = dict(header.duplicates)
    shown = sorted({*header.titles, *one.samples})
    return [
        {
            "at": column,
            "letter": column_letter(column + 1),
            "title": header.titles.get(column, ""),
            "samples": one.samples.get(column, []),
            "field": names.get(column, ""),
            "how": _how(one, column, names, twice),
        }
        for column in shown
    ]


def _how(one: Seen, column: int, names: dict[int, str], twice: dict[int, str]) -> str:
    if one.remembered:
        return "remembered"
    if column in twice:
        return "duplicate"
    if column in names:
        return "known"
    return "open" if column in one.samples else "empty"
