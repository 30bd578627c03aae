"""The package around the marked sheet (标注工作簿): styles, comments and one more sheet; every other part as it was."""

import posixpath
import re
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from xml.sax.saxutils import quoteattr

from registry.imports.limits import LIMITS, MB
from registry.imports.marked import comments, explanation
from registry.imports.marked.marks import RowMarks
from registry.imports.marked.sheet import MarkedSheet, cleaned
from registry.imports.marked.styles import MINIMAL, Styles
from registry.imports.package import unpacked
from registry.imports.scan import sheet_parts

_TYPES = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_RELS = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"></Relationships>'
_OURS = "yilianti"  # in the names of the parts that we add


class Package:
    """The sender's package while it is written anew: parts taken over, replaced and added."""

    def __init__(self, archive: zipfile.ZipFile):
        self.archive = archive
        self.names = set(archive.namelist())
        self.changed: dict[str, bytes] = {}

    def read(self, name: str, default: bytes = b"") -> bytes:
        if name in self.changed:
            return self.changed[name]
        if name not in self.names:
            return default
        return b"".join(self.chunks(name))

    def chunks(self, name: str) -> Iterator[bytes]:
        return unpacked(self.archive, self.archive.getinfo(name), LIMITS.unpacked_bytes)

    def relate(self, part: str, kind: str, target: str) -> str:
        """Point a part at another one; answers the relation's id."""
        name = rels_of(part)
        content = self.read(name, _RELS)
        used = re.findall(rb'\bId="([^"]+)"', content)
        number = next(n for n in range(1, len(used) + 2) if b"yl%d" % n not in used)
        line = f'<Relationship Id="yl{number}" Type="{_TYPES}/{kind}" Target="{target}"/>'.encode()
        content = re.sub(rb"<Relationships([^>]*)/>", rb"<Relationships\1></Relationships>", content)
        prefix = re.search(rb"</(\w+:)?Relationships>", content)
        if prefix and prefix[1]:
            line = line.replace(b"<Relationship ", b"<" + prefix[1] + b"Relationship ")
        self.changed[name] = content[: prefix.start()] + line + content[prefix.start() :]
        return f"yl{number}"

    def related(self, part: str, kind: str) -> str | None:
        """The part that a part points at by a relation of this kind."""
        for line in re.findall(rb"<(?:\w+:)?Relationship\b[^>]*>", self.read(rels_of(part))):
            if re.search(rb'\bType="[^"]*/' + kind.encode() + rb'"', line):
                target = re.search(rb'\bTarget="([^"]+)"', line)[1].decode()
                if target.startswith("/"):
                    return target.lstrip("/")
                return posixpath.normpath(posixpath.join(posixpath.dirname(part), target))
        return None

    def declare(self, line: str) -> None:
        """One more line of the content types."""
        content = self.read("[Content_Types].xml")
        found = re.search(rb"</(\w+:)?Types>", content)
        encoded = line.encode()
        if found[1]:
            encoded = encoded.replace(b"<", b"<" + found[1], 1)
        self.changed["[Content_Types].xml"] = content[: found.start()] + encoded + content[found.start() :]

    def override(self, part: str, kind: str) -> None:
        self.declare(f'<Override PartName="/{part}" ContentType="{_MAIN}.{kind}+xml"/>')


def rels_of(part: str) -> str:
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")


def write(
    source: Path,
    target: Path,
    *,
    sheet: str,
    header: int,
    column: int,
    marks: Iterable[RowMarks],
    told: Iterable[list[str]],
) -> None:
    """The workbook at `source` with marks in one sheet, to `target`; `column` (from 1) takes the messages."""
    with (
        zipfile.ZipFile(source) as archive,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as out,
    ):
        package = Package(archive)
        part = sheet_parts(archive)[0][sheet]
        styles_part = package.related("xl/workbook.xml", "styles")
        if styles_part is None:
            styles_part = f"xl/{_OURS}_styles.xml"
            package.relate("xl/workbook.xml", "styles", posixpath.basename(styles_part))
            package.override(styles_part, "styles")
        styles = Styles(package.read(styles_part, MINIMAL))
        notes, drawing = _comment_parts(package, part)
        before = package.read(notes, comments.EMPTY)
        marked = MarkedSheet(styles, marks, column=column, header=header, taken=comments.commented(before))
        relation = ""
        if drawing is None:
            drawing = _free(package, "xl/drawings/{}_notes{}.vml")
            relation = package.relate(part, "vmlDrawing", f"/{drawing}")
        _pour(out, part, marked.stream(package.chunks(part), relation))
        package.changed[notes] = comments.added(before, marked.comments)
        package.changed[drawing] = comments.drawn(
            package.read(drawing, comments.EMPTY_DRAWING), list(marked.comments)
        )
        package.changed[styles_part] = styles.render()
        explained = _add_sheet(package)
        _pour(out, explained, explanation.sheet_xml(iter(told), cleaned))
        for name in [*archive.namelist(), *(package.changed.keys() - package.names)]:
            if name == part or name.endswith("/"):
                continue
            _pour(out, name, [package.changed[name]] if name in package.changed else package.chunks(name))


def _pour(out: zipfile.ZipFile, name: str, chunks: Iterable[bytes]) -> None:
    with out.open(name, "w", force_zip64=True) as part:
        held = bytearray()
        for chunk in chunks:
            held += chunk
            if len(held) > MB:
                part.write(held)
                held = bytearray()
        part.write(held)


def _comment_parts(package: Package, part: str) -> tuple[str, str | None]:
    """Names of the comments part (made known to the package when new) and of the sheet's drawing, if it has one."""
    notes = package.related(part, "comments")
    if notes is None:
        notes = _free(package, "xl/{}_comments{}.xml")
        package.relate(part, "comments", f"/{notes}")
        package.override(notes, "comments")
    if b'Extension="vml"' not in package.read("[Content_Types].xml"):
        package.declare(
            '<Default Extension="vml" ContentType="application/vnd.openxmlformats-officedocument.vmlDrawing"/>'
        )
    return notes, package.related(part, "vmlDrawing")


def _free(package: Package, pattern: str) -> str:
    """A part name that the package does not have."""
    number = 1
    while pattern.format(_OURS, number) in package.names | package.changed.keys():
        number += 1
    return pattern.format(_OURS, number)


def _add_sheet(package: Package) -> str:
    """A last sheet for the explanation; answers the name of its part."""
    part = _free(package, "xl/worksheets/{}_told{}.xml")
    relation = package.relate("xl/workbook.xml", "worksheet", f"/{part}")
    package.override(part, "worksheet")
    book = package.read("xl/workbook.xml")
    names = {found.decode() for found in re.findall(rb'<(?:\w+:)?sheet\b[^>]*\bname="([^"]*)"', book)}
    ids = [int(found) for found in re.findall(rb'<(?:\w+:)?sheet\b[^>]*\bsheetId="(\d+)"', book)]
    title, number = explanation.TITLE, 1
    while title in names:
        number += 1
        title = f"{explanation.TITLE}{number}"
    found = re.search(rb"</(\w+:)?sheets>", book)
    p = (found[1] or b"").decode()
    line = (
        f'<{p}sheet xmlns:yl="{_TYPES}" name={quoteattr(title)} sheetId="{max(ids) + 1}" yl:id="{relation}"/>'
    )
    package.changed["xl/workbook.xml"] = book[: found.start()] + line.encode() + book[found.start() :]
    return part
