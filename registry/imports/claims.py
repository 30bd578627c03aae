"""Who came first (先占): which row of a file first used a code or a name, for a million rows in bounded memory."""

from array import array
from collections.abc import Hashable

_FEW = 100_000
_ROW_BITS = 24  # more than the rows a file may have


class Claims:
    """Keys to the row that used them first, with a note of that row (a number below 2**38).

    Kept of a key is its 64-bit hash alone: that two keys of a million-row file share one happens once in some thirty
    million such files. A dictionary holds them as long as they are few, then a table with open addressing: it is
    slower, but takes 32 bytes a key instead of 130.
    """

    def __init__(self):
        self._few: dict[int, int] = {}
        self._used = 0

    def first(self, key: Hashable, row: int, note: int = 0) -> tuple[int, int]:
        """The row that used the key first, with its note: this one, unless an earlier one did."""
        hashed, claim = hash(key) or 1, note << _ROW_BITS | row
        if self._used < _FEW:
            held = self._few.setdefault(hashed, claim)
            if held is claim and len(self._few) == _FEW:
                self._move()
        else:
            held = self._claim(hashed, claim)
        return (row, note) if held == claim else (held & (1 << _ROW_BITS) - 1, held >> _ROW_BITS)

    def _claim(self, hashed: int, claim: int) -> int:
        keys, mask = self._keys, self._mask
        slot = hashed & mask
        while held := keys[slot]:
            if held == hashed:
                return self._claims[slot]
            slot = (slot + 1) & mask
        keys[slot], self._claims[slot] = hashed, claim
        self._used += 1
        if self._used > self._full:
            self._allocate(2 * (mask + 1), zip(keys, self._claims, strict=True))
        return claim

    def _move(self) -> None:
        self._used = _FEW
        self._allocate(1 << 18, self._few.items())
        self._few = {}

    def _allocate(self, size: int, held) -> None:
        keys, claims, mask = array("q", bytes(8 * size)), array("q", bytes(8 * size)), size - 1
        for hashed, claim in held:
            if hashed:
                slot = hashed & mask
                while keys[slot]:
                    slot = (slot + 1) & mask
                keys[slot], claims[slot] = hashed, claim
        self._keys, self._claims, self._mask, self._full = keys, claims, mask, size * 3 // 5
