"""Division codes of the workbook (区划代码): current, or retired and followed to what took their place."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from registry.models import Division


@dataclass
class Place:
    """What a code means. `division` is None for a code nobody knows, or one with several successors."""

    division: Division | None = None
    retired: Division | None = None
    candidates: list[Division] = field(default_factory=list)


def normal(code: str) -> str:
    """Six or nine digits: zeros that only fill up are dropped (340202000000 is 340202)."""
    if re.fullmatch(r"\d{12}", code):
        code = code.removesuffix("000")
    return code.removesuffix("000") if re.fullmatch(r"\d{9}", code) else code


class Places:
    """Divisions by code, read once for the codes of one workbook."""

    def __init__(self, codes: Iterable[str]):
        wanted = {normal(code) for code in codes if code}
        known = Division.objects.filter(code__in=wanted).order_by("valid_from", "pk")
        self._current = {one.code: one for one in known if one.valid_to is None}
        self._retired = {one.code: one for one in known if one.valid_to is not None}

    def find(self, code: str) -> Place:
        """The place of a code; a retired one is followed to its successor where there is just one."""
        code = normal(code)
        if code in self._current:
            return Place(self._current[code])
        retired = self._retired.get(code)
        if retired is None:
            return Place()
        found = _successors(retired)
        return Place(found[0] if len(found) == 1 else None, retired, found)


def _successors(old: Division) -> list[Division]:
    """The places of today that took over a retired one, through as many changes as there were."""
    open_ends, seen, current = [old], {old.pk}, {}
    while open_ends:
        for row in open_ends.pop().succeeded_by.select_related("new").order_by("pk"):
            if row.new_id in seen:
                continue
            seen.add(row.new_id)
            if row.new.valid_to is None:
                current[row.new_id] = row.new
            else:
                open_ends.append(row.new)
    return list(current.values())


def townships_of(division: Division, day) -> list[Division]:
    """The townships that a code stands for on a day: itself, or all those of its county."""
    if division.level == Division.Level.TOWNSHIP:
        return [division]
    townships = Division.objects.on(day).within(division).physical().filter(level=Division.Level.TOWNSHIP)
    return list(townships.order_by("code"))
