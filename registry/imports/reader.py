"""Reads one sheet row by row: each cell through its own rule, every fault noted at its cell, nothing stopped."""

from collections.abc import Callable, Iterator
from typing import Any

from registry.imports import cells
from registry.imports.cells import CellFault
from registry.imports.issues import Issue, Severity
from registry.imports.table import Table


class Row:
    """One row being read. `ok` turns false with the first error or open decision."""

    def __init__(self, reader: "SheetReader", number: int, raw: dict[str, Any]):
        self.reader, self.number, self.raw, self.ok = reader, number, raw, True

    def shown(self, name: str) -> str:
        return cells.shown(self.raw.get(name, ""))

    def note(self, name: str, rule: str, message: str, remedy: str = "", severity=Severity.ERROR) -> None:
        header = self.reader.table.header
        if severity in (Severity.ERROR, Severity.DECISION):
            self.ok = False
        self.reader.issues.append(
            Issue(
                rule=rule,
                severity=severity,
                message=message,
                remedy=remedy,
                sheet=self.reader.table.sheet.name,
                row=self.number,
                letter=header.letter(name),
                column=header.title(name) or self.reader.table.aliases.columns[name].title,
                value=self.shown(name),
            )
        )

    def warn(self, name: str, rule: str, message: str, remedy: str = "") -> None:
        self.note(name, rule, message, remedy, Severity.WARNING)

    def decide(self, name: str, rule: str, message: str, remedy: str = "") -> None:
        self.note(name, rule, message, remedy, Severity.DECISION)

    def _read(self, name: str, rule: Callable[[Any], tuple[Any, bool]], empty: Any) -> Any:
        try:
            value, repaired = rule(self.raw.get(name, ""))
        except CellFault as fault:
            self.note(name, fault.rule, fault.message, fault.remedy)
            return empty
        self.reader.repaired += repaired
        return value

    def text(self, name: str, *, limit: int, required: bool = False) -> str:
        """Readable text of at most `limit` characters."""
        value = self._read(name, cells.optional, "")
        if len(value) > limit:
            self.note(name, "too-long", f"内容有 {len(value)} 个字，最多 {limit} 个。", "请核对后缩短。")
            return value[:limit]
        if required and not value and self.ok:
            title = self.reader.table.aliases.columns[name].title
            self.note(name, "required", f"缺少“{title}”。", "这一列必填，请补充。")
        return value

    def code(self, name: str) -> str:
        return self._read(name, cells.code, "")

    def date(self, name: str):
        date1904 = self.reader.table.sheet.date1904
        return self._read(name, lambda raw: cells.date(raw, date1904=date1904), None)

    def word(self, name: str, words: dict[str, str], *, required: bool = False) -> str:
        """A word of a closed list, mapped to its code; blank is unknown unless the list says what it means."""
        value = self._read(name, cells.optional if "无" not in words else cells.text, "")
        if value in words:
            return words[value]
        if not value and not required:
            return ""
        if self.ok or value:
            listed = "、".join(word for word in words if word)
            message = f"“{value}”不在可填的范围内。" if value else "缺少内容，这一列必填。"
            self.note(name, "not-in-list", message, f"可填：{listed}。")
        return ""


class SheetReader:
    """The rows of a recognised table with the issues found while reading them."""

    def __init__(self, table: Table):
        self.table, self.issues, self.repaired, self.count = table, list(table.issues), 0, 0

    def rows(self) -> Iterator[Row]:
        if self.table.missing:
            return
        for number, raw, _ in self.table.rows():
            self.count += 1
            yield Row(self, number, raw)
        self.issues.extend(issue for issue in self.table.issues if issue not in self.issues)
