"""Several reads in one (合并读取): rows of independent queries with a single statement, for what is asked for often.

    leads, members = gather(
        Lead.objects.filter(consortium__in=ids).values_list("consortium_id", "company_name"),
        Membership.objects.filter(consortium__in=ids).values_list("consortium_id", "role"),
    )

Rows keep the order of their query. Values come as JSON has them: a date is its text.
"""

from datetime import date
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet


def gather(*queries: QuerySet | None) -> list[list[list[Any]]]:
    """The rows of each query, which must be a value list; none for a query that need not be asked."""
    found: list[list[list[Any]]] = [[] for _ in queries]
    parts, params, asked = [], [], []
    for number, query in enumerate(queries):
        if query is None:
            continue
        compiler = query.query.get_compiler(query.db)
        try:
            sql, own = compiler.as_sql()
        except EmptyResultSet:
            continue
        columns = ", ".join(f"c{n}" for n in range(len(compiler.select)))
        # Nothing of a user's stands in these texts: the queries bring their values as parameters.
        parts.append(f"(SELECT json_agg(json_build_array({columns})) FROM ({sql}) AS part ({columns}))")  # noqa: S608
        params += own
        asked.append(number)
    if parts:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {', '.join(parts)}", params)
            for number, rows in zip(asked, cursor.fetchone(), strict=True):
                found[number] = rows or []
    return found


def day(text: str | None) -> date | None:
    """A gathered date."""
    return date.fromisoformat(text) if text else None
