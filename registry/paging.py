"""Keyset paging (按键翻页): a page costs the same wherever it lies, and nothing counts a whole table."""

from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from django.core import signing
from django.db.models import F, IntegerField, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan, TupleLessThan

from registry.gather import part_of
from registry.numbers import whole_number

COUNT_CAP = 10_000
SIZES = (20, 50, 100)
DEFAULT_SIZE = 50


@dataclass(frozen=True)
class Page:
    """One page of a list; `after`/`before` are opaque cursors for the links, None at the ends."""

    rows: list
    size: int
    after: str | None
    before: str | None
    count: tuple[int, bool] | None = None  # as capped_count gives it, where it was asked for

    def __iter__(self):
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)


def _bound(order: Sequence[str], values: Sequence[Any], *, forward: bool) -> Q:
    """Rows strictly beyond a key, for a lexicographic order of columns (a leading "-" means descending).

    Where all columns run the same way it is one comparison of rows, which an index over them answers directly.
    """
    directions = {name.startswith("-") for name in order}
    if len(order) > 1 and len(directions) == 1:
        beyond = TupleLessThan if directions.pop() == forward else TupleGreaterThan
        return Q(beyond(Tuple(*(F(name.lstrip("-")) for name in order)), tuple(values)))
    condition = Q(pk__in=[])
    equal = Q()
    for name, value in zip(order, values, strict=True):
        column, descending = name.lstrip("-"), name.startswith("-")
        beyond = "lt" if descending == forward else "gt"
        condition |= equal & Q(**{f"{column}__{beyond}": value})
        equal &= Q(**{column: value})
    return condition


def _key(row, order: Sequence[str]) -> list:
    names = [name.lstrip("-") for name in order]
    if isinstance(row, tuple):
        values = [getattr(row, name) for name in names]
    else:
        values = [attrgetter(name.replace("__", "."))(row) for name in names]
    return [value.isoformat() if hasattr(value, "isoformat") else value for value in values]


def _reversed(order: Sequence[str]) -> list[str]:
    return [name[1:] if name.startswith("-") else f"-{name}" for name in order]


def page_size(request, default: int = DEFAULT_SIZE) -> int:
    """Rows a page, from the URL, among the sizes offered."""
    wanted = whole_number(request.GET.get("size", ""))
    return wanted if wanted in SIZES else default


def keyset_page(
    queryset: QuerySet,
    request,
    *,
    order: Sequence[str],
    default_size: int = DEFAULT_SIZE,
    counted: QuerySet | None = None,
    columns: Sequence[str] = (),
) -> Page:
    """The page that ?after= or ?before= names; columns of `order` must be non-null and end with a unique one.

    `counted` is counted up to the cap in the same query; the answer is the page's `count`. With `columns` the rows are
    named tuples of these and of the order, not objects: with joined records it takes longer to make these than to
    fetch the rows.
    """
    size = page_size(request, default_size)
    salt = (
        f"page {queryset.model._meta.label} {' '.join(order)}"  # a cursor of another list means nothing here
    )
    forward, key = _cursor(request, salt)
    if key is not None:
        queryset = queryset.filter(_bound(order, key, forward=forward))
    if counted is not None:
        queryset = queryset.annotate(counted=_number_of(counted.order_by().values("pk")[: COUNT_CAP + 1]))
    if columns:
        names = [
            *columns,
            *(name.lstrip("-") for name in order),
            *(["counted"] if counted is not None else []),
        ]
        queryset = queryset.values_list(*dict.fromkeys(names), named=True)
    rows = list(queryset.order_by(*(order if forward else _reversed(order)))[: size + 1])
    count = None if counted is None else _count(rows, counted, alone=key is None)
    more = len(rows) > size
    rows = rows[:size]
    if not forward:
        rows.reverse()
    has_next, has_previous = (more, key is not None) if forward else (True, more)
    return Page(
        rows=rows,
        size=size,
        after=signing.dumps(_key(rows[-1], order), salt=salt) if rows and has_next else None,
        before=signing.dumps(_key(rows[0], order), salt=salt) if rows and has_previous else None,
        count=count,
    )


def _number_of(queryset: QuerySet) -> RawSQL:
    """How many rows a query gives, as a column of another one. A Subquery would be resolved and copied part by part."""
    part = part_of(queryset)
    # Nothing of a user's stands in the text: the query brings its values as parameters.
    text = f"SELECT count(*) FROM ({part.sql}) counted" if part.sql else "SELECT 0"  # noqa: S608
    return RawSQL(text, part.params, output_field=IntegerField())  # noqa: S611


def _count(rows: list, counted: QuerySet, *, alone: bool) -> tuple[int, bool]:
    if rows:
        return min(rows[0].counted, COUNT_CAP), rows[0].counted > COUNT_CAP
    return (0, False) if alone else capped_count(counted)


def _cursor(request, salt: str) -> tuple[bool, list | None]:
    for name, forward in (("after", True), ("before", False)):
        if token := request.GET.get(name):
            try:
                return forward, signing.loads(token, salt=salt)
            except signing.BadSignature:
                return True, None
    return True, None


def capped_count(queryset: QuerySet, cap: int = COUNT_CAP) -> tuple[int, bool]:
    """Count up to `cap` rows; the flag says that there are more."""
    count = queryset.order_by().values("pk")[: cap + 1].count()
    return min(count, cap), count > cap
