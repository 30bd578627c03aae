"""One way to read every tabular file (来源表): guarded, sheet by sheet, rows with their spreadsheet numbers."""

import itertools
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import python_calamine as calamine

from registry.imports import biff, container, delimited
from registry.imports.container import Kind
from registry.imports.doubled import doubled_cell
from registry.imports.limits import LIMITS, FileRefused, Limits
from registry.imports.scan import Scanners, SheetScan, column_letter, sheet_parts

MOST_MERGED = 200_000
HEAD = 60  # rows in which a header and the first values of its columns are looked for
_UNREADABLE = "文件不完整或已损坏，读不出内容。请在 Excel 或 WPS 中打开并另存为 .xlsx 后重新上传。"


@contextmanager
def _parsing() -> Iterator[None]:
    """Whatever the parser says of a damaged file becomes a refusal, its panics included (they are no Exception)."""
    try:
        yield
    except calamine.PasswordError:
        raise FileRefused("encrypted", container.ole.ENCRYPTED) from None
    except (calamine.CalamineError, OSError, ValueError):
        raise FileRefused("damaged", _UNREADABLE) from None
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise FileRefused("damaged", _UNREADABLE) from None


@dataclass
class Sheet:
    """One sheet. `scan` is None where hidden rows and formulas cannot be seen (xls, csv)."""

    name: str
    hidden: bool = False
    scan: SheetScan | None = None
    date1904: bool = False
    _reader: calamine.CalamineWorkbook | None = field(default=None, repr=False)
    _path: Path | None = field(default=None, repr=False)
    _part: str = ""  # of an xlsx
    _encoding: str = ""
    _limits: Limits = LIMITS

    @cached_property
    def head(self) -> list[tuple[int, list]]:
        """The first rows, read once."""
        return list(itertools.islice(self.rows(), HEAD))

    @cached_property
    def _parsed(self) -> calamine.CalamineSheet:
        """Parsed once, though the header is looked for before the rows are read."""
        with _parsing():
            return self._reader.get_sheet_by_name(self.name)

    def rows(self) -> Iterator[tuple[int, list]]:
        """(row number, cells from column A); empty rows come too. Merged cells repeat their value downwards."""
        if self._encoding:
            yield from delimited.rows(self._path, self._encoding, self._limits)
            return
        sheet = self._parsed
        if sheet.start is None:
            return
        left = [""] * sheet.start[1]
        merged = _downward(sheet.merged_cell_ranges or [])
        numbered = self._numbered(sheet)
        if not left and not merged:
            yield from numbered
            return
        for number, row in numbered:
            cells = [*left, *row] if left else row
            if number in merged:
                for column, origin in merged[number]:
                    if column < len(cells):
                        origin.fill(number, column, cells)
            yield number, cells

    def _numbered(self, sheet: calamine.CalamineSheet) -> Iterator[tuple[int, list]]:
        """As the parser gives them. At the end, fewer values than the sheet holds may mean that some were doubled."""
        values = 0
        for number, row in enumerate(sheet.iter_rows(), start=1):
            values += len(row) - row.count("")
            yield number, row
        if self.scan is None or values >= self.scan.values:
            return
        if address := doubled_cell(self._path, self._part):
            raise FileRefused(
                "doubled-cell",
                f"工作表“{self.name}”的 {address} 格在文件里出现了两次，不知以哪一个为准。"
                "请在 Excel 中打开，核对这一格和这一行，另存后重新上传。",
            )


@dataclass
class _Origin:
    """Upper left cell of a merged range, remembered until the rows below have taken its value."""

    row: int
    value: object = ""

    def fill(self, number: int, column: int, cells: list) -> None:
        if number == self.row:
            self.value = cells[column]
        elif cells[column] == "":
            cells[column] = self.value


def _downward(ranges) -> dict[int, list[tuple[int, _Origin]]]:
    """Per row number, the columns (from 0) that a vertical merge covers; sideways only the first column counts.

    Merges beyond MOST_MERGED rows in all are left as they are: no roster has them, and they cost memory.
    """
    covered: dict[int, list[tuple[int, _Origin]]] = {}
    left = MOST_MERGED
    for (top, column), (bottom, _) in ranges:
        left -= bottom - top
        if bottom > top and left >= 0:
            origin = _Origin(top + 1)
            for number in range(top + 1, bottom + 2):
                covered.setdefault(number, []).append((column, origin))
    return covered


@dataclass
class Source:
    """An opened file. Use as a context manager; `notes` are sentences about what was seen and not read."""

    kind: Kind
    sheets: list[Sheet]
    notes: list[str] = field(default_factory=list)
    _reader: calamine.CalamineWorkbook | None = field(default=None, repr=False)

    def __enter__(self) -> "Source":
        return self

    def __exit__(self, *exception) -> None:
        if self._reader is not None:
            self._reader.close()

    def sheet(self, name: str) -> Sheet | None:
        """The sheet of that name, spaces aside."""
        wanted = name.replace(" ", "")
        return next((one for one in self.sheets if one.name.replace(" ", "") == wanted), None)


def open_source(path: str | Path, limits: Limits = LIMITS) -> Source:
    """Guard and open a file; raises FileRefused with a sentence for its sender."""
    path = Path(path)
    scanners = Scanners()
    kind = container.guard(path, limits, scanners.of)
    if kind is Kind.CSV:
        encoding = delimited.encoding_of(path)
        sheet = Sheet(name="", _path=path, _encoding=encoding, _limits=limits)
        return Source(kind, [sheet])
    facts, links = _seen(path, scanners, limits) if kind is Kind.XLSX else ({}, False)
    if kind is Kind.XLS:
        for rows, columns, values in biff.extents(path.read_bytes()):
            _guard_area("工作簿里", rows, columns, values, limits)
    with _parsing():
        reader = calamine.CalamineWorkbook.from_path(path)
    source = Source(kind, _sheets(reader, path, facts), _reader=reader)
    if not source.sheets:
        raise FileRefused("empty", "工作簿里没有工作表。")
    if links:
        source.notes.append("工作簿链接了其他文件；没有去读取，用的是本文件里保存的值。")
    if kind is Kind.XLS:
        source.notes.append("xls 格式看不出隐藏行和公式，请自行确认；另存为 .xlsx 可得到检查。")
    return source


def _sheets(reader, path: Path, facts: dict[str, tuple[SheetScan, bool, str]]) -> list[Sheet]:
    sheets = []
    for one in reader.sheets_metadata:
        if one.typ is calamine.SheetTypeEnum.MacroSheet:
            raise FileRefused("macro", "文件带有宏表，为安全起见不接收。请另存为不含宏的工作簿后上传。")
        if one.typ is not calamine.SheetTypeEnum.WorkSheet:
            continue
        seen, date1904, part = facts.get(one.name, (None, False, ""))
        sheets.append(
            Sheet(
                name=one.name,
                hidden=one.visible is not calamine.SheetVisibleEnum.Visible,
                scan=seen,
                date1904=date1904,
                _reader=reader,
                _path=path,
                _part=part,
            )
        )
    return sheets


def _seen(
    path: Path, scanners: Scanners, limits: Limits
) -> tuple[dict[str, tuple[SheetScan, bool, str]], bool]:
    facts = {}
    with zipfile.ZipFile(path) as archive:
        parts, date1904 = sheet_parts(archive)
        known = set(archive.namelist())
        for name, part in parts.items():
            if part not in known:
                raise FileRefused("damaged", _UNREADABLE)
            if part in scanners:
                seen = scanners[part].result()
                _guard_extent(name, seen, limits)
                facts[name] = (seen, date1904, part)
    return facts, any(name.startswith("xl/externalLinks/") for name in known)


def _guard_extent(name: str, seen: SheetScan, limits: Limits) -> None:
    if seen.rows > limits.rows:
        raise FileRefused(
            "too-many-rows",
            f"工作表“{name}”有 {seen.rows:,} 行，超过 {limits.rows:,} 行的上限。请按区县拆分后上传。",
        )
    if seen.columns > limits.columns:
        raise FileRefused(
            "too-many-columns",
            f"工作表“{name}”有 {seen.columns:,} 列，超过 {limits.columns} 列的上限（最远到"
            f" {column_letter(seen.columns)} 列）。请删去多余的列。",
        )
    _guard_area(
        f"工作表“{name}”", seen.rows, seen.columns, seen.values, limits, f"（最后一格 {seen.last_cell}）"
    )


def _guard_area(what: str, rows: int, columns: int, values: int, limits: Limits, last: str = "") -> None:
    """The parser holds the whole rectangle, so a few cells far apart cost as much as a full sheet."""
    area = rows * columns
    if area > limits.cells or (area > limits.sparse_from and area > values * limits.sparse):
        raise FileRefused(
            "too-many-cells",
            f"{what}有内容的格子散在 {area:,} 格的范围里，超过上限{last}。请删去远处的零散内容，或按区县拆分后上传。",
        )
