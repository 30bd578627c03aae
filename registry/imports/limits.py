"""What a file may be at most, and the refusal of a file as a whole (整份退回)."""

from dataclasses import dataclass

from registry.errors import Refused

MB = 1024 * 1024


class FileRefused(Refused):
    """The file cannot be read at all; `code` names the reason for tests and logs, the message is Chinese."""

    def __init__(self, code: str, message: str):
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Limits:
    """Bounds that keep reading within memory. `ratio` applies to package parts larger than `ratio_from` bytes."""

    file_bytes: int = 400 * MB
    unpacked_bytes: int = 1024 * MB
    text_part_bytes: int = 256 * MB  # shared strings are held in memory as a whole
    entries: int = 2_000
    ratio: int = 200
    ratio_from: int = 4 * MB
    rows: int = 1_100_000
    columns: int = 256
    cells: int = 15_000_000
    sparse_from: int = 2_000_000  # a smaller rectangle costs little, however empty it is
    sparse: int = 50  # times more cells than values: a few of them lie far away
    cell_characters: int = 32_767


LIMITS = Limits()
