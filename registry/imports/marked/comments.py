"""Comments on cells (批注): the part that holds their text, and the drawing that spreadsheet programs show them by."""

import re
from xml.sax.saxutils import escape

from registry.imports.scan import address

AUTHOR = "导入检查"
_NS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
EMPTY = f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><comments xmlns="{_NS}"><authors/><commentList/></comments>'.encode()
EMPTY_DRAWING = (
    b'<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
    b'xmlns:x="urn:schemas-microsoft-com:office:excel"><o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="1"/>'
    b"</o:shapelayout></xml>"
)
_TYPE = (
    '<v:shapetype id="_x0000_t202" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe">'
    '<v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
)
_SHAPE = (
    '<v:shape id="_x0000_s{id}" type="#_x0000_t202" style="position:absolute;width:180pt;height:70pt;z-index:1;'
    'visibility:hidden" fillcolor="#ffffe1" o:insetmode="auto"><v:fill color2="#ffffe1"/><v:shadow on="t" color="black" '
    'obscured="t"/><v:path o:connecttype="none"/><v:textbox style="mso-direction-alt:auto"/><x:ClientData '
    'ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/><x:Anchor>{left}, 15, {top}, 2, {right}, 31, {bottom}, 8'
    "</x:Anchor><x:AutoFill>False</x:AutoFill><x:Row>{row}</x:Row><x:Column>{column}</x:Column></x:ClientData></v:shape>"
)


def commented(content: bytes) -> set[str]:
    """Cells that carry a comment of the sender."""
    return {
        found.decode() for found in re.findall(rb"<(?:\w+:)?comment\b[^>]*\bref=\"([A-Z]+\d+)\"", content)
    }


def added(content: bytes, texts: dict[str, str]) -> bytes:
    """The comments part with ours behind the sender's, whose cells `texts` must leave out."""
    p = _prefix(content, "comments")
    content = _opened(_opened(content, p, "authors"), p, "commentList")
    authors = content[: content.index(f"</{p}authors>".encode())].count(f"<{p}author>".encode())
    authors += content.count(f"<{p}author/>".encode())
    ours = "".join(
        f'<{p}comment ref="{cell}" authorId="{authors}"><{p}text><{p}r><{p}t xml:space="preserve">'
        f"{escape(text)}</{p}t></{p}r></{p}text></{p}comment>"
        for cell, text in texts.items()
    )
    content = _before(content, f"</{p}authors>", f"<{p}author>{AUTHOR}</{p}author>")
    return _before(content, f"</{p}commentList>", ours)


def drawn(content: bytes, cells: list[str]) -> bytes:
    """The drawing with one hidden note for each cell."""
    used = [int(number) for number in re.findall(rb'"_x0000_s(\d+)"', content)]
    first = max(used, default=1024) + 1
    shapes = [] if b'id="_x0000_t202"' in content else [_TYPE]
    for number, cell in enumerate(cells):
        row, column = address(cell)
        shapes.append(
            _SHAPE.format(
                id=first + number, row=row - 1, column=column - 1, left=column, right=column + 3,
                top=max(row - 2, 0), bottom=max(row - 2, 0) + 4,
            )
        )  # fmt: skip
    return _before(content, "</xml>", "".join(shapes))


def _prefix(content: bytes, root: str) -> str:
    found = re.search(rb"<(\w+:)?" + root.encode() + rb"\b", content)
    return (found[1] or b"").decode() if found else ""


def _opened(content: bytes, p: str, name: str) -> bytes:
    """An empty element as a pair of tags."""
    return content.replace(f"<{p}{name}/>".encode(), f"<{p}{name}></{p}{name}>".encode())


def _before(content: bytes, tag: str, inserted: str) -> bytes:
    at = content.rindex(tag.encode())
    return content[:at] + inserted.encode() + content[at:]
