"""Members by list (成批列出成员): lines that were pasted or uploaded, each matched to the register or explained.

A line names an institution by 统一社会信用代码, 登记号 or name. Nothing is guessed: a name that several institutions bear,
or that only resembles one, is explained and left to the person.
"""

import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.core.files.uploadedfile import UploadedFile
from django.db.models import Q

from filing.models import Filing
from registry.errors import Refused
from registry.imports import cells
from registry.imports.cells import CellFault, match_key
from registry.imports.matching import spellings
from registry.imports.roster_columns import COLUMNS
from registry.imports.source import open_source
from registry.imports.table import read_table
from registry.models import Institution, InstitutionName

AT_MOST = 2000
WANTED = ("name", "uscc", "licence_number")


@dataclass(frozen=True)
class Line:
    """One line: where it stands, what it says, whom it means, or why it means nobody."""

    number: int
    text: str
    institution: Institution | None = None
    reason: str = ""


def pasted(text: str) -> list[tuple[int, str]]:
    """Lines of a pasted list; columns copied from a sheet are told apart by tabs, and the first that says something counts."""
    lines = [(number, line.strip()) for number, line in enumerate(text.splitlines(), 1)]
    return _limited([(number, line) for number, line in lines if line])


def uploaded(upload: UploadedFile) -> list[tuple[int, str]]:
    """Rows of a workbook or CSV: its columns 机构名称, 统一社会信用代码 or 登记号, found by the import's own readers."""
    with tempfile.NamedTemporaryFile(suffix=".upload") as file:
        for chunk in upload.chunks():
            file.write(chunk)
        file.flush()
        with open_source(file.name) as source:
            tables = [read_table(sheet, COLUMNS) for sheet in source.sheets if not sheet.hidden]
            table = next((t for t in tables if t and set(WANTED) & t.header.fields.keys()), None)
            if table is None:
                raise Refused("没有找到表头。请保留一列“机构名称”或“统一社会信用代码”，列名放在数据上方。")
            return _limited(list(_rows(table)))


def _rows(table) -> Iterator[tuple[int, str]]:
    for number, row, _ in table.rows():
        parts = [_said(row.get(name), name) for name in ("uscc", "licence_number", "name")]
        if text := "\t".join(part for part in parts if part):
            yield number, text


def _said(raw, name: str) -> str:
    try:
        return (cells.optional(raw) if name == "name" else cells.code(raw))[0] or ""
    except CellFault:
        return cells.shown(raw)


def _limited(lines: list[tuple[int, str]]) -> list[tuple[int, str]]:
    if len(lines) > AT_MOST:
        raise Refused(f"一次最多 {AT_MOST} 行，现有 {len(lines)} 行，请分几次添加。")
    if not lines:
        raise Refused("没有内容。每行写一家机构的名称或统一社会信用代码。")
    return lines


def match(filing: Filing, lines: Iterable[tuple[int, str]], *, user) -> list[Line]:
    """Whom each line means, in a fixed number of queries."""
    lines = list(lines)
    parts = {part for _, text in lines for part in _parts(text)}
    found = _candidates(user, parts)
    listed = set(filing.members.values_list("institution", flat=True))
    seen: dict[int, int] = {}
    matched = []
    for number, text in lines:
        line = _match(number, text, found)
        if line.institution is not None:
            line = _usable(line, filing, listed, seen)
        matched.append(line)
    return matched


def _parts(text: str) -> list[str]:
    return [part for part in (cells.text(part)[0] for part in text.split("\t")) if part]


def _candidates(user, parts: set[str]) -> dict[str, dict[int, Institution]]:
    codes = {part.upper() for part in parts}
    names = {spelling for part in parts for spelling in spellings(part)}
    aliases = InstitutionName.objects.filter(name__in=names).values_list("institution", "name")
    by_alias = defaultdict(list)
    for pk, name in aliases.order_by("pk"):
        by_alias[pk].append(name)
    reach = Institution.objects.visible_to(user).live().select_related("division", "institution_class")
    rows = reach.filter(
        Q(uscc__in=codes) | Q(licence_number__in=codes) | Q(name__in=names) | Q(pk__in=by_alias)
    )
    found: dict[str, dict[int, Institution]] = defaultdict(dict)
    for row in rows.order_by("name", "pk"):
        keys = {row.uscc, row.licence_number, match_key(row.name), *map(match_key, by_alias[row.pk])}
        for key in filter(None, keys):
            found[key][row.pk] = row
    return found


def _match(number: int, text: str, found: dict[str, dict[int, Institution]]) -> Line:
    shown = "　".join(_parts(text))
    for part in _parts(text):
        by_code = found.get(part.upper(), {})
        if len(by_code) == 1:
            return Line(number, shown, *by_code.values())
    for part in _parts(text):
        by_name = found.get(match_key(part), {})
        if len(by_name) == 1:
            return Line(number, shown, *by_name.values())
        if by_name:
            places = "、".join(
                f"{row}（{row.division.name} {row.uscc or '无代码'}）" for row in list(by_name.values())[:5]
            )
            return Line(
                number,
                shown,
                reason=f"名录中有 {len(by_name)} 家：{places}。请改写代码，或回到“成员单位”查找后选定。",
            )
    return Line(
        number,
        shown,
        reason="名录中没有完全相同的名称、别名或代码。请核对字样，或回到“成员单位”用名称的一部分查找。",
    )


def _usable(line: Line, filing: Filing, listed: set[int], seen: dict[int, int]) -> Line:
    """The matched line, or why this institution is not to be added."""
    institution = line.institution
    first = seen.setdefault(institution.pk, line.number)
    reasons = (
        (institution.pk == filing.lead_id, "是牵头医院，不列入成员单位。"),
        (institution.pk in listed, "已在成员单位中。"),
        (first != line.number, f"与第 {first} 行是同一家机构。"),
        (
            institution.status != Institution.Status.OPEN,
            f"名录中为“{institution.get_status_display()}”，不能列入。",
        ),
    )
    reason = next((reason for applies, reason in reasons if applies), "")
    return Line(line.number, line.text, None, f"“{institution}”{reason}") if reason else line
