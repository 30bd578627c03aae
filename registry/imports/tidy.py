"""Rows about which there is nothing to say (规整行), as most of a large roster are, at a fraction of the price.

What the rules say of a group of cells depends on these cells alone. So the rules are asked once for equal cells, and
their answer is kept when it is a plain yes. A row all of whose answers are kept is understood by looking them up; any
other row goes the long way through registry.imports.checker, which comes to the same values and says what is wrong.
"""

import re
from collections.abc import Callable
from operator import itemgetter

from registry.imports import cells, identity
from registry.imports import roster_rules as rules
from registry.imports.cells import CellFault
from registry.imports.checker import LONGEST, Checked, RowChecker
from registry.imports.table import FOOT, title_key
from registry.places.codes import Place

_GAP = "\x1f"  # parts the cells of a row while they are looked at together
# Characters that cleaning leaves as they are, and that stand for themselves in JSON.
_TIDY = re.compile(f"[-0-9A-Za-z\u3400-\u4dbf\u4e00-\u9fff（）()《》、，。；：·.,:/+&~—{_GAP}]*")
_MOST_KEPT = 50_000  # answers of one group of columns
_MOST_SHAPES = 50

_PLACE = (("division", "province", "city", "county", "township"), (rules.place_rule,))
_CLASS = (("institution_class", "class_middle", "class_major"), (rules.class_rule,))  # asked for in every row
_GROUPS: tuple[tuple[tuple[str, ...], tuple[Callable, ...]], ...] = (
    _CLASS,
    (("level", "grade"), (rules.level_rule,)),
    (("affiliation", "is_military"), (rules.affiliation_rule, rules.military_rule)),
    (("ownership", "profit", "status", "economic_type"), (rules.short_list_rules,)),
    (("beds",), (rules.beds_rule,)),
    (("founded_on",), (rules.founded_rule,)),
    (("is_demo",), (rules.demo_rule,)),
)
_CODES = {"uscc": identity.uscc, "licence_number": identity.licence_number}
_RELATIONS = ("second_names", "main_institution")


def _picker(columns: list[int]) -> Callable[[list], tuple]:
    """Some cells of a row as a tuple."""
    if len(columns) > 1:
        return itemgetter(*columns)
    return lambda row: tuple(row[column] for column in columns)


class _Group:
    """Some columns with the rules over them, and what these have said of their cells."""

    def __init__(self, at: dict[str, int], names: tuple[str, ...], rules_: tuple[Callable, ...]):
        self._names = tuple(name for name in names if name in at)
        self._rules = rules_
        self.cells = _picker([at[name] for name in self._names])
        self.known: dict[object, tuple[dict, Place | None] | None] = {}

    def ask(self, checker: RowChecker, given, place: Place | None) -> tuple[dict, Place | None] | None:
        """The values (and the place) of cells not seen before; None when there is something to tell or to clean."""
        probe = Checked(0, dict(zip(self._names, given, strict=True)), "", place=place)
        for rule in self._rules:
            rule(checker, probe)
        tidy = not probe.issues and all(_TIDY.fullmatch(cells.shown(cell)) for cell in given)
        said = (probe.values, probe.place) if tidy else None
        if len(self.known) < _MOST_KEPT:
            self.known[given] = said
        return said


class _Shape:
    """Rows whose cells are of the same kinds: only among them are equal cells the same cells (1, 1.0 and true differ)."""

    def __init__(self, fields: dict[str, int], kinds: tuple[type, ...]):
        at = {name: column for name, column in fields.items() if column < len(kinds)}
        self.usable = "name" in at and kinds[at["name"]] is str
        self.name = at.get("name", 0)
        self.shown = [column for column, kind in enumerate(kinds) if kind is not str]
        self.codes = [(name, at[name], convert) for name, convert in _CODES.items() if name in at]
        self.texts = [(name, at[name], rules.LENGTHS[name]) for name in rules.TEXTS if name in at]
        # Cells in columns of the rules are known to be tidy once the rules have been asked about them.
        asked = {at[name] for names, _ in (_PLACE, *_GROUPS) for name in names if name in at}
        self.free = _picker([column for column in range(len(kinds)) if column not in asked])
        self.relations = [at[name] for name in _RELATIONS if name in at]
        self.place = _Group(at, *_PLACE)
        self.elsewhere, self.in_municipality = (
            [_Group(at, *group) for group in _GROUPS if group is _CLASS or at.keys() & set(group[0])]
            for _ in range(2)
        )
        self.names = tuple(at)
        self.raw = _picker(list(at.values()))


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
            for column in shape.shown:
                texts[column] = cells.shown(row[column])
        for column in shape.relations:
            if texts[column]:
                return None
        joined = _GAP.join(texts)
        if len(joined) > LONGEST or self._may_be_no_record(joined, row):
            return None
        if not _TIDY.fullmatch(_GAP.join(shape.free(texts))):
            return None
        values = self._values(shape, row, texts)
        if values is None:
            return None
        values, place = values
        return Checked(
            number,
            dict(zip(shape.names, shape.raw(row), strict=True)),
            '["' + joined.replace(_GAP, '","') + '"]',
            name=row[shape.name],
            values=values,
            place=place,
        )

    def _shape(self, kinds: tuple[type, ...]) -> _Shape:
        shape = _Shape(self._fields, kinds)
        if len(self._shapes) < _MOST_SHAPES:
            self._shapes[kinds] = shape
        return shape

    def _may_be_no_record(self, joined: str, row: list) -> bool:
        """Where there is any likeness to a total, a remark or the header, the table itself decides."""
        if FOOT.match(joined.lstrip(_GAP)):
            return True
        first = row[self._first_title] if self._first_title < len(row) else None
        if not isinstance(first, str):
            return False
        key, first = self._first_key, first.lower()
        return key[:1] in first and key[-1:] in first and title_key(first) == key

    def _values(self, shape: _Shape, row: list, texts: list[str]) -> tuple[dict, Place] | None:
        name = row[shape.name]
        if not any(map(str.isalpha, name)) or len(name) > rules.LENGTHS["name"]:
            return None
        values = {"name": name}
        try:
            for field, column, convert in shape.codes:
                if texts[column]:
                    code, repaired = convert(row[column])
                    if repaired:
                        return None
                    if code:
                        values[field] = code
        except CellFault:
            return None
        group, checker = shape.place, self._checker
        given = group.cells(row)
        said = group.known[given] if given in group.known else group.ask(checker, given, None)
        if said is None or (place := said[1]) is None:
            return None
        values |= said[0]
        for group in shape.in_municipality if place.in_municipality else shape.elsewhere:
            given = group.cells(row)
            said = group.known[given] if given in group.known else group.ask(checker, given, place)
            if said is None:
                return None
            values |= said[0]
        for field, column, most in shape.texts:
            if text := texts[column]:
                if len(text) > most or text.lower() in cells.NOTHING:
                    return None
                values[field] = text
        return values, place
