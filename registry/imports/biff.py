"""Extent of the sheets of an .xls (BIFF) workbook, before a parser allocates the rectangle between far cells.

Only what the container and the records' heads say is read; whatever does not fit is left to the parser to refuse.
"""

import struct
from collections.abc import Iterator

_END, _HEADER = 0xFFFFFFFA, 512  # sector numbers from here on are marks, not sectors
_CELLS = frozenset((0x0006, 0x00BD, 0x00BE, 0x00D6, 0x00FD, 0x0203, 0x0204, 0x0205, 0x027E, 0x0001, 0x0002, 0x0003, 0x0004, 0x0005))  # fmt: skip
_BLANKS = frozenset((0x00BE, 0x0001))
_BOF = frozenset((0x0009, 0x0209, 0x0409, 0x0809))
_STREAMS = ("Workbook", "Book")


class _Ole:
    """Sectors of an OLE2 file, chained by its allocation table."""

    def __init__(self, data: bytes):
        self._data = data
        (shift, mini_shift) = struct.unpack_from("<HH", data, 30)
        self._size, self._mini_size = 1 << min(shift, 12), 1 << min(mini_shift, 12)
        (directory, _, self._cutoff, mini_fat, _, more, _) = struct.unpack_from("<IIIIIII", data, 48)
        table = list(struct.unpack_from("<109I", data, 76))
        while more < _END and len(table) * self._size < len(data):
            sector = self._sector(more)
            *entries, more = struct.unpack(f"<{len(sector) // 4}I", sector)
            table += entries
        fat = b"".join(self._sector(number) for number in table if number < _END)
        self._fat = struct.unpack(f"<{len(fat) // 4}I", fat)
        self._entries = self._chain(directory)
        mini = self._chain(mini_fat)
        self._mini_fat = struct.unpack(f"<{len(mini) // 4}I", mini[: len(mini) // 4 * 4])

    def _sector(self, number: int) -> bytes:
        start = _HEADER + number * self._size
        return self._data[start : start + self._size]

    def _chain(self, number: int) -> bytes:
        parts, seen = [], 0
        while number < len(self._fat) and seen <= len(self._fat):
            parts.append(self._sector(number))
            number, seen = self._fat[number], seen + 1
        return b"".join(parts)

    def stream(self, *names: str) -> bytes:
        """Content of the first stream with one of these names."""
        root = b""
        for at in range(0, len(self._entries) - 127, 128):
            entry = self._entries[at : at + 128]
            length, kind = struct.unpack_from("<HB", entry, 64)
            start, size = struct.unpack_from("<II", entry, 116)
            if kind == 5:
                root = self._chain(start)
            name = entry[: max(min(length, 64) - 2, 0)].decode("utf-16-le", "replace")
            if kind == 2 and name in names:
                return self._chain(start)[:size] if size >= self._cutoff else self._mini(root, start)[:size]
        return b""

    def _mini(self, root: bytes, number: int) -> bytes:
        parts, seen = [], 0
        while number < len(self._mini_fat) and seen <= len(self._mini_fat):
            parts.append(root[number * self._mini_size : (number + 1) * self._mini_size])
            number, seen = self._mini_fat[number], seen + 1
        return b"".join(parts)


def extents(data: bytes) -> Iterator[tuple[int, int, int]]:
    """(rows, columns, cells with a value) of every sheet; nothing when the container cannot be followed."""
    try:
        stream = _Ole(data).stream(*_STREAMS)
    except (struct.error, ValueError, IndexError):
        return
    rows = columns = values = at = 0
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        if kind in _BOF:
            if values:
                yield rows, columns, values
            rows = columns = values = 0
        elif kind in _CELLS and length >= 4 and at + 8 <= len(stream) and kind not in _BLANKS:
            row, column = struct.unpack_from("<HH", stream, at + 4)
            if kind == 0x00BD and length >= 6 and at + 4 + length <= len(stream):
                (last,) = struct.unpack_from("<H", stream, at + 2 + length)
                values += max(last - column, 0)
                column = max(column, last)
            rows, columns, values = max(rows, row + 1), max(columns, column + 1), values + 1
        at += 4 + length
    if values:
        yield rows, columns, values
