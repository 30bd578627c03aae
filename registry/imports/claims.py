"""Who came first (先占): which row of a file first used a code or a name, for a million rows in bounded memory."""

from array import array
from collections.abc import Hashable

_SMALLEST = 1 << 10


class Claims:
    """Keys to the row that used them first, with a note of that row; about 40 bytes a key instead of some 300.

    A table with open addressing. Kept of a key is its 64-bit hash alone: that two keys of a million-row file share one
    happens once in some thirty million such files.
    """

    def __init__(self):
        self._used = 0
        self._allocate(_SMALLEST)

    def _allocate(self, size: int) -> None:
        self._mask, self._full = size - 1, size * 3 // 5
        self._keys, self._rows, self._notes = (array(kind, bytes(8 * size)) for kind in "qqq")

    def first(self, key: Hashable, row: int, note: int = 0) -> tuple[int, int]:
        """The row that used the key first, with its note: this one, unless an earlier one did."""
        hashed = hash(key) or 1
        keys, mask = self._keys, self._mask
        slot = hashed & mask
        while held := keys[slot]:
            if held == hashed:
                return self._rows[slot], self._notes[slot]
            slot = (slot + 1) & mask
        keys[slot], self._rows[slot], self._notes[slot] = hashed, row, note
        self._used += 1
        if self._used > self._full:
            self._grow()
        return row, note

    def _grow(self) -> None:
        old = self._keys, self._rows, self._notes
        self._allocate(2 * (self._mask + 1))
        keys, rows, notes, mask = self._keys, self._rows, self._notes, self._mask
        for hashed, row, note in zip(*old, strict=True):
            if hashed:
                slot = hashed & mask
                while keys[slot]:
                    slot = (slot + 1) & mask
                keys[slot], rows[slot], notes[slot] = hashed, row, note
