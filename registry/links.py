"""Addresses of many records' pages (链接)."""

from collections.abc import Callable

from django.urls import reverse

_PLACE = 987_654_321_987_654  # stands in the address for the number of a record


def pages_of(name: str) -> Callable[[int], str]:
    """Address of a record's page by its number, where the page takes nothing else: resolved once for a whole list."""
    before, after = reverse(name, args=[_PLACE]).split(str(_PLACE))
    return lambda pk: f"{before}{pk}{after}"
