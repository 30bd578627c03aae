"""Cells of a sender's sheet."""

from .library import register

MOST_SHOWN = 60  # characters; a page of long cells would otherwise weigh megabytes


@register.simple_tag
def cell_at(cells, column):
    """`{% cell_at row.cells 3 %}`: the text of a column (from 0); a row may be shorter than its header."""
    text = cells[column] if column < len(cells) else ""
    return text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]}…"
