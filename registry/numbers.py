"""Whole numbers as they stand in an address or a form (整数)."""

MOST_DIGITS = 18  # every such number fits into a bigint


def whole_number(text: str) -> int | None:
    """The number; None for whatever else was typed. `str.isdigit` alone would let "²" and endless digits through."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS else None
