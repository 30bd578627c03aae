"""Evidence as a person reads it (依据的写法)."""

from collections.abc import Mapping
from typing import Any

NOTHING = ("", [], {}, None)


def evidence_pairs(evidence: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Name and text of each piece of evidence that says something."""
    return [(name, in_words(value)) for name, value in evidence.items() if value not in NOTHING]


def in_words(value: Any) -> str:
    """A value from a verdict's evidence: lists with 、, mappings as name and value."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, Mapping):
        return "；".join(f"{name} {in_words(item)}" for name, item in value.items() if item not in NOTHING)
    if isinstance(value, list | tuple):
        return "、".join(in_words(item) for item in value)
    return str(value)
