"""Code lists of other systems (外部代码表): read, matched by county and name, the rest left to a person.

A foreign code never identifies a place by itself: readings of the same digits differ between systems.
"""

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile

from django.core.files import File
from django.db import connection, transaction

from registry import access, audit
from registry.imports.cells import match_key, text
from registry.imports.limits import FileRefused
from registry.imports.source import open_source
from registry.models import (
    Division,
    ForeignCode,
    ForeignCodeList,
    ForeignCodeRow,
    ManagementArea,
    ManagementAreaDivision,
)
from registry.places.codes import Codes

CODE_TITLES = frozenset(("代码", "区划代码", "编码", "code", "行政区划代码"))
NAME_TITLES = frozenset(("名称", "区划名称", "name", "行政区划名称"))
COUNTY_TITLES = frozenset(("区县代码", "上级代码", "parent_code", "county_code"))
MOST_ROWS = 100_000
LONGEST_CODE, LONGEST_NAME = (ForeignCode._meta.get_field(name).max_length for name in ("code", "name"))
LOCK_CLASS = 5_157  # namespace of the advisory locks of systems of codes
State = ForeignCodeRow.State


@dataclass
class Line:
    """A row as it was read."""

    number: int
    code: str
    name: str
    county: str


@transaction.atomic
def bring_in(file: File, *, system: str, source: str, by) -> ForeignCodeList:
    """Read a list and match what can be matched. Raises Refused with a sentence for a file that cannot be read."""
    if not access.may(by, "manage_institutions"):
        access.require(by, "manage_institutions")
    with NamedTemporaryFile(suffix=".upload") as copy:
        for chunk in file.chunks():
            copy.write(chunk)
        copy.flush()
        lines = read(copy.name)
    return store(lines, system=system, source=source, file_name=Path(file.name).name, by=by)


def read(path: str | Path) -> list[Line]:
    """The lines of a list: a header with 代码 and 名称, and 区县代码 where the code does not begin with it."""
    with open_source(path) as source:
        for sheet in source.sheets:
            header: dict[str, int] = {}
            lines: list[Line] = []
            for number, cells in sheet.rows():
                values = [text(cell)[0] if isinstance(cell, str) else _digits(cell) for cell in cells]
                if not header:
                    header = _header(values)
                    continue
                code, name = _at(values, header["code"]), _at(values, header["name"])
                if code and name:
                    _check_length(number, code, name)
                    county = _at(values, header["county"]) if "county" in header else code[:6]
                    lines.append(Line(number, code, name, county[:6]))
                if len(lines) > MOST_ROWS:
                    raise FileRefused("too-many-rows", f"代码表超过 {MOST_ROWS:,} 行。请拆成几份再上传。")
            if lines:
                return lines
    raise FileRefused("no-header", "没有找到“代码”和“名称”两列，或者下面没有内容。请检查表头。")


def _check_length(number: int, code: str, name: str) -> None:
    for what, said, longest in (("代码", code, LONGEST_CODE), ("名称", name, LONGEST_NAME)):
        if len(said) > longest:
            raise FileRefused(
                "too-long",
                f"第 {number} 行的{what}有 {len(said)} 个字，最多 {longest} 个。请核对这一行后重新上传。",
            )


def _digits(cell) -> str:
    if cell is None:
        return ""
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def _at(values: list[str], index: int) -> str:
    return values[index].strip() if index < len(values) else ""


def _header(values: list[str]) -> dict[str, int]:
    found = {}
    for index, value in enumerate(values):
        word = value.strip().lower()
        for key, titles in (("code", CODE_TITLES), ("name", NAME_TITLES), ("county", COUNTY_TITLES)):
            if word in titles:
                found.setdefault(key, index)
    return found if {"code", "name"} <= found.keys() else {}


def alone(system: str) -> None:
    """Until the transaction ends nobody else writes codes of this system, nor takes a list of it back."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [LOCK_CLASS, system])


@transaction.atomic
def store(lines: list[Line], *, system: str, source: str, file_name: str, by) -> ForeignCodeList:
    """Keep a list and match it; the same code twice in a list counts once, and waits where its names differ."""
    alone(system)
    unique = {line.code: line for line in lines}
    doubtful = _of_several_names(lines)
    with audit.acting(by, reason=f"外部代码表：{system}"[:300]):
        kept = ForeignCodeList.objects.create(system=system, source=source, file_name=file_name[:255], by=by)
        matcher = _Matcher(unique.values())
        rows = [matcher.row(kept, line) for line in unique.values()]
        own = reach(by, [row.division_id for row in rows if row.division_id])
        for row in rows:
            if row.code in doubtful:
                row.candidates = [row.division_id] if row.division_id else row.candidates
                row.state, row.division_id, row.why = State.OPEN, None, doubtful[row.code]
            elif row.division_id and row.division_id not in own:
                row.state, row.candidates = State.OPEN, [row.division_id]
                row.why, row.division_id = "在您的辖区以外，由当地名录管理员认定", None
        ForeignCodeRow.objects.bulk_create(rows, batch_size=2000)
        write([row for row in rows if row.division_id], kept)
    return kept


def _of_several_names(lines: list[Line]) -> dict[str, str]:
    """What to say of each code that stands in a list under different names or counties."""
    first: dict[str, Line] = {}
    doubtful = {}
    for line in lines:
        known = first.setdefault(line.code, line)
        if (known.name, known.county) != (line.name, line.county):
            doubtful[line.code] = f"第 {known.number} 行与第 {line.number} 行代码相同，内容不同"
    return doubtful


def reach(by, ids: list[int]) -> set[int]:
    """Those of these places that the person keeps."""
    inside = Division.objects.filter(access.area_of(by, "manage_institutions", prefix=""), pk__in=ids)
    return set(inside.values_list("pk", flat=True))


def write(rows: list[ForeignCodeRow], kept: ForeignCodeList) -> None:
    """The foreign codes of matched rows; one that is known already is not written twice."""
    known = {
        (one.code, one.division_id): one
        for one in ForeignCode.objects.filter(system=kept.system, code__in=[row.code for row in rows])
    }
    fresh = [
        ForeignCode(
            division_id=row.division_id,
            system=kept.system,
            code=row.code,
            name=row.name,
            source=f"{kept.source}（第 {row.number} 行）"[:200],
        )
        for row in rows
        if (row.code, row.division_id) not in known
    ]
    ForeignCode.objects.bulk_create(fresh, batch_size=2000)
    made = {(one.code, one.division_id): one for one in fresh}
    for row in rows:
        row.foreign_code = made.get((row.code, row.division_id))
    ForeignCodeRow.objects.bulk_update([row for row in rows if row.foreign_code_id], ["foreign_code"], 2000)


class _Matcher:
    """Places of the counties in a list, read in sets."""

    def __init__(self, lines):
        self.codes = Codes(line.county for line in lines)
        areas = ManagementArea.objects.filter(code__in={line.county for line in lines})
        self._areas = dict(areas.values_list("code", "pk"))
        found = {line.county: self._county(line.county) for line in lines}
        self._counties = {code: place for code, place in found.items() if place}
        self._exact: dict[tuple, list] = defaultdict(list)
        self._loose: dict[tuple, list] = defaultdict(list)
        ids = {place.id for place in self._counties.values()}
        rows = Division.objects.current().filter(level=Division.Level.TOWNSHIP, parent__in=ids)
        # A second code of the same place is left to its area: in its county the name means the first one.
        for pk, parent, name in (
            rows.filter(physical_unit=None).order_by("code").values_list("pk", "parent_id", "name")
        ):
            self._keep(("county", parent), pk, name)
        inside = ManagementAreaDivision.objects.filter(
            area__in=self._areas.values(), division__level=Division.Level.TOWNSHIP, division__valid_to=None
        ).exclude(division__physical_unit=None)
        for area, pk, name in inside.order_by("division__code").values_list(
            "area_id", "division_id", "division__name"
        ):
            self._keep(("area", area), pk, name)

    def _keep(self, where: tuple, pk: int, name: str) -> None:
        self._exact[*where, match_key(name)].append(pk)
        self._loose[*where, _stem(name)].append(pk)

    def _county(self, code: str):
        place = self.codes.find(code).place
        return place if place and place.level != Division.Level.TOWNSHIP else None

    def row(self, kept: ForeignCodeList, line: Line) -> ForeignCodeRow:
        row = ForeignCodeRow(
            code_list=kept, number=line.number, code=line.code, name=line.name, county_code=line.county
        )
        row.state = State.OPEN
        county = self._counties.get(line.county)
        area = self._areas.get(line.county)
        if area is None and county is None:
            row.why = f"没有代码为 {line.county} 的区县"
        elif _is_upper(line) or (county and match_key(county.name) == match_key(line.name)):
            self._upper(row, county, line)
        else:
            where = ("area", area) if area else ("county", county.id)
            self._township(row, where, line)
        return row

    def _upper(self, row: ForeignCodeRow, county, line: Line) -> None:
        if county is None:
            row.why = "是功能区，没有国家行政区划代码"
        elif match_key(county.name) == match_key(line.name):
            row.state, row.division_id = State.MATCHED, county.id
        else:
            row.candidates, row.why = [county.id], f"代码是{county.name}，名称不同"

    def _township(self, row: ForeignCodeRow, where: tuple, line: Line) -> None:
        exact = self._exact[*where, match_key(line.name)]
        loose = self._loose[*where, _stem(line.name)]
        if len(exact) == 1:
            row.state, row.division_id = State.MATCHED, exact[0]
        elif exact or loose:
            row.candidates = (exact or loose)[:10]
            row.why = "名称有几个相同" if exact else "名称相近"
        else:
            row.why = "该区县没有这个名称"


def _is_upper(line: Line) -> bool:
    """The line is the county itself. A code of its own making, beside a column of counties, says nothing about that."""
    return line.code.startswith(line.county) and not line.code[6:9].strip("0")


def _stem(name: str) -> str:
    key = match_key(name)
    for ending in ("街道办事处", "办事处", "街道", "地区", "镇", "乡"):
        if key.endswith(ending) and len(key) > len(ending) + 1:
            return key.removesuffix(ending)
    return key
