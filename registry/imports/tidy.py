"""Rows about which there is nothing to say (规整行), as most of a large roster are, at a fraction of the price.

What the rules say of a group of cells depends on these cells alone. So the rules are asked once for equal cells, and
their answer is kept when it is a plain yes. A row all of whose answers are kept is understood by looking them up; any
other row goes the long way through registry.imports.checker, which comes to the same values and says what is wrong.
"""

import re
from collections.abc import Callable
from operator import itemgetter
from typing import NamedTuple

from registry.imports import cells, identity
from registry.imports import roster_rules as rules
from registry.imports.cells import CellFault
from registry.imports.checker import LONGEST, Checked, RowChecker
from registry.imports.staging import as_json
from registry.imports.table import FOOT, title_key
from registry.places.codes import Place

_GAP = "\x1f"  # parts the cells of a row while they are looked at together
# Characters that cleaning leaves as they are, and that stand for themselves in JSON.
_TIDY = re.compile(f"[-0-9A-Za-z\u3400-\u4dbf\u4e00-\u9fff（）()《》、，。；：·.,:/+&~—{_GAP}]*")
_MOST_KEPT = 50_000  # answers of one group of columns
_MOST_SHAPES = 50

_PLACE = (("division", "province", "city", "county", "township"), (rules.place_rule,))
# Words of short lists: a few thousand combinations, so that one look answers for all of them.
_WORDS = (
    (
        "institution_class", "class_middle", "class_major", "level", "grade", "affiliation", "is_military", "ownership",
        "profit", "status", "economic_type", "is_demo",
    ),
    (
        rules.class_rule, rules.level_rule, rules.affiliation_rule, rules.military_rule, rules.short_list_rules,
        rules.demo_rule,
    ),
)  # fmt: skip
_GROUPS: tuple[tuple[tuple[str, ...], tuple[Callable, ...]], ...] = (
    _WORDS,
    (("beds",), (rules.beds_rule,)),
    (("founded_on",), (rules.founded_rule,)),
)
_CODES = {"uscc": identity.uscc, "licence_number": identity.licence_number}
_RELATIONS = ("second_names", "main_institution")
_LONGEST_NAME = rules.LENGTHS["name"]
_LONGEST_NOTHING = max(map(len, cells.NOTHING))


def _picker(columns: list[int]) -> Callable[[list], tuple]:
    """Some cells of a row as a tuple."""
    if len(columns) > 1:
        return itemgetter(*columns)
    if columns:
        (one,) = columns
        return lambda row: (row[one],)
    return lambda row: ()


class _Said(NamedTuple):
    """What the rules said of some cells: the values, the same as the inside of a JSON object, and the place."""

    values: dict
    json: str
    place: Place | None
    municipal: bool


class _Group:
    """Some columns with the rules over them, and what these have said of their cells."""

    def __init__(self, at: dict[str, int], names: tuple[str, ...], rules_: tuple[Callable, ...]):
        self._names = tuple(name for name in names if name in at)
        self._rules = rules_
        self.cells = _picker([at[name] for name in self._names])
        self.known: dict[tuple, _Said | None] = {}

    def ask(self, checker: RowChecker, given: tuple, place: Place | None) -> _Said | None:
        """The answer for cells not seen before; None when there is something to tell or to clean."""
        probe = Checked(0, dict(zip(self._names, given, strict=True)), "", place=place)
        for rule in self._rules:
            rule(checker, probe)
        tidy = not probe.issues and all(_TIDY.fullmatch(cells.shown(cell)) for cell in given)
        said = None
        if tidy:
            municipal = probe.place is not None and probe.place.in_municipality
            said = _Said(probe.values, as_json(probe.values)[1:-1], probe.place, municipal)
        if len(self.known) < _MOST_KEPT:
            self.known[given] = said
        return said


class _Shape:
    """Rows whose cells are of the same kinds: only among them are equal cells the same cells (1, 1.0 and true differ)."""

    def __init__(self, fields: dict[str, int], kinds: tuple[type, ...], title: int):
        at = {name: column for name, column in fields.items() if column < len(kinds)}
        self.usable = "name" in at and kinds[at["name"]] is str
        self.name = at.get("name", 0)
        self.title = title if title < len(kinds) and kinds[title] is str else None
        # Numbers and days as their sender sees them, remembered by kind.
        known: dict[type, dict] = {kind: {} for kind in kinds}
        self.shown = [(column, known[kind]) for column, kind in enumerate(kinds) if kind is not str]
        self.codes = [(name, at[name], convert) for name, convert in _CODES.items() if name in at]
        self.texts = [(name, at[name], rules.LENGTHS[name]) for name in rules.TEXTS if name in at]
        # Cells in columns of the rules are known to be tidy once the rules have been asked about them.
        asked = {at[name] for names, _ in (_PLACE, *_GROUPS) for name in names if name in at}
        self.free = _picker([column for column in range(len(kinds)) if column not in asked])
        self.relations = [at[name] for name in _RELATIONS if name in at]
        self.place = _Group(at, *_PLACE)
        self.elsewhere, self.in_municipality = (
            [_Group(at, *group) for group in _GROUPS if group is _WORDS or at.keys() & set(group[0])]
            for _ in range(2)
        )
        self.names = tuple(at)
        self.raw = _picker(list(at.values()))


def _shown(cell, known: dict) -> str:
    text = cells.shown(cell)
    if len(known) < _MOST_KEPT:
        known[cell] = text
    return text


class TidyRows:
    """Understands the tidy rows of one table."""

    def __init__(self, checker: RowChecker):
        self._checker = checker
        self._fields = checker.header.fields
        self._shapes: dict[tuple[type, ...], _Shape] = {}
        self._first_title, self._first_key = next(iter(checker.table.title_keys.items()))

    def check(self, number: int, row: list) -> Checked | None:
        """The row as the checker would understand it, or None when it must go the long way."""
        kinds = tuple(map(type, row))
        shape = self._shapes.get(kinds) or self._shape(kinds)
        if not shape.usable or number in self._checker.marked_rows:
            return None
        texts = row
        if shape.shown:
            texts = row.copy()
            for column, known in shape.shown:
                texts[column] = known.get(row[column]) or _shown(row[column], known)
        for column in shape.relations:
            if texts[column]:
                return None
        joined = _GAP.join(texts)
        if (
            len(joined) > LONGEST
            or not _TIDY.fullmatch(_GAP.join(shape.free(texts)))
            or FOOT.match(joined.lstrip(_GAP))
            or (shape.title is not None and self._may_be_title(row[shape.title]))
        ):
            return None
        checked = Checked(
            number,
            dict(zip(shape.names, shape.raw(row), strict=True)),
            '["' + joined.replace(_GAP, '","') + '"]',
            name=row[shape.name],
        )
        return checked if self._understand(checked, shape, row, texts) else None

    def _shape(self, kinds: tuple[type, ...]) -> _Shape:
        shape = _Shape(self._fields, kinds, self._first_title)
        if len(self._shapes) < _MOST_SHAPES:
            self._shapes[kinds] = shape
        return shape

    def _may_be_title(self, cell: str) -> bool:
        """The row may be the header once more; then the table itself decides."""
        key, cell = self._first_key, cell.lower()
        return key[:1] in cell and key[-1:] in cell and title_key(cell) == key

    def _understand(self, checked: Checked, shape: _Shape, row: list, texts: list[str]) -> bool:
        """Fill in the values; False when anything is to be told."""
        name, values, checker = checked.name, checked.values, self._checker
        if len(name) > _LONGEST_NAME or not (name[:1].isalpha() or any(map(str.isalpha, name))):
            return False
        values["name"] = name
        stated = [f'"name":"{name}"']
        for field, column, convert in shape.codes:
            if texts[column]:
                try:
                    code, repaired = convert(row[column])
                except CellFault:
                    return False
                if repaired:
                    return False
                if code:
                    values[field] = code
                    stated.append(f'"{field}":"{code}"')
        given = shape.place.cells(row)
        known = shape.place.known
        said = known[given] if given in known else shape.place.ask(checker, given, None)
        if said is None or said.place is None:
            return False
        values |= said.values
        stated.append(said.json)
        place = checked.place = said.place
        for group in shape.in_municipality if said.municipal else shape.elsewhere:
            given = group.cells(row)
            said = group.known[given] if given in group.known else group.ask(checker, given, place)
            if said is None:
                return False
            if said.json:
                values |= said.values
                stated.append(said.json)
        for field, column, most in shape.texts:
            if text := texts[column]:
                if len(text) > most or (len(text) <= _LONGEST_NOTHING and text.lower() in cells.NOTHING):
                    return False
                values[field] = text
                stated.append(f'"{field}":"{text}"')
        checked.stated = "{" + ",".join(stated) + "}"
        return True
