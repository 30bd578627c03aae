"""Several reads in one (合并读取): rows of independent queries with a single statement, for what is asked for often.

    leads, members = gather(
        Lead.objects.filter(consortium__among=ids).values_list("consortium_id", "company_name"),
        member_rows(ids, as_of),
    )

Rows keep the order of their query. Values come as JSON has them: a date is its text.

To build a query takes about as long as to run it for one subject. A function that is `composed` builds it once in the
life of a process, with blanks in place of the arguments that change from call to call:

    @composed("ids", "as_of")
    def member_rows(ids, as_of, *kinds):
        return Membership.objects.filter(consortium__among=ids, during__contains=as_of).values_list("role")

In its body such an argument is an expression: it may be compared and handed on, not looked at. Where a list among them
is empty there are no rows, and nothing is asked.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import wraps
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import DateField, Expression, QuerySet

DAYS = ("as_of", "day")  # arguments of these names are days


@dataclass(frozen=True, slots=True)
class Part:
    """The text of one query, its parameters and the number of its columns; no text: it can have no rows."""

    sql: str
    params: tuple[Any, ...]
    width: int


NOTHING = Part("", (), 0)


class Blank(Expression):
    """Stands in a query for an argument of a composed function."""

    def __init__(self, name: str):
        super().__init__(output_field=DateField() if name in DAYS else None)
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        return "%s", (self,)


def composed(*blanks: str) -> Callable[[Callable[..., QuerySet]], Callable[..., Part]]:
    """Build the query of a function once for each choice of its other arguments, which must be hashable."""

    def decorate(build: Callable[..., QuerySet]) -> Callable[..., Part]:
        signature = inspect.signature(build)
        known: dict[tuple, Part] = {}

        @wraps(build)
        def part(*args: Any, **kwargs: Any) -> Part:
            bound = signature.bind(*args, **kwargs)
            bound.apply_defaults()
            values = {name: bound.arguments[name] for name in blanks}
            if [] in values.values():
                return NOTHING
            choice = tuple(value for name, value in bound.arguments.items() if name not in values)
            if choice not in known:
                bound.arguments.update({name: Blank(name) for name in blanks})
                known[choice] = part_of(build(*bound.args, **bound.kwargs))
            found = known[choice]
            params = tuple(values[one.name] if type(one) is Blank else one for one in found.params)
            return Part(found.sql, params, found.width)

        return part

    return decorate


def part_of(query: QuerySet) -> Part:
    """A query as text with its parameters."""
    compiler = query.query.get_compiler(query.db)
    try:
        sql, params = compiler.as_sql()
    except EmptyResultSet:
        return NOTHING
    return Part(sql, tuple(params), len(compiler.select))


def gather(*queries: QuerySet | Part | None) -> list[list[list[Any]]]:
    """The rows of each query, which must be a value list; none for a query that need not be asked."""
    found: list[list[list[Any]]] = [[] for _ in queries]
    texts, params, asked = [], [], []
    for number, query in enumerate(queries):
        if query is None:
            continue
        part = query if isinstance(query, Part) else part_of(query)
        if not part.sql:
            continue
        columns = ", ".join(f"c{n}" for n in range(part.width))
        # Nothing of a user's stands in these texts: the queries bring their values as parameters.
        texts.append(
            f"(SELECT json_agg(json_build_array({columns})) FROM ({part.sql}) AS part ({columns}))"  # noqa: S608
        )
        params += part.params
        asked.append(number)
    if texts:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {', '.join(texts)}", params)
            for number, rows in zip(asked, cursor.fetchone(), strict=True):
                found[number] = rows or []
    return found


def day(text: str | None) -> date | None:
    """A gathered date."""
    return date.fromisoformat(text) if text else None
