"""Rows and issues into the staging tables (暂存), in masses by COPY."""

import json
import re
from collections.abc import Iterable, Sequence
from io import BytesIO
from typing import TYPE_CHECKING

from django.db import connection, models

from registry.models import ImportBatch, ImportRow, Institution

if TYPE_CHECKING:
    from registry.imports.decide import Staged

_SPECIAL = re.compile(r"[\\\t\n\r\0]")
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\0": ""})
_ROW = (
    "name", "cells", "values", "second_names", "differences", "action", "skipped", "batch", "number", "institution", "version",
)  # fmt: skip

as_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode


def _cell(value) -> str:
    kind = type(value)
    if kind is str:
        return value.translate(_ESCAPES) if _SPECIAL.search(value) else value
    if value is None:
        return "\\N"
    if kind is int:
        return str(value)
    text = str(value)
    return text.translate(_ESCAPES) if _SPECIAL.search(text) else text


def _copy(model: type[models.Model], fields: Sequence[str], lines: list[str]) -> None:
    columns = [model._meta.get_field(name).column for name in fields]
    quote = connection.ops.quote_name
    names = ", ".join(map(quote, columns))
    with connection.cursor() as cursor:
        cursor.copy_expert(
            f"COPY {quote(model._meta.db_table)} ({names}) FROM STDIN",
            BytesIO("\n".join([*lines, ""]).encode()),
            2**20,
        )


def copy_into(model: type[models.Model], fields: Sequence[str], rows: Iterable[Sequence]) -> None:
    """COPY rows (values in the order of `fields`) into the model's table; for staging tables without triggers."""
    if lines := ["\t".join(map(_cell, row)) for row in rows]:
        _copy(model, fields, lines)


def stage_rows(batch: ImportBatch, staged: "list[Staged]") -> None:
    """COPY decided rows. A new institution gets its future id here, so that applying need not write the row again."""
    create = ImportRow.Action.CREATE
    ids = iter(_future_ids(sum(one.action == create for one in staged)))
    numbers, lines = f"f\t{batch.pk}", []
    for one in staged:
        row = one.row
        institution = next(ids) if one.action == create else one.institution
        texts = (
            row.name,
            row.cells,
            one.values,
            as_json(one.second_names) if one.second_names else "[]",
            as_json(one.differences) if one.differences else "{}",
            one.action,
        )
        text = "\t".join(texts)
        # JSON has no raw tab or line break, and a name has lost its own: only the backslash means something here.
        if "\\" in text:
            text = text.replace("\\", "\\\\")
        held = "\\N" if institution is None else institution
        version = "\\N" if one.version is None else one.version
        lines.append(f"{text}\t{numbers}\t{row.number}\t{held}\t{version}")
    _copy(ImportRow, _ROW, lines)


def _future_ids(count: int) -> list[int]:
    if not count:
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_serial_sequence(%s, 'id')", [Institution._meta.db_table])
        (sequence,) = cursor.fetchone()
        cursor.execute("SELECT nextval(%s::regclass) FROM generate_series(1, %s)", [sequence, count])
        return [pk for (pk,) in cursor.fetchall()]
