"""Rows and issues into the staging tables (暂存), in masses by COPY."""

import json
import re
from collections.abc import Iterable, Sequence
from io import StringIO

from django.db import connection, models

_SPECIAL = re.compile(r"[\\\t\n\r\0]")
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\0": ""})


def _cell(value) -> str:
    if value is None:
        return "\\N"
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, (dict, list)):
        value = json.dumps(value, ensure_ascii=False) if value else "[]" if isinstance(value, list) else "{}"
    text = str(value)
    return text.translate(_ESCAPES) if _SPECIAL.search(text) else text


def copy_into(model: type[models.Model], fields: Sequence[str], rows: Iterable[Sequence]) -> None:
    """COPY rows (values in the order of `fields`) into the model's table; for staging tables without triggers."""
    columns = [model._meta.get_field(name).column for name in fields]
    buffer = StringIO()
    for row in rows:
        buffer.write("\t".join(map(_cell, row)))
        buffer.write("\n")
    if not buffer.tell():
        return
    buffer.seek(0)
    quote = connection.ops.quote_name
    names = ", ".join(quote(column) for column in columns)
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY {quote(model._meta.db_table)} ({names}) FROM STDIN", buffer)
