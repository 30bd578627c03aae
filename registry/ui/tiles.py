"""Schematic map (示意图): one tile a township or street, of one size and without real borders.

Each responsible consortium has a tint, a pattern and its name in the tile; what nobody covers (未覆盖) is a dashed
outline; what two claim (有争议) has a torn corner with the other claimant's pattern and a triangle.
"""

import re
from dataclasses import dataclass, field

from .library import register

SLOTS = 6
WIDTH, HEIGHT, GAP = 134, 58, 5
LANE_GAP, HEADING, FOOT = 71, 22, 18
TORN = 26  # width that a torn corner takes from the text
SUFFIX = re.compile("(城市|县域)?(医疗集团|医联体|医共体|医疗联合体|医疗共同体)$")
LONG_NAME = 9  # characters that fit a tile at full size


@dataclass(frozen=True)
class Owner:
    """A consortium on the map: `slot` counts from 0; tint and pattern follow from it, 36 differ."""

    name: str
    slot: int
    note: str = ""
    count: int = 0
    short: str = ""

    @property
    def in_tile(self):
        """What fits a tile: the short name where there is one."""
        return self.short or self.name

    @property
    def tint(self):
        """Number of the tint, 1 to 6."""
        return self.slot % SLOTS + 1

    @property
    def pattern(self):
        """Number of the pattern, 1 to 6: shifted against the tint in every further round of six."""
        return (self.slot % SLOTS + self.slot // SLOTS) % SLOTS + 1

    @property
    def fill(self):
        """Id of the SVG pattern."""
        return f"q{self.tint}-{self.pattern}"


@dataclass(frozen=True)
class Tile:
    """One township or street. No owner: not covered, whoever claims it. A claimant: disputed."""

    name: str
    url: str
    owner: Owner | None = None
    claimant: Owner | None = None
    selected: bool = False


@dataclass(frozen=True)
class Group:
    """The tiles of a county with its heading; groups stand below one another in the lane they are given."""

    name: str
    note: str
    tiles: list[Tile]
    lane: int = 0


@dataclass
class Placed:
    """A tile or heading with its place."""

    item: object
    x: int
    y: int
    extra: dict = field(default_factory=dict)


def assign_slots(names):
    """Slots for names in order of first appearance, so that the same list always looks the same."""
    return {name: slot for slot, name in enumerate(dict.fromkeys(names))}


def sentence(tile):
    """What a screen reader hears instead of tint and pattern."""
    if tile.claimant and tile.owner:
        return f"{tile.name} {tile.owner.name}，有争议，另有{tile.claimant.name}"
    if tile.claimant:
        return f"{tile.name} 未覆盖，有争议，{tile.claimant.name}主张"
    return f"{tile.name} {tile.owner.name if tile.owner else '未覆盖'}"


def caption(tile):
    """Second line in the tile; beside a torn corner there is room for a short name only."""
    if tile.claimant:
        return f"{SUFFIX.sub('', tile.owner.in_tile)[:4] if tile.owner else '未覆盖'} ▲争议"
    return tile.owner.in_tile if tile.owner else "未覆盖"


def place(tile, x, y):
    """Coordinates of everything drawn in one tile."""
    base = tile.owner
    state = f"{'is-two' if tile.claimant else ''} {'' if tile.owner else 'is-none'}".strip()
    return Placed(
        tile,
        x,
        y,
        {
            "css": f"{state} {'is-sel' if tile.selected else ''}".strip(),
            "halo": base.tint if base else 0,
            "base": base,
            "caption": caption(tile),
            "label": sentence(tile),
            "middle": x + (WIDTH - TORN if tile.claimant else WIDTH) // 2,
            "name_y": y + 26,
            "caption_y": y + 45,
            "edge_x": x + 0.5,
            "edge_y": y + 0.5,
            "small": len(tile.name) > LONG_NAME,
            "torn": f"M{x + 98} {y}H{x + WIDTH}V{y + HEIGHT}H{x + 118}Z",
        },
    )


@register.inclusion_tag("components/tile_map.html")
def tile_map(groups, label, lanes=(6,), owners=()):
    """`{% tile_map groups label="29 个街道、镇的负责医联体" lanes=lanes %}`: `lanes` gives the tiles a row of each lane.

    `owners` are those of the legend, whose patterns are drawn even where no tile shows them.
    """
    headings, tiles, left, height = [], [], 8, 0
    for lane, columns in enumerate(lanes):
        y = 0
        for group in (group for group in groups if group.lane == lane):
            headings.append(Placed(group, left, y + 14))
            y += HEADING
            for number, tile in enumerate(group.tiles):
                x = left + number % columns * (WIDTH + GAP)
                tiles.append(place(tile, x, y + number // columns * (HEIGHT + GAP)))
            y += -(-len(group.tiles) // columns) * (HEIGHT + GAP) + FOOT
        height = max(height, y)
        left += columns * (WIDTH + GAP) - GAP + LANE_GAP
    owners = {*owners, *(owner for tile in tiles for owner in (tile.item.owner, tile.item.claimant) if owner)}
    return {
        "headings": headings,
        "tiles": tiles,
        "label": label,
        "width": left - LANE_GAP + 8,
        "height": height,
        "fills": sorted({(owner.tint, owner.pattern) for owner in owners}),
    }


@register.inclusion_tag("components/tile_legend.html")
def tile_legend(owners, uncovered=0, disputed=0, uncovered_url="", disputed_url=""):
    """`{% tile_legend owners uncovered=2 disputed=1 %}`: names, leads and counts beside the signs of the map."""
    return {
        "owners": owners,
        "fills": sorted({(owner.tint, owner.pattern) for owner in owners}),
        "uncovered": uncovered,
        "disputed": disputed,
        "uncovered_url": uncovered_url,
        "disputed_url": disputed_url,
    }
