"""The history of places (区划沿革), drawn from yearly tables of division codes.

Only tables are known, not decisions: a change is dated the cut-off day of the first table that shows it, and is
flagged as inferred. A code whose name changed is two places, one after the other.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from registry.reference.tables import Change, Row, Tables

LAST_TABLE = date(2023, 6, 30)
LEAST_SHARE = (
    0.15  # of its townships, for a county to count as a successor: single equal names are coincidence
)


@dataclass(frozen=True)
class Place:
    """A place under one code and one name; (code, valid_from) identifies it."""

    code: str
    name: str
    level: str
    kind: str
    parent_code: str
    valid_from: date | None = None
    valid_to: date | None = None
    same_as: str = ""

    @property
    def key(self) -> tuple[str, date | None]:
        return self.code, self.valid_from

    def overlaps(self, other: "Place") -> bool:
        """Whether there was a day on which both stood."""
        starts = [day for day in (self.valid_from, other.valid_from) if day]
        ends = [day for day in (self.valid_to, other.valid_to) if day]
        return not starts or not ends or max(starts) < min(ends)


@dataclass(frozen=True)
class Step:
    """One place taking over from another (继任)."""

    old: tuple[str, date | None]
    new: tuple[str, date | None]
    on: date
    share: str


@dataclass
class History:
    places: list[Place]
    steps: list[Step]


def build(tables: Tables) -> History:
    """Every place of the tables with its dates, and what succeeded what."""
    upper, steps = _upper_places(tables)
    counties = defaultdict(list)
    for place in upper:
        counties[place.code].append(place)
    townships, more = _townships(tables, counties, steps)
    doubles = [
        replace(place, code=pair.code, same_as=place.code)
        for pair in tables.same_as
        for place in townships
        if place.key == (pair.same_as_code, None)
    ]
    return History([*upper, *townships, *doubles], [*steps, *more])


# -- Provinces, cities, counties ----------------------------------------------------------------------------
def _upper_places(tables: Tables) -> tuple[list[Place], list[Step]]:
    events: dict[str, list[Change]] = defaultdict(list)
    for change in tables.changes:
        events[change.code].append(change)
    places: list[Place] = []
    rows = {row.code: row for row in tables.before if row.level != "township"}
    rows |= {row.code: row for row in tables.now if row.level != "township"}
    for code in sorted(rows.keys() | events.keys()):
        places += _spans(code, rows.get(code), events[code])
    by_code = defaultdict(list)
    for place in places:
        by_code[place.code].append(place)
    return places, [step for change in tables.changes for step in _county_steps(change, by_code, tables)]


def _spans(code: str, row: Row | None, events: list[Change]) -> Iterable[Place]:
    level = row.level if row else ("city" if code.endswith("00") else "county")
    parent = row.parent_code if row else (code[:2] + "0000" if level == "city" else code[:4] + "00")
    place = Place(code, row.name if row else "", level, row.kind if row else _kind(code), parent)
    started, alive = None, not events or events[0].change != "added"
    for event in sorted(events, key=lambda event: event.on):
        if event.change == "added":
            started, alive = event.on, True
            continue
        yield replace(place, name=event.name, valid_from=started, valid_to=event.on)
        started, alive = event.on, event.change == "renamed"
    if alive:
        yield replace(place, valid_from=started)


def _kind(code: str) -> str:
    if code.endswith("00"):
        return "地级"
    number = int(code[4:])
    return "市辖区" if number <= 20 else "统计用功能区" if 71 <= number <= 79 else "县级"


def _county_steps(change: Change, by_code: dict[str, list[Place]], tables: Tables) -> Iterable[Step]:
    if change.change == "added":
        return
    old = next(place for place in by_code[change.code] if place.valid_to == change.on)
    if change.change == "renamed":
        yield Step(old.key, (change.code, change.on), change.on, "更名")
        return
    shares = {code: n for code, n in change.overlap.items() if n >= LEAST_SHARE * change.townships}
    if not shares:
        same_name = [
            c.code
            for c in tables.changes
            if c.change == "added"
            and c.on == change.on
            and c.name == change.name
            and c.code[:2] == change.code[:2]
        ]
        shares = dict.fromkeys(same_name, 0)
    for code, n in shares.items():
        new = next((p for p in by_code[code] if p.valid_to is None or p.valid_to > change.on), None)
        if new:
            yield Step(
                old.key, new.key, change.on, f"{change.townships} 个乡级单位中 {n} 个同名" if n else "同名"
            )


# -- Townships ----------------------------------------------------------------------------------------------
def _townships(
    tables: Tables, counties: dict[str, list[Place]], county_steps: list[Step]
) -> tuple[list[Place], list[Step]]:
    before = {row.code: row for row in tables.before if row.level == "township"}
    now = {row.code: row for row in tables.now if row.level == "township"}
    gone = {code: row for code, row in before.items() if code not in now or now[code].name != row.name}
    found = _successors(gone, now, before, county_steps)
    ended = {code: _changed_on(row.parent_code, counties) for code, row in gone.items()}
    begun: dict[str, date] = {}
    for code, successor in found.items():
        if successor not in before or before[successor].name != now[successor].name:
            begun[successor] = min(ended[code], begun.get(successor, ended[code]))
    covered = {row.code[:2] for row in before.values()}
    places, steps = [], []
    for code, row in gone.items():
        places.append(_township(row, None, ended[code]))
    for code, row in now.items():
        known = code in before and code not in gone
        start = None if known else begun.get(code) or tables.first_seen.get(code)
        if not known and start is None:
            dated = _changed_on if code[:2] in covered else _started
            start = dated(row.parent_code, counties)
        places.append(_township(row, start, None))
        begun[code] = start
    for code, successor in found.items():
        steps.append(
            Step((code, None), (successor, begun[successor]), ended[code], _share(gone[code], now[successor]))
        )
    return places, steps


def _township(row: Row, valid_from: date | None, valid_to: date | None) -> Place:
    return Place(row.code, row.name, row.level, row.kind, row.parent_code, valid_from, valid_to)


def _share(old: Row, new: Row) -> str:
    if old.code == new.code:
        return "更名"
    return "同名，代码变更" if old.name == new.name else "名称相近，待核"


def _successors(
    gone: dict[str, Row], now: dict[str, Row], before: dict[str, Row], county_steps: list[Step]
) -> dict[str, str]:
    """The township of today that carries on each retired one: same code, else same name nearby, else same stem."""
    heirs = defaultdict(list)
    for step in county_steps:
        heirs[step.old[0]].append(step.new[0])
    names: dict[tuple[str, str], str] = {}
    stems: dict[tuple[str, str], str] = {}
    cities: dict[tuple[str, str], list[str]] = defaultdict(list)
    for code, row in now.items():
        names[row.parent_code, row.name] = code
        if code not in before:
            stems[row.parent_code, _stem(row.name)] = code
            cities[code[:4], row.name].append(code)
    found = {}
    for code, row in gone.items():
        near = [row.parent_code, *heirs[row.parent_code]]
        elsewhere = cities[code[:4], row.name]
        candidates = [
            code if code in now else None,
            *(names.get((county, row.name)) for county in near),
            elsewhere[0] if len(elsewhere) == 1 else None,
            *(stems.get((county, _stem(row.name))) for county in near),
        ]
        if successor := next((candidate for candidate in candidates if candidate), None):
            found[code] = successor
    return found


def _stem(name: str) -> str:
    for ending in ("街道办事处", "街道", "镇", "乡"):
        if name.endswith(ending) and len(name) > len(ending) + 1:
            return name.removesuffix(ending)
    return name


def _changed_on(county_code: str, counties: dict[str, list[Place]]) -> date:
    """When the county itself last changed after the older table; else the last table is the first that shows it."""
    days = [day for place in counties[county_code] for day in (place.valid_from, place.valid_to) if day]
    return max((day for day in days if day.year >= 2020), default=LAST_TABLE)


def _started(county_code: str, counties: dict[str, list[Place]]) -> date | None:
    current = [place for place in counties[county_code] if place.valid_to is None]
    renamed = len(counties[county_code]) > 1
    return current[0].valid_from if current and not renamed else None
