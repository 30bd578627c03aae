"""Rows and issues into the staging tables (暂存), in masses by COPY, beside the work on the next rows."""

import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any

from django.db import connection, models

from registry.models import ImportBatch, ImportRow, Institution

if TYPE_CHECKING:
    from registry.imports.decide import Staged

_SPECIAL = re.compile(r"[\\\t\n\r\0]")
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\0": ""})
_ROW = (
    "name", "cells", "values", "second_names", "differences", "action", "skipped", "batch", "number", "institution", "version",
)  # fmt: skip

# Seconds after which Python hands over between threads: as usual, and while one of them feeds a COPY. At the usual five
# milliseconds the server waits for its next lines longer than it takes to write them.
USUAL, WHILE_COPYING = sys.getswitchinterval(), 0.0001

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


def line_of(row: Sequence) -> str:
    """One line of a COPY, or a part of one; cells are looked at singly only where one holds what must be escaped."""
    line = "\t".join(
        ["\\N" if value is None else value if type(value) is str else str(value) for value in row]
    )
    plain = (
        line.count("\t") == len(row) - 1
        and line.count("\\") == row.count(None)
        and "\n" not in line
        and "\r" not in line
        and "\0" not in line
    )
    return line if plain else "\t".join(map(_cell, row))


def lines_of(rows: Sequence[Sequence[str]]) -> list[str]:
    """Lines of a COPY, or parts of them, from rows of texts of one length; looked at singly only where one must be escaped."""
    lines = list(map("\t".join, rows))
    every = "\n".join(lines)
    plain = (
        every.count("\n") == len(rows) - 1
        and every.count("\t") == sum(map(len, rows)) - len(rows)
        and "\\" not in every
        and "\r" not in every
        and "\0" not in every
    )
    return lines if plain else list(map(line_of, rows))


# Something that brings a mass of rows in, given a cursor.
Mass = Callable[[Any], None]


@dataclass(frozen=True, slots=True)
class Copy:
    """Lines on their way into a table."""

    statement: str
    lines: bytes

    @classmethod
    def of(cls, model: type[models.Model], fields: Sequence[str], lines: Sequence[str]) -> "Copy":
        quote = connection.ops.quote_name
        names = ", ".join(quote(model._meta.get_field(name).column) for name in fields)
        statement = f"COPY {quote(model._meta.db_table)} ({names}) FROM STDIN"
        return cls(statement, "\n".join([*lines, ""]).encode() if lines else b"")

    def __call__(self, cursor) -> None:
        if self.lines:
            with cursor.db.wrap_database_errors:  # as Django's own cursors do for what they know
                cursor.copy_expert(self.statement, BytesIO(self.lines), 2**20)


def _send(cursor, mass: Mass) -> None:
    mass(cursor)


@contextmanager
def copying(*masses: Mass) -> Iterator[Callable[..., None]]:
    """Bring masses of rows in, one after the other, in a thread while the block runs: the server works on another core.

    Gives a function that sends more masses after them. All share the connection and so the transaction. A query inside
    the block waits until the masses are through; what went wrong with them is raised there, or at the end of the block.
    """
    sent: list[Future[None]] = []
    with ThreadPoolExecutor(1, "copy") as beside, connection.cursor() as cursor:

        def send(*more: Mass) -> None:
            sent.extend(beside.submit(_send, cursor, one) for one in more)

        def after_them(execute, sql, params, many, context):
            _gone_through(sent)
            return execute(sql, params, many, context)

        sys.setswitchinterval(WHILE_COPYING)
        try:
            with connection.execute_wrapper(after_them):
                send(*masses)
                yield send
        finally:
            wait(sent)
            sys.setswitchinterval(USUAL)
        _gone_through(sent)


def _gone_through(sent: list[Future[None]]) -> None:
    for one in sent:
        one.result()
    sent.clear()


def values_copy(model: type[models.Model], fields: Sequence[str], rows: Iterable[Sequence]) -> Copy:
    """Rows (values in the order of `fields`) for a table without triggers."""
    return Copy.of(model, fields, [line_of(row) for row in rows])


def copy_into(model: type[models.Model], fields: Sequence[str], rows: Iterable[Sequence]) -> None:
    """COPY rows (values in the order of `fields`) into the model's table; for staging tables without triggers."""
    with connection.cursor() as cursor:
        values_copy(model, fields, rows)(cursor)


def count_anew() -> None:
    """Refresh the planner's statistics of the staged rows (ANALYZE).

    A batch that came in after the last count passes for a single row: to look for what the file does not mention, a
    server may then walk all its rows once for every institution, minutes for a province.
    """
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE registry_importrow (batch_id, action, institution_id)")


def rows_copy(batch: ImportBatch, staged: "list[Staged]") -> Copy:
    """Decided rows. A new institution gets its future id here, so that applying need not write the row again."""
    create = ImportRow.Action.CREATE.value
    new = [one for one in staged if one.action == create]
    # In the order of the codes, in which they will be written: indexes by id grow at their ends then.
    new.sort(key=lambda one: one.row.values.get("uscc", ""))
    for one, pk in zip(new, _future_ids(len(new)), strict=True):
        one.institution = pk
    numbers, lines = f"f\t{batch.pk}", []
    for one in staged:
        row = one.row
        second_names = as_json(one.second_names) if one.second_names else "[]"
        differences = as_json(one.differences) if one.differences else "{}"
        text = f"{row.name}\t{row.cells}\t{one.values}\t{second_names}\t{differences}\t{one.action}"
        # JSON has no raw tab or line break, and a name has lost its own: only the backslash means something here.
        if "\\" in text:
            text = text.replace("\\", "\\\\")
        institution = "\\N" if one.institution is None else one.institution
        version = "\\N" if one.version is None else one.version
        lines.append(f"{text}\t{numbers}\t{row.number}\t{institution}\t{version}")
    return Copy.of(ImportRow, _ROW, lines)


def _future_ids(count: int) -> list[int]:
    if not count:
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_serial_sequence(%s, 'id')", [Institution._meta.db_table])
        (sequence,) = cursor.fetchone()
        cursor.execute("SELECT nextval(%s::regclass) FROM generate_series(1, %s)", [sequence, count])
        return [pk for (pk,) in cursor.fetchall()]
