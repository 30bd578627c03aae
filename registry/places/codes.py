"""What a division code means (区划代码): a place of today, or a retired one followed to what took its place."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from registry.models import Division, DivisionSuccession, ForeignCode

MUNICIPALITIES = frozenset(("11", "12", "31", "50"))
EARLIER_CODES = (
    "GB/T 2260 旧码"  # the foreign code list that holds retired national codes older than our tables
)


@dataclass(slots=True, eq=False)
class Place:
    """One division as readers need it."""

    id: int
    code: str
    name: str
    level: str
    parent: int | None
    path: str
    current: bool
    townships: dict[str, list[tuple[int, str, str]]] | None = None

    @property
    def in_municipality(self) -> bool:
        return self.code[:2] in MUNICIPALITIES


@dataclass(slots=True)
class Meaning:
    """What a code means. `place` is None for a code nobody knows, and for a retired one without exactly one heir.

    `retired` is the name that a retired code had, `heirs` the places of today that took it over.
    """

    place: Place | None = None
    retired: str = ""
    heirs: list[Place] = field(default_factory=list)


def normal(code: str) -> str:
    """Six or nine digits: zeros that only fill up are dropped (340202000000 is 340202), 50 is 500000."""
    if not code.isdigit():
        return code
    if len(code) == 12:
        code = code.removesuffix("000")
    if len(code) == 9:
        code = code.removesuffix("000")
    return code.ljust(6, "0")


class Codes:
    """Every province, city and county, loaded once; townships when their codes are asked for.

    `expected` are the codes of a whole file: what they need is then read in sets.
    """

    def __init__(self, expected: Iterable[str] = ()):
        self.by_id: dict[int, Place] = {}
        self._current: dict[str, Place] = {}
        self._retired: dict[str, list[Place]] = {}
        self._successors: dict[int, list[int]] = {}
        self._asked: set[str] = set()
        self._instances: dict[int, Division] = {}
        self._keep(Division.objects.exclude(level=Division.Level.TOWNSHIP))
        upper = DivisionSuccession.objects.exclude(old__level=Division.Level.TOWNSHIP).order_by("pk")
        for old, new in upper.values_list("old_id", "new_id"):
            self._successors.setdefault(old, []).append(new)
        self._earlier: dict[str, list[tuple[int, str]]] = {}
        earlier = ForeignCode.objects.filter(system=EARLIER_CODES).order_by("pk")
        for code, division, name in earlier.values_list("code", "division_id", "name"):
            self._earlier.setdefault(code, []).append((division, name))
        self._ask({normal(code) for code in expected if code})

    def find(self, code: str) -> Meaning:
        """What a code of 6, 9 or 12 digits means."""
        code = normal(code)
        self._ask({code})
        if place := self._current.get(code):
            return Meaning(place)
        if retired := self._retired.get(code):
            return self._meaning(retired[-1].name, [one.id for one in retired])
        if earlier := self._earlier.get(code):
            return self._meaning(earlier[0][1], [division for division, _ in earlier])
        return Meaning()

    def heirs(self, ids: Iterable[int]) -> list[Place]:
        """The places of today that took over these, through as many changes as there were."""
        ends, seen, found = list(ids), set(), {}
        while ends:
            one = ends.pop(0)
            if one in seen or one not in self.by_id:
                continue
            seen.add(one)
            if self.by_id[one].current:
                found[one] = self.by_id[one]
            else:
                ends += self._successors.get(one, ())
        return list(found.values())

    def division(self, place: Place) -> Division:
        """The record of a place."""
        if place.id not in self._instances:
            meant = {self.find(code).place for code in self._asked} - {None}
            self._instances |= Division.objects.in_bulk({place.id, *(one.id for one in meant)})
        return self._instances[place.id]

    def _meaning(self, name: str, ids: list[int]) -> Meaning:
        heirs = self.heirs(ids)
        return Meaning(heirs[0] if len(heirs) == 1 else None, name, heirs)

    # -- Reading -------------------------------------------------------------------------------------------
    def _ask(self, codes: set[str]) -> None:
        """Load the townships among these codes that have not been asked for, and what succeeded them."""
        fresh = {code for code in codes - self._asked if len(code) == 9}
        self._asked |= codes
        if not fresh:
            return
        ends = self._keep(Division.objects.filter(code__in=fresh))
        while ends := [one for one in ends if not self.by_id[one].current and one not in self._successors]:
            steps = DivisionSuccession.objects.filter(old__in=ends).order_by("pk")
            for old, new in steps.values_list("old_id", "new_id"):
                self._successors.setdefault(old, []).append(new)
            onward = {new for old in ends for new in self._successors.get(old, ())} - self.by_id.keys()
            ends = self._keep(Division.objects.filter(pk__in=onward))

    def _keep(self, divisions) -> list[int]:
        rows = divisions.order_by("pk").values_list(
            "pk", "code", "name", "level", "parent_id", "path", "valid_to"
        )
        kept = []
        for pk, code, name, level, parent, path, end in rows:
            if pk in self.by_id:
                continue
            place = self.by_id[pk] = Place(pk, code, name, level, parent, path, end is None)
            if place.current:
                self._current[code] = place
            else:
                self._retired.setdefault(code, []).append(place)
            kept.append(pk)
        return kept
