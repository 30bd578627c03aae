"""Answers of the form: how they are stored, when they are blank, and how a person reads them (填写内容)."""

from typing import Any

from filing.fields import Field
from filing.models import Filing


def raw_value(filing: Filing, field: Field, content: dict) -> Any:
    """An answer as it is stored: on the filing itself or in its section."""
    if field.column:
        value = getattr(filing, f"{field.column}_id" if field.kind == "institution" else field.column)
        return value.isoformat() if field.kind == "date" and value else value
    return content.get(field.key)


def is_blank(value: Any) -> bool:
    return value is None or value is False or value in ("", [])


def in_words(field: Field, value: Any) -> str:
    """An answer as a person reads it; an institution or subject must be given as the object."""
    if is_blank(value):
        return ""
    if field.kind == "choice":
        return dict(field.choices).get(value, str(value))
    if field.kind == "multi":
        words = dict(field.choices)
        return "、".join(words.get(item, item) for item in value)
    if field.kind == "bool":
        return "是"
    return str(value)
