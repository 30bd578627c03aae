"""import_consortia: one workbook in, all its errors at their cells, and all or nothing into the register.

The preview runs the very code that applies and rolls it back, so what it promises is what happens.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from filing import numbering
from filing.imports import rows, write
from filing.imports.columns import CONSORTIA, CREDENTIALS, GRIDS, MEMBERS, SHEETS
from filing.imports.lookups import Authorities, Institutions, Kinds, Subjects
from grids.services import GridRow, import_grids
from registry import access, audit
from registry.imports import cells
from registry.imports.issues import Issue, Severity, stops
from registry.imports.limits import FileRefused
from registry.imports.reader import Row, SheetReader
from registry.imports.source import Source, open_source
from registry.imports.table import read_table
from registry.models import Consortium
from registry.places.codes import Codes

PERMISSION = "import_institutions"


@dataclass
class Outcome:
    """The answer of one run, in the shape of the import commands."""

    rows: int = 0
    counts: Counter = field(default_factory=Counter)
    issues: list[Issue] = field(default_factory=list)
    repaired: int = 0
    applied: bool = False
    notes: list[str] = field(default_factory=list)

    @property
    def stopped(self) -> bool:
        """True when an error or an open decision keeps the file out."""
        return stops(self.issues)

    def of(self, severity: Severity) -> list[Issue]:
        return [issue for issue in self.issues if issue.severity == severity]

    def as_json(self) -> dict:
        return {
            "rows": self.rows,
            **{name: self.counts[name] for name in (write.CREATE, write.UPDATE, write.UNCHANGED)},
            "errors": [issue.as_json() for issue in self.of(Severity.ERROR)],
            "decisions": [issue.as_json() for issue in self.of(Severity.DECISION)],
            "warnings": [issue.as_json() for issue in self.of(Severity.WARNING)],
            "repaired": self.repaired,
            "notes": self.notes,
            "applied": self.applied,
        }


def import_consortia(path: str | Path, *, by, apply: bool = False) -> Outcome:
    """Read the workbook and, with `apply` and no error in it, write it. Raises FileRefused for a file as a whole."""
    with open_source(path) as source:
        readers = _readers(source)
        outcome = Outcome(notes=list(source.notes))
        with transaction.atomic(), audit.acting(by, reason=f"导入 {Path(path).name}"):
            _Run(readers, outcome, by).everything()
            outcome.issues.sort(key=lambda issue: (list(SHEETS).index(issue.sheet.strip()), issue.row))
            outcome.applied = apply and not outcome.stopped
            if not outcome.applied:
                transaction.set_rollback(True)
    return outcome


def _readers(source: Source) -> dict[str, SheetReader]:
    readers = {}
    for name, columns in SHEETS.items():
        sheet = source.sheet(name)
        if sheet is None:
            continue
        sheet.name = name
        table = read_table(sheet, columns)
        if table is not None:
            readers[name] = SheetReader(table)
    if not readers:
        raise FileRefused(
            "no-sheet",
            f"没有找到“{'”“'.join(SHEETS)}”中的任何一张工作表。请按模板的工作表名和表头整理后再导入。",
        )
    return readers


class _Run:
    """One pass over the workbook: read every sheet, then write sheet after sheet."""

    def __init__(self, readers: dict[str, SheetReader], outcome: Outcome, by):
        self.readers, self.outcome, self.by = readers, outcome, by
        self.raw = {name: list(reader.rows()) for name, reader in readers.items()}
        self.lookups = rows.Lookups(
            places=Codes(self._mentions((CONSORTIA, "division"), (GRIDS, "division"), code=True)),
            institutions=Institutions(
                self._mentions((CONSORTIA, "lead"), (MEMBERS, "institution"), (CREDENTIALS, "institution"))
            ),
            subjects=Subjects(),
            authorities=Authorities(),
            kinds=Kinds(),
        )
        self.consortia: dict[str, Consortium | None] = {}

    def _mentions(self, *columns: tuple[str, str], code: bool = False) -> Iterable[str]:
        for sheet, name in columns:
            for row in self.raw.get(sheet, ()):
                try:
                    yield (cells.code if code else cells.optional)(row.raw.get(name, ""))[0]
                except cells.CellFault:
                    continue

    def everything(self) -> None:
        self._consortia()
        self._members()
        self._grids()
        self._credentials()
        self.outcome.rows = sum(reader.count for reader in self.readers.values())
        self.outcome.repaired = sum(reader.repaired for reader in self.readers.values())
        for reader in self.readers.values():
            self.outcome.issues += reader.issues

    # -- 医联体 ----------------------------------------------------------------------------------------------
    def _consortia(self) -> None:
        numbers: dict = {}
        seen: dict[str, int] = {}
        for row in self.raw.get(CONSORTIA, ()):
            read = rows.read_consortium(row, self.lookups)
            name = cells.text(row.raw.get("consortium", ""))[0]
            if name in seen:
                row.note(
                    "consortium",
                    "duplicate",
                    f"与第 {seen[name]} 行重名。",
                    "同一工作簿中医联体名称只能出现一次。",
                )
                continue
            seen[name] = row.number
            self.consortia[name] = None
            if read is None or not self._in_area(row, read):
                continue
            consortium, outcome = write.write_consortium(read, by=self.by)
            self.consortia[name] = consortium
            if consortium is None:
                continue
            self.outcome.counts[outcome] += 1
            if read.authority and read.registration_number:
                numbers.setdefault(read.authority, []).append(read.registration_number)
        for authority, issued in sorted(numbers.items(), key=lambda pair: pair[0].pk):
            numbering.move_on(authority, issued)

    def _in_area(self, row: Row, read: rows.ConsortiumRow) -> bool:
        if access.covers(self.by, PERMISSION, read.division):
            return True
        row.note(
            "division",
            "outside-area",
            f"“{read.division.name}”不在您负责的辖区内。",
            "请由该地的名录管理员导入，或核对区划代码。",
        )
        return False

    def _named(self, row: Row, name: str, mention: str) -> Consortium | None:
        """The consortium that another sheet names: of this workbook, else of the register within the area."""
        if mention in self.consortia:
            if self.consortia[mention] is None:
                row.note(
                    name,
                    "consortium-not-imported",
                    f"“{mention}”在医联体表中的那一行没有通过。",
                    "请先改正那一行。",
                )
            return self.consortia[mention]
        area = access.area_of(self.by, PERMISSION, prefix="division")
        known = Consortium.objects.filter(area, name=mention, closed_on=None)
        found = list(known.order_by("pk")[:2])
        if len(found) == 1:
            return found[0]
        if found:
            row.decide(
                name, "ambiguous-consortium", f"名录中有几个“{mention}”。", "请在医联体表中写明是哪一个。"
            )
        else:
            row.note(
                name,
                "unknown-consortium",
                f"没有名为“{mention}”的医联体。",
                "请核对名称，或在医联体表中加上它。",
            )
        return None

    # -- 成员单位、专科资质 ------------------------------------------------------------------------------------
    def _members(self) -> None:
        for row in self.raw.get(MEMBERS, ()):
            mention = cells.text(row.raw.get("consortium", ""))[0]
            known = self.consortia.get(mention)
            read = rows.read_member(row, self.lookups, known.division if known else None)
            if read is None:
                continue
            consortium = self._named(row, "consortium", read.consortium)
            if consortium is not None:
                outcome = write.write_member(read, consortium)
                if row.ok:
                    self.outcome.counts[outcome] += 1

    def _credentials(self) -> None:
        for row in self.raw.get(CREDENTIALS, ()):
            read = rows.read_credential(row, self.lookups)
            if read is not None and self._may_credit(row, read):
                self.outcome.counts[write.write_credential(read)] += 1

    def _may_credit(self, row: Row, read: rows.CredentialRow) -> bool:
        if access.covers(self.by, PERMISSION, read.institution):
            return True
        row.note(
            "institution",
            "outside-area",
            f"“{read.institution}”不在您负责的辖区内。",
            "请由该地的名录管理员导入。",
        )
        return False

    # -- 网格 ------------------------------------------------------------------------------------------------
    def _grids(self) -> None:
        lines = []
        by_number: dict[int, Row] = {}
        for row in self.raw.get(GRIDS, ()):
            read = rows.read_grid(row, self.lookups)
            if read is None:
                continue
            consortium = self._named(row, "consortium", read.consortium) if read.consortium else None
            townships = read.division.townships_during(read.start or timezone.localdate(), read.last)
            if not townships:
                row.note(
                    "division", "no-townships", f"“{read.division.name}”下没有乡镇街道。", "请改填九位代码。"
                )
            if not row.ok or not self._may_plan(row, read):
                continue
            by_number[row.number] = row
            lines.append(GridRow(row.number, read.grid, tuple(townships), consortium, read.start, read.last))
        if not lines:
            return
        outcome = import_grids(lines, by=self.by)
        self.outcome.counts[write.CREATE] += len(outcome.created)
        self.outcome.counts[write.UNCHANGED] += len(outcome.unchanged)
        for number, sentence in outcome.warnings:
            by_number[number].warn("grid", "contested-grid", sentence, "各方主张都已记录，由主管部门认定。")

    def _may_plan(self, row: Row, read: rows.GridLine) -> bool:
        if access.covers(self.by, PERMISSION, read.division):
            return True
        row.note(
            "division",
            "outside-area",
            f"“{read.division.name}”不在您负责的辖区内。",
            "请由该地的管理部门导入。",
        )
        return False
