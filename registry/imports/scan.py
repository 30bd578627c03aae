"""What a sheet's XML says beyond its values: hidden rows and columns, formulas, error values, stray cells.

python-calamine gives values alone, and allocates the whole rectangle between the outermost cells; so the extent of
the cells that hold something is measured here first, by streaming, without building a tree.
"""

import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from xml.etree import ElementTree as ET

from registry.imports.limits import MB, FileRefused
from registry.imports.package import unpacked

_REL = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_SMALL = 8 * MB
NOTED = 5_000  # formulas kept by address; beyond that they are only counted


@dataclass
class SheetScan:
    """Facts of one sheet; addresses are (row, column), both from 1."""

    rows: int = 0
    columns: int = 0
    last_cell: str = ""
    values: int = 0  # cells that hold something
    last_row: int = 0  # of those read so far, for rows without a number
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)
    formulas: dict[tuple[int, int], bool] = field(default_factory=dict)
    formula_count: int = 0
    errors: dict[tuple[int, int], str] = field(default_factory=dict)

    def note_formula(self, address: tuple[int, int], cached: bool) -> None:
        self.formula_count += 1
        if len(self.formulas) < NOTED:
            self.formulas[address] = cached


def column_number(letters: str) -> int:
    """1 for A, 27 for AA."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


def column_letter(number: int) -> str:
    """A for 1, AA for 27."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def address(reference: str) -> tuple[int, int]:
    """(row, column) of a reference such as B12."""
    letters = reference.rstrip("0123456789")
    return int(reference[len(letters) :]), column_number(letters)


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _small_xml(archive: zipfile.ZipFile, name: str) -> ET.Element:
    try:
        # The guard has refused every DOCTYPE, so nothing can be expanded here.
        return ET.fromstring(b"".join(unpacked(archive, archive.getinfo(name), _SMALL)))  # noqa: S314
    except (KeyError, ET.ParseError):
        raise FileRefused("damaged", "工作簿内部结构不完整。请在 Excel 中打开并另存后重新上传。") from None


def sheet_parts(archive: zipfile.ZipFile) -> tuple[dict[str, str], bool]:
    """Part name of every worksheet by sheet name, and whether dates count from 1904."""
    book = _small_xml(archive, "xl/workbook.xml")
    targets = {
        one.get("Id"): one.get("Target", "") for one in _small_xml(archive, "xl/_rels/workbook.xml.rels")
    }
    parts, date1904 = {}, False
    for element in book.iter():
        tag = _local(element.tag)
        if tag == "sheet":
            target = targets.get(element.get(_REL), "")
            parts[element.get("name", "")] = (
                target.lstrip("/") if target.startswith("/") else f"xl/{target.removeprefix('./')}"
            )
        elif tag == "workbookPr":
            date1904 = element.get("date1904", "0") in ("1", "true")
    return parts, date1904


_BEYOND = rb"[A-Za-z]{4}|[A-Z]*[a-z]|[A-Z]*(?:\d{8}|[2-9]\d{6})"


class _Patterns:
    """Byte patterns for the namespace prefix that this writer uses (mostly none)."""

    def __init__(self, head: bytes):
        found = re.search(rb"<(\w+:)?worksheet[\s>]", head)
        prefix = (found[1] or b"") if found else b""
        p = re.escape(prefix)
        self.row_open = b"<" + prefix + b"row"
        self.cell_begins = b"<" + prefix + b"c"
        self.cell_marks = (self.cell_begins + b" ", self.cell_begins + b">")
        self.placed_cell = b"<" + prefix + b'c r="'
        self.bare = re.compile(rb"<" + p + rb"c(?:>|\s(?![^>]*\br=)[^>]*>)")
        self.rows_of = re.compile(rb"<" + p + rb"row(?=[\s>])([^>]*?)>")
        self.values = tuple(b"<" + prefix + mark for mark in (b"v>", b"v ", b"is>"))
        self.formula_begins = b"<" + prefix + b"f"
        self.hidden_row = re.compile(rb"<" + p + rb'row\b[^>]*?\br="(\d+)"[^>]*?\bhidden="(?:1|true)"')
        self.hidden_column = re.compile(rb"<" + p + rb'col\b[^>]*?\bhidden="(?:1|true)"[^>]*>')
        self.formula = re.compile(
            rb"<"
            + p
            + rb'c\b[^>]*?\br="([A-Z]+\d+)"[^>]*><'
            + p
            + rb"f\b(?:[^>]*/>|[^>]*>[^<]*</"
            + p
            + rb"f>)(<"
            + p
            + rb"v>[^<])?"
        )
        self.error = re.compile(
            rb"<"
            + p
            + rb'c\b(?=[^>]*\bt="e")[^>]*?\br="([A-Z]+\d+)"[^>]*>(?:<'
            + p
            + rb"f\b.*?)?<"
            + p
            + rb"v>([^<]*)",
            re.DOTALL,
        )
        self.wide = re.compile(rb"<" + p + rb'c\b[^>]*?\br="([A-Z]{2,3})\d+"[^>/]*>')
        self.reference = re.compile(rb'\br="([A-Z]+)(\d+)"')
        # Addresses that no spreadsheet program writes: beyond the last cell there can be, or spelled so that the
        # patterns here would miss them. The parser follows them and allocates whatever they span.
        self.suspicious = re.compile(rb"r(?:\s+=|=[\s']|=\"(?:%s))" % _BEYOND)
        self.strange = re.compile(
            rb"<" + p + rb"(?:c|row)\b(?:[^>\"']|\"[^\"]*\"|'[^']*')*?\sr(?:\s+=|=[\s']|=\"(?:%s))" % _BEYOND
        )
        # A value far down; the last cell of a window is not always the lowest.
        self.far = re.compile(rb'r="[A-Z]+(\d{6,7})"[^>/]*>\s*<' + p + rb"(?:v|is|f)\b")
        self.narrow = re.compile(rb"<" + p + rb'c\b[^>]*?\br="([A-Z])\d+"[^>/]*>')

    @staticmethod
    @cache
    def beyond(columns: int) -> re.Pattern:
        """A reference to the right of so many columns: cheaper to look for than all references."""
        single = b"[%c-Z]|" % (65 + columns) if columns < 26 else b""
        return re.compile(rb'r="(?:' + single + rb"[A-Z]{2,3})\d")


class Scanner:
    """Looks at one worksheet part, chunk by chunk."""

    def __init__(self):
        self._result = SheetScan()
        self._patterns: _Patterns | None = None
        self._rest = b""

    def look(self, chunk: bytes) -> None:
        window = self._rest + chunk
        patterns = self._patterns = self._patterns or _Patterns(window)
        cut = window.rfind(patterns.row_open)
        if cut <= 0 and len(window) < 8 * MB:
            self._rest = window
            return
        cut = cut if cut > 0 else len(window)
        _look(window[:cut], patterns, self._result)
        self._rest = window[cut:]

    def result(self) -> SheetScan:
        """What was seen, once every chunk was shown."""
        if self._patterns:
            _look(self._rest, self._patterns, self._result)
        self._rest = b""
        return self._result


class Scanners(dict[str, Scanner]):
    """A scanner for each worksheet part that the guard comes by."""

    def of(self, part: str) -> Callable[[bytes], None] | None:
        return self.setdefault(part, Scanner()).look if "worksheets/" in part else None


def _look(window: bytes, patterns: _Patterns, result: SheetScan) -> None:
    if patterns.suspicious.search(window) and patterns.strange.search(window):
        raise FileRefused("damaged", "工作表里有超出范围的单元格地址。请在 Excel 中打开并另存后重新上传。")
    result.rows = max(result.rows, *(int(row) for row in patterns.far.findall(window)), 0)
    if b'hidden="' in window:
        result.hidden_rows.update(int(found[1]) for found in patterns.hidden_row.finditer(window))
        for found in patterns.hidden_column.finditer(window):
            bounds = dict(re.findall(rb'\b(min|max)="(\d+)"', found[0]))
            result.hidden_columns.append((int(bounds[b"min"]), int(bounds[b"max"])))
    if patterns.formula_begins in window:
        for found in patterns.formula.finditer(window):
            result.note_formula(address(found[1].decode()), found[2] is not None)
    if b't="e"' in window:
        for found in patterns.error.finditer(window):
            if len(result.errors) < NOTED:
                result.errors[address(found[1].decode())] = found[2].decode("utf-8", "replace")
    result.values += sum(window.count(mark) for mark in patterns.values)
    # Most cells say where they are; only <cols> and their like begin with the same letters.
    if window.count(patterns.cell_begins) > window.count(patterns.placed_cell) and patterns.bare.search(
        window
    ):
        _count_bare(window, patterns, result)
    last = max(window.rfind(mark) for mark in patterns.values)
    if last < 0:
        return
    held = window[:last]
    start = held.rfind(b' r="')
    cell = patterns.reference.search(held, start) if start >= 0 else None
    if cell:
        result.rows = max(result.rows, int(cell[2]))
        result.last_cell = (cell[1] + cell[2]).decode()
    if patterns.beyond(result.columns).search(held):
        columns = {letters.decode() for letters in patterns.wide.findall(held)}
        if not columns and result.columns < 26:
            columns = {letters.decode() for letters in patterns.narrow.findall(held)}
        result.columns = max(result.columns, *map(column_number, columns), 0)


def _count_bare(window: bytes, patterns: _Patterns, result: SheetScan) -> None:
    """Rows and cells without addresses stand one after another; the parser counts them the same way."""
    result.last_row = max(result.last_row, result.rows)
    opened = list(patterns.rows_of.finditer(window))
    for found, following in zip(opened, [*opened[1:], None], strict=True):
        number = re.search(rb'\br="(\d+)"', found[1])
        result.last_row = int(number[1]) if number else result.last_row + 1
        inner = window[found.end() : following.start() if following else len(window)]
        if any(mark in inner for mark in patterns.values):
            width = sum(inner.count(mark) for mark in patterns.cell_marks)
            result.rows, result.columns = max(result.rows, result.last_row), max(result.columns, width)
            result.last_cell = f"{column_letter(width)}{result.last_row}"
