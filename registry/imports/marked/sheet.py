"""The sheet's XML with marks in it (标注工作表): streamed, row by row; what is not marked is passed on byte for byte."""

import re
from collections.abc import Iterable, Iterator
from xml.sax.saxutils import escape

from registry.imports.limits import MB
from registry.imports.marked.marks import MOST_COMMENTS, RESULT_TITLE, RowMarks
from registry.imports.marked.styles import Styles
from registry.imports.scan import column_letter, column_number

_WIDTH = 60
# What may stand behind a legacyDrawing in a worksheet.
_AFTER_DRAWING = (b"legacyDrawingHF", b"drawingHF", b"picture", b"oleObjects", b"controls", b"webPublishItems", b"tableParts", b"extLst")  # fmt: skip
_RELATIONS = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


def cleaned(text: str) -> str:
    """Text without what XML cannot hold."""
    return _ILLEGAL.sub("", text)


class MarkedSheet:
    """One pass over a sheet. Afterwards `comments` holds the text by cell, for those that get one."""

    def __init__(
        self, styles: Styles, marks: Iterable[RowMarks], *, column: int, header: int, taken: set[str]
    ):
        self._styles, self._marks = styles, iter(marks)
        self._next = next(self._marks, None)
        self._column, self._header = column, header
        self._taken = taken
        self._row = 0
        self.comments: dict[str, str] = {}
        self.marked_rows = 0

    def stream(self, chunks: Iterable[bytes], drawing: str) -> Iterator[bytes]:
        """The sheet with its marks; `drawing` is the relation of the comments' drawing, "" when the sheet has one."""
        rest, started = b"", False
        for chunk in chunks:
            rest += chunk
            if not started:
                self._look_at_head(rest)
            cut = rest.rfind(self._open)
            if cut <= 0 and len(rest) < 8 * MB:
                continue
            cut = cut if cut > 0 else 0
            if not started and cut:
                rest, cut, started = *self._with_head(rest, cut), True
            yield self._rows(rest[:cut])
            rest = rest[cut:]
        if not started:
            self._look_at_head(rest)
            rest = self._with_head(rest, len(rest))[0]
        tail = rest.find(b"</" + self._p + b"sheetData>")
        tail = tail if tail >= 0 else len(rest)
        yield self._rows(rest[:tail])
        yield self._with_drawing(rest[tail:], drawing) if drawing else rest[tail:]

    def _look_at_head(self, head: bytes) -> None:
        found = re.search(rb"<(\w+:)?worksheet[\s>]", head)
        p = self._p = (found[1] or b"") if found else b""
        self._open = b"<" + p + b"row"
        self._rows_open = re.compile(rb"<" + p + rb"row(?=[\s/>])([^>]*?)(/?)>")
        self._cells = re.compile(rb"<" + p + rb"c(?=[\s/>])([^>]*?)(?:/>|>(.*?)</" + p + rb"c>)", re.DOTALL)

    def _with_head(self, head: bytes, cut: int) -> tuple[bytes, int]:
        """What stands before the rows, with room for our column."""
        p, letter = self._p, column_letter(self._column).encode()
        front = head[:cut]
        at = front.find(b"<" + p + b"sheetData")
        if at < 0:
            return head, cut
        before = front[:at]
        before = re.sub(
            rb"(<" + p + rb'dimension ref="[A-Z]+\d+):[A-Z]+(\d+"/>)',
            lambda found: found[1] + b":" + letter + found[2],
            before,
        )
        width = b"<" + p + b'col min="%d" max="%d" width="%d" customWidth="1"/>' % (self._column, self._column, _WIDTH)  # fmt: skip
        last = max(
            (int(one) for one in re.findall(rb"<" + p + rb'col\b[^>]*\bmax="(\d+)"', before)), default=0
        )
        closing = b"</" + p + b"cols>"
        if closing in before and last < self._column:
            before = before.replace(closing, width + closing)
        elif closing not in before:
            before += b"<" + p + b"cols>" + width + closing
        return before + head[at:], cut + len(before) - at

    def _rows(self, window: bytes) -> bytes:
        done, out = 0, []
        for found in self._rows_open.finditer(window):
            attributes, empty = found[1], found[2]
            number = re.search(rb'\br="(\d+)"', attributes)
            self._row = int(number[1]) if number else self._row + 1
            marks = self._marks_of(self._row)
            if marks is None and self._row != self._header:
                continue
            closing = b"</" + self._p + b"row>"
            end = found.end() if empty else window.index(closing, found.end()) + len(closing)
            inner = b"" if empty else window[found.end() : end - len(closing)]
            out += [window[done : found.start()], self._edited(attributes, inner, marks)]
            done = end
        out.append(window[done:])
        return b"".join(out)

    def _marks_of(self, row: int) -> RowMarks | None:
        while self._next and self._next.number < row:
            self._next = next(self._marks, None)
        return self._next if self._next and self._next.number == row else None

    def _edited(self, attributes: bytes, inner: bytes, marks: RowMarks | None) -> bytes:
        cells: dict[int, bytes] = {}
        column = 0
        for found in self._cells.finditer(inner):
            at = re.search(rb'\br="([A-Z]+)\d+"', found[1])
            column = column_number(at[1].decode()) if at else column + 1
            cells[column] = found[0]
        if marks:
            self.marked_rows += 1
            for letter, (severity, message) in marks.cells.items():
                cells[column_number(letter)] = self._coloured(cells, letter, severity)
                self._comment(f"{letter}{self._row}", message)
        text = "\n".join(
            filter(None, (RESULT_TITLE if self._row == self._header else "", marks and marks.text))
        )
        cells[self._column] = self._text(text)
        attributes = re.sub(rb'\sspans="[^"]*"', b"", attributes)
        p = self._p
        return (
            self._open
            + attributes
            + b">"
            + b"".join(cells[one] for one in sorted(cells))
            + b"</"
            + p
            + b"row>"
        )

    def _coloured(self, cells: dict[int, bytes], letter: str, severity: str) -> bytes:
        cell = cells.get(column_number(letter))
        if cell is None:
            return b"<" + self._p + b'c r="%s%d" s="%d"/>' % (
                letter.encode(), self._row, self._styles.marked(0, severity),
            )  # fmt: skip
        opening = re.match(rb"<[^>]*>", cell)[0]
        old = re.search(rb'\ss="(\d+)"', opening)
        number = self._styles.marked(int(old[1]) if old else 0, severity)
        plain = opening.replace(old[0], b"") if old else opening
        name = b"<" + self._p + b"c"
        return name + b' s="%d"' % number + plain[len(name) :] + cell[len(opening) :]

    def _comment(self, cell: str, message: str) -> None:
        if cell not in self._taken and len(self.comments) < MOST_COMMENTS:
            self.comments[cell] = cleaned(message)

    def _text(self, text: str) -> bytes:
        p = self._p.decode()
        return (
            f'<{p}c r="{column_letter(self._column)}{self._row}" s="{self._styles.wrapped()}" t="inlineStr"><{p}is>'
            f'<{p}t xml:space="preserve">{escape(cleaned(text))}</{p}t></{p}is></{p}c>'
        ).encode()

    def _with_drawing(self, tail: bytes, relation: str) -> bytes:
        """The end of the sheet with a reference to the drawing at its place among the children of the root."""
        p = self._p
        element = (
            b"<" + p + b'legacyDrawing xmlns:yl="' + _RELATIONS + b'" yl:id="' + relation.encode() + b'"/>'
        )
        depth = 1  # inside sheetData, which ends first
        for found in re.finditer(rb"<(/?)((?:\w+:)?\w+)[^>]*?(/?)>", tail):
            name = found[2].removeprefix(p)
            if found[1]:
                if depth == 0:
                    return tail[: found.start()] + element + tail[found.start() :]
                depth -= 1
                continue
            if depth == 0 and name in _AFTER_DRAWING:
                return tail[: found.start()] + element + tail[found.start() :]
            depth += not found[3]
        return tail
