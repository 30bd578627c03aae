"""How long a list of people may be: it is read and applied within one request."""

from registry.imports.limits import MB, Limits

ROWS = 200
LIMITS = Limits(
    file_bytes=5 * MB, unpacked_bytes=40 * MB, text_part_bytes=20 * MB, rows=20_000, cells=400_000
)
