"""Old Excel workbooks (.xls) written by code: one sheet of texts and numbers in the least BIFF8 that readers take."""

import struct
from pathlib import Path

SECTOR = 512
_FREE, _CHAIN_END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def _record(kind: int, body: bytes) -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def _cell(row: int, column: int, value) -> bytes:
    head = struct.pack("<HHH", row, column, 0)
    if isinstance(value, str):
        return _record(0x0204, head + struct.pack("<HB", len(value), 1) + value.encode("utf-16-le"))
    return _record(0x0203, head + struct.pack("<d", value))


def stream(cells: dict[tuple[int, int], object], sheet: str = "名录", before: bytes = b"") -> bytes:
    """The workbook stream; cells by (row, column) from 0, `before` stands behind the first record."""
    name = struct.pack("<BB", len(sheet), 1) + sheet.encode("utf-16-le")
    globals_begin = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0, 1997, 0, 6)) + before
    size = len(globals_begin) + 4 + 6 + len(name) + 4
    bound = _record(0x0085, struct.pack("<IBB", size, 0, 0) + name)
    body = b"".join(_cell(row, column, value) for (row, column), value in sorted(cells.items()))
    begin = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 1997, 0, 6))
    return globals_begin + bound + _record(0x000A, b"") + begin + body + _record(0x000A, b"")


def ole(content: bytes, name: str = "Workbook") -> bytes:
    """An OLE2 file with one stream."""
    content = content.ljust(max(4096, -(-len(content) // SECTOR) * SECTOR), b"\0")
    count = len(content) // SECTOR
    assert count <= 126
    header = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + b"\0" * 16
        + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6)
        + b"\0" * 6
    )
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, _CHAIN_END, 0, _CHAIN_END, 0)
    header += struct.pack("<109I", 0, *[_FREE] * 108)
    chain = [_FAT, _CHAIN_END, *range(3, 2 + count), _CHAIN_END]
    fat = struct.pack("<128I", *chain, *[_FREE] * (128 - len(chain)))
    directory = (
        _entry("Root Entry", 5, _CHAIN_END, 0, child=1) + _entry(name, 2, 2, len(content)) + b"\0" * 256
    )
    return header + fat + directory + content


def _entry(name: str, kind: int, start: int, size: int, child: int = _FREE) -> bytes:
    encoded = name.encode("utf-16-le") + b"\0\0"
    entry = encoded.ljust(64, b"\0") + struct.pack("<HBBIII", len(encoded), kind, 1, _FREE, _FREE, child)
    return entry + b"\0" * 36 + struct.pack("<III", start, size, 0)


def write(path: Path, rows, **how) -> Path:
    cells = {
        (number, column): value
        for number, row in enumerate(rows)
        for column, value in enumerate(row)
        if value not in (None, "")
    }
    path.write_bytes(ole(stream(cells, **how)))
    return path
