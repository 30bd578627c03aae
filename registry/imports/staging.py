"""Rows and issues into the staging tables (暂存), in masses by COPY."""

import json
import re
from collections.abc import Iterable, Sequence
from io import StringIO

from django.db import connection, models

_SPECIAL = re.compile(r"[\\\t\n\r\0]")
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\0": ""})


_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode


def _cell(value) -> str:
    kind = type(value)
    if kind is str:
        return value.translate(_ESCAPES) if _SPECIAL.search(value) else value
    if value is None:
        return "\\N"
    if kind is int:
        return str(value)
    if kind is bool:
        return "t" if value else "f"
    if kind is dict or kind is list:
        if not value:
            return "{}" if kind is dict else "[]"
        value = _json(value)
    text = str(value)
    return text.translate(_ESCAPES) if _SPECIAL.search(text) else text


def copy_into(model: type[models.Model], fields: Sequence[str], rows: Iterable[Sequence]) -> None:
    """COPY rows (values in the order of `fields`) into the model's table; for staging tables without triggers."""
    columns = [model._meta.get_field(name).column for name in fields]
    lines = ["\t".join(map(_cell, row)) for row in rows]
    if not lines:
        return
    lines.append("")
    buffer = StringIO("\n".join(lines))
    quote = connection.ops.quote_name
    names = ", ".join(quote(column) for column in columns)
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY {quote(model._meta.db_table)} ({names}) FROM STDIN", buffer)
