"""Cells of a sender's sheet."""

from .library import register


@register.simple_tag
def cell_at(cells, column):
    """`{% cell_at row.cells 3 %}`: the text of a column (from 0); a row may be shorter than its header."""
    return cells[column] if column < len(cells) else ""
