"""Styles of a workbook with a few added (样式): each marked cell keeps its own look and gets a background."""

import re

from registry.imports.marked.marks import FILLS

_NS = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
MINIMAL = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><styleSheet xmlns="' + _NS + b'">'
    b'<fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>'
    b'<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>'
    b'<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    b'<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    b'<cellXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/></cellXfs></styleSheet>'
)


class Styles:
    """The styles part as text; new formats are asked for by `marked` and `wrapped` and written by `render`."""

    def __init__(self, content: bytes):
        self._content = content
        prefix = re.search(rb"<(\w+:)?styleSheet\b", content)
        self._p = (prefix[1] or b"") if prefix else b""
        self._fills = self._section(b"fills")
        self._formats = self._section(b"cellXfs")
        self._first_fill = len(re.findall(rb"<" + self._p + rb"fill\b", self._fills[0]))
        self._known = re.findall(
            rb"<" + self._p + rb"xf\b[^>]*?/>|<" + self._p + rb"xf\b.*?</" + self._p + rb"xf>",
            self._formats[0],
            re.DOTALL,
        )
        self._added: list[bytes] = []
        self._numbers: dict[tuple[int, str], int] = {}

    def _section(self, name: bytes) -> tuple[bytes, int, int]:
        """Content of a section, and where it begins and ends (its tags included)."""
        p = self._p
        found = re.search(rb"<" + p + name + rb"\b[^>]*>(.*?)</" + p + name + rb">", self._content, re.DOTALL)
        if not found:
            raise ValueError(f"styles without {name.decode()}")
        return found[1], found.start(), found.end()

    def marked(self, old: int, severity: str) -> int:
        """Number of the format that is `old` with the background of a severity."""
        fill = self._first_fill + list(FILLS).index(severity)
        return self._number(old, severity, lambda xf: _with(xf, fillId=fill, applyFill=1))

    def wrapped(self) -> int:
        """Number of a plain format for long text."""
        p = self._p
        plain = (
            b"<" + p + b'xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0" applyAlignment="1"><'
            + p + b'alignment vertical="top" wrapText="1"/></' + p + b"xf>"
        )  # fmt: skip
        return self._number(0, "wrapped", lambda xf: plain)

    def _number(self, old: int, what: str, change) -> int:
        if (old, what) not in self._numbers:
            self._added.append(change(self._known[old] if old < len(self._known) else self._known[0]))
            self._numbers[old, what] = len(self._known) + len(self._added) - 1
        return self._numbers[old, what]

    def render(self) -> bytes:
        """The part with the added fills and formats."""
        p = self._p
        fills = b"".join(
            b"<" + p + b'fill><' + p + b'patternFill patternType="solid"><' + p + b'fgColor rgb="'
            + colour.encode() + b'"/></' + p + b"patternFill></" + p + b"fill>"
            for colour in FILLS.values()
        )  # fmt: skip
        parts = [
            (self._fills, b"fills", fills, self._first_fill + len(FILLS)),
            (self._formats, b"cellXfs", b"".join(self._added), len(self._known) + len(self._added)),
        ]
        content = self._content
        for (inner, start, end), name, added, count in sorted(parts, key=lambda one: -one[0][1]):
            section = b"<" + p + name + b' count="%d">' % count + inner + added + b"</" + p + name + b">"
            content = content[:start] + section + content[end:]
        return content


def _with(xf: bytes, **attributes: int) -> bytes:
    """A format with some of its attributes replaced."""
    opening, closing, rest = re.fullmatch(rb"(<[^>]*?)(/?>)(.*)", xf, re.DOTALL).groups()
    for name, value in attributes.items():
        opening = re.sub(rb"\s" + name.encode() + rb'="[^"]*"', b"", opening)
        opening += b' %s="%d"' % (name.encode(), value)
    return opening + closing + rest
