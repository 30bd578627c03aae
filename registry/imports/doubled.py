"""A cell that a sheet's XML holds twice (重复的格子): the parser keeps the last without a word.

To compare every address costs half as much as the whole guard, so it is only done for a sheet of which fewer values
came out than went in; formulas without a result are the harmless reason for that.
"""

import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from registry.imports.limits import LIMITS
from registry.imports.package import unpacked
from registry.imports.scan import column_number

MOST_LATE = 100_000  # cells out of order that are looked at; no program writes any
_CELL = re.compile(rb'<(?:\w+:)?c\b[^>]*?\sr="([A-Z]+)(\d+)"[^>/]*>')


def doubled_cell(path: Path, part: str) -> str:
    """The first address that holds two values in this part of a workbook, "" when there is none."""
    late = set()
    furthest = (0, 0)
    for letters, digits in _cells(path, part):
        here = (int(digits), column_number(letters.decode()))
        if here > furthest:
            furthest = here
        elif len(late) < MOST_LATE:
            late.add(letters + digits)
    if not late:
        return ""
    # Of two cells with one address the second stands where the first, or a later one, has been already.
    seen = Counter(letters + digits for letters, digits in _cells(path, part) if letters + digits in late)
    return next((address.decode() for address, times in seen.items() if times > 1), "")


def _cells(path: Path, part: str) -> Iterator[tuple[bytes, bytes]]:
    rest = b""
    with zipfile.ZipFile(path) as archive:
        for chunk in unpacked(archive, archive.getinfo(part), LIMITS.unpacked_bytes):
            window = rest + chunk
            cut = window.rfind(b"<")
            yield from _CELL.findall(window, 0, cut)
            rest = window[cut:]
