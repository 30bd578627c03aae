"""Finding a table in a sheet (找表头): the header under title lines, in one row or two, by a table of aliases."""

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from registry.imports import cells
from registry.imports.issues import Issue, Severity
from registry.imports.scan import column_letter
from registry.imports.source import Sheet

LOOK = 40  # rows in which a header is looked for
UNTITLED = "（没有列名）"
_NOISE = re.compile(r"[（(【\[][^）)】\]]*[）)】\]]|[*＊※：:、/\\\-_—\s]")
FOOT = re.compile(
    r"^(合计|总计|小计|共计|填表人|制表人|填报单位|填报人|审核人|注[:：]|备注[:：]|说明[:：]|填表说明|以下空白)"
)


@dataclass(frozen=True)
class Column:
    """A column that a table may have: our name for it, its title, and other titles that mean the same."""

    field: str
    title: str
    aliases: tuple[str, ...] = ()
    required: bool = False
    instead: tuple[str, ...] = ()  # any of these fields makes up for a missing one


def title_key(value) -> str:
    """The form under which two column titles are equal: without remarks in brackets, stars, spaces and marks."""
    shown = cells.match_key(cells.text(value)[0])
    return _NOISE.sub("", shown) or _NOISE.sub("", shown.replace("(", "").replace(")", ""))


@dataclass
class Header:
    """Where the header stands and which column (from 0) holds which field."""

    first: int
    last: int
    fields: dict[str, int] = field(default_factory=dict)
    titles: dict[int, str] = field(default_factory=dict)
    unknown: list[int] = field(default_factory=list)
    duplicates: list[tuple[int, str]] = field(default_factory=list)

    def title(self, name: str) -> str:
        """The file's own title of a field, as the sender reads it."""
        column = self.fields.get(name)
        return self.titles.get(column, "") if column is not None else ""

    def letter(self, name: str) -> str:
        column = self.fields.get(name)
        return column_letter(column + 1) if column is not None else ""


@dataclass(frozen=True)
class Chosen:
    """What a person said of a sheet: the rows of its header, and the field of each column (from 0), "" for none."""

    first: int
    last: int
    fields: dict[int, str]


class Aliases:
    """Titles to fields. `extra` are the administrator's own titles and a sender's remembered mapping."""

    def __init__(self, columns: Sequence[Column], extra: dict[str, str] | None = None):
        self.columns = {column.field: column for column in columns}
        self._fields: dict[str, str] = {}
        for column in columns:
            for title in (column.title, column.field, *column.aliases):
                self._fields.setdefault(title_key(title), column.field)
        for title, name in (extra or {}).items():
            self._fields[title_key(title)] = name

    def of(self, *titles: str) -> str | None:
        """The field that the first recognised of these titles means."""
        return next((self._fields[key] for key in map(title_key, titles) if key in self._fields), None)


@dataclass
class Table:
    """A recognised table: its header, the issues of its columns, and its rows as a stream."""

    sheet: Sheet
    header: Header
    aliases: Aliases
    issues: list[Issue] = field(default_factory=list)

    @property
    def missing(self) -> list[Column]:
        return [
            column
            for name, column in self.aliases.columns.items()
            if column.required and not self.header.fields.keys() & {name, *column.instead}
        ]

    def rows(self) -> Iterator[tuple[int, dict[str, object], list]]:
        """(row number, raw value by field, all cells) of every row below the header that holds something."""
        for number, row in self.below():
            if self.is_record(number, row):
                yield number, self.raw(row), row

    def below(self) -> Iterator[tuple[int, list]]:
        """(row number, all cells) of everything below the header, whatever it is."""
        last = self.header.last
        return ((number, row) for number, row in self.sheet.rows() if number > last)

    def raw(self, row: list) -> dict[str, object]:
        """Cells by field; a row may be shorter than its header."""
        width = len(row)
        return {name: row[column] if column < width else "" for name, column in self.header.fields.items()}

    def is_record(self, number: int, row: list) -> bool:
        """False for rows that are blank, a total, a remark, or the header once more; the latter are told of."""
        if all(cells.is_blank(value) for value in row):
            return False
        return not self._is_foot(number, row) and not self._repeats_header(number, row)

    @cached_property
    def title_keys(self) -> dict[int, str]:
        """The keys of the header's titles by column (from 0)."""
        return {column: title_key(title) for column, title in self.header.titles.items()}

    def _is_foot(self, number: int, row: list) -> bool:
        first = next(value for value in row if not cells.is_blank(value))
        if not isinstance(first, str) or not FOOT.match(first.strip()):
            return False
        held = [column for column, value in enumerate(row) if not cells.is_blank(value)]
        fields, columns = self.header.fields, self.aliases.columns.values()
        needed = [fields[column.field] for column in columns if column.required and column.field in fields]
        if sum(column in held for column in needed) > 1 or (len(needed) == 1 and len(held) > 2):
            return False
        self.issues.append(
            Issue(
                sheet=self.sheet.name,
                row=number,
                value=first.strip()[:60],
                rule="not-a-record",
                severity=Severity.WARNING,
                message=f"第 {number} 行像是合计或说明，没有作为机构导入。",
                remedy="如确是一条记录，请去掉行首的这几个字。",
            )
        )
        return True

    def _repeats_header(self, number: int, row: list) -> bool:
        titles = self.title_keys
        first = next(iter(titles))
        if first >= len(row) or not isinstance(row[first], str) or title_key(row[first]) != titles[first]:
            return False
        same = sum(column < len(row) and title_key(row[column]) == key for column, key in titles.items())
        if same < max(2, len(titles) // 2):
            return False
        self.issues.append(
            Issue(
                sheet=self.sheet.name,
                row=number,
                rule="repeated-header",
                severity=Severity.WARNING,
                message=f"第 {number} 行是重复的表头，已略过。",
            )
        )
        return True


def _candidate(aliases: Aliases, first: int, last: int, upper: list, lower: list | None) -> Header:
    header = Header(first, last)
    width = max(len(upper), len(lower or ()))
    above = ""
    for column in range(width):
        top = cells.text(upper[column])[0] if column < len(upper) else ""
        below = cells.text(lower[column])[0] if lower and column < len(lower) else ""
        above = top or (above if lower else "")  # a title merged over several columns stands in the first
        title = below if lower and below else top
        if not title:
            continue
        shown = f"{above}{below}" if lower and below and above != below else title
        header.titles[column] = title
        name = aliases.of(shown, title, *((above,) if lower and not below else ()))
        if name is None:
            header.unknown.append(column)
        elif name in header.fields:
            header.duplicates.append((column, name))
        else:
            header.fields[name] = column
    return header


def _score(aliases: Aliases, header: Header) -> tuple[int, int, bool]:
    required = sum(aliases.columns[name].required for name in header.fields)
    return required, len(header.fields) + len(header.duplicates), header.first == header.last


def find_header(rows: Iterable[tuple[int, list]], aliases: Aliases) -> Header | None:
    """The best header among the first rows: most required columns, most known ones, one row before two, then the highest."""
    looked = list(itertools.islice(rows, LOOK))
    best: Header | None = None
    for index, (number, row) in enumerate(looked):
        options = [_candidate(aliases, number, number, row, None)]
        if index + 1 < len(looked):
            options.append(_candidate(aliases, number, number + 1, row, looked[index + 1][1]))
        for option in options:
            if option.fields and (best is None or _score(aliases, option) > _score(aliases, best)):
                best = option
    return best


def header_as(rows: Iterable[tuple[int, list]], aliases: Aliases, chosen: Chosen) -> Header:
    """The header as a person said; nothing of it is in question any more."""
    at = {number: row for number, row in rows if number in (chosen.first, chosen.last)}
    lower = at.get(chosen.last, []) if chosen.last > chosen.first else None
    header = _candidate(aliases, chosen.first, chosen.last, at.get(chosen.first, []), lower)
    header.unknown, header.duplicates = [], []
    header.fields = {name: column for column, name in chosen.fields.items() if name}
    for column in header.fields.values():
        header.titles.setdefault(column, UNTITLED)
    return header


def read_table(
    sheet: Sheet,
    columns: Sequence[Column],
    extra: dict[str, str] | None = None,
    chosen: Chosen | None = None,
) -> Table | None:
    """The table of a sheet, or None when no header is found. Column problems are issues of the table."""
    aliases = Aliases(columns, extra)
    header = header_as(sheet.head, aliases, chosen) if chosen else find_header(sheet.head, aliases)
    if header is None:
        return None
    table = Table(sheet, header, aliases)
    for column in header.unknown:
        table.issues.append(
            _column_issue(
                sheet,
                header,
                column,
                "unknown-column",
                Severity.WARNING,
                f"“{header.titles[column]}”列不认识，没有导入。",
                "如果有用，请把列名改成模板中的写法，或在导入页对应到某一列。",
            )
        )
    for column, name in header.duplicates:
        kept = column_letter(header.fields[name] + 1)
        table.issues.append(
            _column_issue(
                sheet,
                header,
                column,
                "duplicate-column",
                Severity.ERROR,
                f"“{header.titles[column]}”与 {kept} 列“{header.title(name)}”都表示“{aliases.columns[name].title}”。",
                "请只保留其中一列。",
            )
        )
    for column in _hidden(sheet, header):
        table.issues.append(
            _column_issue(
                sheet,
                header,
                column,
                "hidden-column",
                Severity.WARNING,
                f"“{header.titles[column]}”列在表中是隐藏的，仍照常导入。",
                "不要导入时请从表中删除这一列。",
            )
        )
    for absent in table.missing:
        table.issues.append(
            Issue(
                sheet=sheet.name,
                row=header.last,
                column=absent.title,
                rule="missing-column",
                severity=Severity.ERROR,
                message=f"缺少必填的“{absent.title}”列。",
                remedy=f"请加上这一列；也认作：{'、'.join(absent.aliases[:6])}。"
                if absent.aliases
                else "请加上这一列。",
            )
        )
    return table


def _hidden(sheet: Sheet, header: Header) -> list[int]:
    """Recognised columns that the sender cannot see."""
    ranges = sheet.scan.hidden_columns if sheet.scan else []
    return sorted(
        column
        for column in header.fields.values()
        if any(first <= column + 1 <= last for first, last in ranges)
    )


def _column_issue(sheet, header, column: int, rule: str, severity, message: str, remedy: str) -> Issue:
    return Issue(
        sheet=sheet.name,
        row=header.last,
        letter=column_letter(column + 1),
        column=header.titles[column],
        value=header.titles[column],
        rule=rule,
        severity=severity,
        message=message,
        remedy=remedy,
    )
