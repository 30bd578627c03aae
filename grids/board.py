"""The coverage board (覆盖图): coverage as tiles, table and key numbers, ready for the page."""

import datetime as dt
import re
from dataclasses import dataclass, field
from itertools import groupby

from django.db.models import Q

from grids.coverage import Coverage, TownshipState
from registry.models import Lead
from registry.ui.tiles import Group, Owner, Tile, assign_slots

# More tiles than this are no picture any more: then the places are shown county by county.
MOST_TILES = 160
LANES = (3, 3)
_CITY = re.compile(r"^[\u4e00-\u9fff]{2,3}[省市](?=[\u4e00-\u9fff])")
_KIND = re.compile(r"(紧密型)?(城市)?(医疗集团|医疗共同体|医共体|医疗联合体)$")
SHORTEST = 4


@dataclass
class Board:
    """What the page draws. `groups` is empty where the area is shown county by county."""

    coverage: Coverage
    owners: list[Owner] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    lanes: tuple[int, ...] = (6,)

    @property
    def counties(self) -> list["CountyLine"]:
        """The area county by county."""
        ordered = sorted(self.coverage.townships, key=lambda t: t.path)
        lines = []
        for _, group in groupby(ordered, key=lambda t: t.path.rsplit("/", 2)[0]):
            townships = list(group)
            lines.append(CountyLine(townships[0], Coverage(self.coverage.day, townships)))
        return lines


@dataclass(frozen=True)
class CountyLine:
    """One county in the table of a larger area."""

    first: TownshipState
    coverage: Coverage

    @property
    def name(self) -> str:
        return self.first.county

    @property
    def code(self) -> str:
        return self.first.path.rstrip("/").split("/")[-2]

    @property
    def share(self) -> float:
        """Covered townships in per cent."""
        return 100 * len(self.coverage.covered) / len(self.coverage.townships)

    @property
    def holders(self) -> list[str]:
        return sorted({t.holder.consortium for t in self.coverage.covered})


def board(coverage: Coverage, link, selected: str = "") -> Board:
    """Draw coverage; `link` makes the address of a township from its code, `selected` is the code of the open one."""
    if len(coverage.townships) > MOST_TILES:
        return Board(coverage)
    owners = _owners(coverage)
    ordered = sorted(coverage.townships, key=lambda t: (t.path.rsplit("/", 2)[0], t.code))
    by_county = [(county, list(townships)) for county, townships in groupby(ordered, key=lambda t: t.county)]
    lanes = LANES if len(by_county) > 1 else (6,)
    heights = [0.0] * len(lanes)
    groups = []
    for county, townships in by_county:
        lane = heights.index(min(heights))
        heights[lane] += -(-len(townships) // lanes[lane]) + 0.6
        tiles = [_tile(t, owners, link(t.code), t.code == selected) for t in townships]
        groups.append(Group(county, _note(townships), tiles, lane))
    return Board(coverage, list(owners.values()), groups, lanes)


def _owners(coverage: Coverage) -> dict[int, Owner]:
    """A tint and pattern for every consortium that holds or claims something, most townships first."""
    held: dict[int, list[TownshipState]] = {}
    named: dict[int, str] = {}
    for township in coverage.townships:
        for stake in (township.holder, *township.claims):
            if stake:
                named[stake.consortium_id] = stake.consortium
                held.setdefault(stake.consortium_id, [])
        if township.holder:
            held[township.holder.consortium_id].append(township)
    ordered = sorted(held, key=lambda pk: (-len(held[pk]), named[pk]))
    slots = assign_slots(named[pk] for pk in ordered)
    leads = _leads(ordered, coverage.day)
    return {
        pk: Owner(named[pk], slots[named[pk]], leads.get(pk, ""), len(held[pk]), short_name(named[pk]))
        for pk in ordered
    }


def short_name(name: str) -> str:
    """A consortium's name as it fits a tile: without the city before it and the kind behind it."""
    bare = _KIND.sub("", name)
    rest = _CITY.sub("", bare)
    return rest if len(rest) >= SHORTEST else bare if len(bare) >= SHORTEST else name


def _leads(consortia: list[int], day: dt.date) -> dict[int, str]:
    rows = Lead.objects.filter(Q(during__contains=day), consortium__in=consortia).order_by("pk")
    return {
        consortium: name or company
        for consortium, name, company in rows.values_list(
            "consortium_id", "institution__name", "company_name"
        )
    }


def _tile(township: TownshipState, owners: dict[int, Owner], url: str, selected: bool) -> Tile:
    rivals = [c for c in township.claims if township.is_contested]
    claimant = owners[rivals[0].consortium_id] if rivals else None
    owner = owners[township.holder.consortium_id] if township.holder else None
    return Tile(township.name, url, owner, claimant, selected)


def _note(townships: list[TownshipState]) -> str:
    covered = sum(t.is_covered for t in townships)
    contested = sum(t.is_contested for t in townships)
    return f"{covered} / {len(townships)}" + (f"，{contested} 个有争议" if contested else "")
