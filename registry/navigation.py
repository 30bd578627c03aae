"""The top bar's menu (主导航). Each app declares its entries in its own `menu` module; the bar shows those of one's roles."""

import functools
from collections.abc import Callable
from dataclasses import dataclass

from django.core.cache import cache
from django.urls import reverse
from django.utils.module_loading import autodiscover_modules

from registry import access

LIMIT = 7
HALF_A_MINUTE = 30  # seconds
_entries: list["Entry"] = []


@dataclass(frozen=True)
class Entry:
    """One entry: its word, its page, and the place it takes in the bar of each role that sees it.

    `count` gives the work that waits for a person on that page (nothing else is counted in the bar).
    `areas` name pages whose addresses begin those of further pages of the entry; `records` name pages of one record
    each, whose addresses do so up to its number.
    """

    label: str
    url_name: str
    places: dict[str, int]
    count: Callable[[object], int] | None = None
    areas: tuple[str, ...] = ()
    records: tuple[str, ...] = ()

    def place(self, roles):
        """Its first place among the roles one holds; None when none of them sees it."""
        return min((self.places[role] for role in roles if role in self.places), default=None)

    def beginnings(self) -> list[str]:
        """How the addresses of its further pages begin."""
        before_number = [reverse(name, args=[0]).removesuffix("0/") for name in self.records]
        return [*map(reverse, self.areas), *before_number]


def add(*entries: Entry) -> None:
    """Called by the `menu` modules when they are first read."""
    _entries.extend(entries)


@functools.cache
def entries() -> tuple[Entry, ...]:
    """Every entry of every app."""
    autodiscover_modules("menu")
    return tuple(_entries)


def _remembered(entry: Entry, user_id: int) -> str:
    return f"waiting-{entry.url_name}-{user_id}"


def waiting(entry: Entry, user) -> int:
    """The work that waits, as the bar of every page shows it: remembered, so that it costs a page no query.

    It is at most half a minute old, and counted afresh after anything that the person has done himself.
    """
    if entry.count is None:
        return 0
    count = entry.count
    return cache.get_or_set(_remembered(entry, user.pk), lambda: count(user), HALF_A_MINUTE) or 0


def forget_waiting(user_id: int) -> None:
    """Count anew on the person's next page."""
    cache.delete_many([_remembered(entry, user_id) for entry in entries() if entry.count])


def count_after_job(sender, job, **kwargs) -> None:
    """What was done in the background for a person no longer waits for him, or waits for something else."""
    if job.owner_id:
        forget_waiting(job.owner_id)


def menu(user, path: str) -> list[dict]:
    """The entries for a person, in order; the one whose address is the longest beginning of `path` is current."""
    roles = access.active_roles(user)
    placed = [(entry.place(roles), entry) for entry in entries()]
    shown = [entry for _, entry in sorted((p for p in placed if p[0] is not None), key=lambda p: p[0])][
        :LIMIT
    ]
    urls = [reverse(entry.url_name) for entry in shown]
    areas = [
        (begin, url) for entry, url in zip(shown, urls, strict=True) for begin in {url, *entry.beginnings()}
    ]
    within = [pair for pair in areas if path.startswith(pair[0])]
    current = max(within, key=lambda pair: len(pair[0]), default=("", None))[1]
    return [
        {
            "label": entry.label,
            "url": url,
            "current": url == current,
            "count": waiting(entry, user),
        }
        for entry, url in zip(shown, urls, strict=True)
    ]
