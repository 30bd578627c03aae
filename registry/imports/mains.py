"""Branches and their main institutions (主要机构): in the register, or on another row of the same file."""

from collections import Counter, defaultdict

from registry.imports.cells import match_key
from registry.imports.checker import Checked, RowChecker
from registry.imports.decide import Staged
from registry.imports.differences import title
from registry.imports.issues import Issue
from registry.imports.matching import spellings
from registry.models import ImportBatch, ImportRow, Institution

A = ImportRow.Action
MAIN = "main_institution_id"
_REMEDY = "请填主要机构的统一社会信用代码或全称；没有则留空。"


class Mains:
    """By code, else by name in the same county; when all rows are read, by name among them, else anywhere.

    The order is what keeps a second import of the same file silent: after the first, its own rows are the register.
    """

    def __init__(self, checker: RowChecker):
        self._checker = checker
        self._waiting: list[tuple[Checked, int | None]] = []
        self._codes: dict[str, int] = {}
        self._names: dict[str, list[tuple[int, int]]] = defaultdict(list)

    def resolve(self, rows: list[Checked]) -> None:
        """Fill in the main institutions that the register holds by code or in the same county."""
        asking = [row for row in rows if row.main]
        if not asking:
            return
        by_code, by_name = _in_register({row.main for row in asking})
        for row in asking:
            near = [pk for pk, place in by_name[match_key(row.main)] if row.place and place == row.place.id]
            if row.main.upper() in by_code:
                row.values[MAIN] = by_code[row.main.upper()]
            elif len(near) == 1:
                row.values[MAIN] = near[0]

    def resolve_alone(self, row: Checked) -> None:
        """The same for a row without others around it: also anywhere in the register; an error when not found."""
        self.resolve([row])
        if not row.main or MAIN in row.values:
            return
        _, by_name = _in_register({row.main})
        elsewhere = [pk for pk, _ in by_name[match_key(row.main)]]
        if len(elsewhere) == 1:
            row.values[MAIN] = elsewhere[0]
            return
        where = "名录中有几家" if elsewhere else "名录中没有"
        self._checker.error(
            row, "main_institution", "main-unknown", f"{where}主要机构“{row.main}”。", _REMEDY
        )

    def remember(self, staged: list[Staged]) -> None:
        for one in staged:
            if one.action == A.CREATE:
                if code := one.row.values.get("uscc"):
                    self._codes[code] = one.row.number
                self._names[match_key(one.row.name)].append((one.row.number, one.row.place.id))
            if one.row.main and MAIN not in one.row.values and one.action not in (A.ERROR, A.DECISION):
                self._waiting.append((one.row, one.institution))

    def settle(self, batch: ImportBatch, actions: Counter) -> list[Issue]:
        """Point the waiting rows at new rows of the file or institutions elsewhere; the rest are errors."""
        if not self._waiting:
            return []
        _, by_name = _in_register({row.main for row, _ in self._waiting})
        held = {pk for _, pk in self._waiting if pk}
        current = dict(Institution.objects.filter(pk__in=held).order_by("pk").values_list("pk", MAIN))
        staged = {
            one.number: one
            for one in ImportRow.objects.filter(
                batch=batch, number__in=[row.number for row, _ in self._waiting]
            ).order_by("pk")
        }
        elsewhere_of = {
            row.number: [pk for pk, _ in by_name[match_key(row.main)] if pk != institution]
            for row, institution in self._waiting
        }
        lost = self._lost(elsewhere_of)
        told: list[Issue] = []
        for row, institution in self._waiting:
            one, before = staged[row.number], len(row.issues)
            actions[one.action] -= 1
            number = self._row_of(row, lost)
            elsewhere = elsewhere_of[row.number]
            if number is not None:
                self._point(one, row, "main_row", number)
            elif len(elsewhere) == 1:
                if institution is None or current.get(institution) != elsewhere[0]:
                    self._point(one, row, MAIN, elsewhere[0])
            else:
                where = "名录中有几家" if elsewhere else "名录和本表中都没有"
                self._checker.error(
                    row, "main_institution", "main-unknown", f"{where}主要机构“{row.main}”。", _REMEDY
                )
                one.action, one.values, one.second_names, one.differences = A.ERROR, {}, [], {}
                one.institution_id = institution
            actions[one.action] += 1
            told += row.issues[before:]
        ImportRow.objects.bulk_update(
            staged.values(),
            ["action", "institution", "values", "second_names", "differences"],
            batch_size=500,
        )
        return told

    def _lost(self, elsewhere_of: dict[int, list[int]]) -> set[int]:
        """Rows whose main institution is found nowhere; a row that is lost cannot be another's main institution."""
        lost: set[int] = set()
        while True:
            more = {
                row.number
                for row, _ in self._waiting
                if row.number not in lost
                and self._row_of(row, lost) is None
                and len(elsewhere_of[row.number]) != 1
            }
            if not more:
                return lost
            lost |= more

    def _row_of(self, row: Checked, lost: set[int]) -> int | None:
        """The new row of the file that is meant: by code, by name in the same county, else by a name that is unique."""
        if row.main.upper() in self._codes:
            number = self._codes[row.main.upper()]
            return number if number != row.number and number not in lost else None
        named = [
            (number, place)
            for number, place in self._names[match_key(row.main)]
            if number != row.number and number not in lost
        ]
        near = [number for number, place in named if place == row.place.id]
        found = near or [number for number, _ in named]
        return found[0] if len(found) == 1 else None

    @staticmethod
    def _point(one: ImportRow, row: Checked, key: str, value: int) -> None:
        one.values[key] = value
        if one.action in (A.UPDATE, A.UNCHANGED):
            one.action = A.UPDATE
            one.differences[title(MAIN)] = ["", row.main]


def _in_register(wanted: set[str]) -> tuple[dict[str, int], dict[str, list[tuple[int, int]]]]:
    """Institutions by code, and (id, division) by name, that any of these words could mean."""
    words = {spelling for word in wanted for spelling in spellings(word)}
    live = Institution.objects.live().order_by("pk")
    by_code = dict(
        live.filter(uscc__in={word.upper() for word in words}).exclude(uscc="").values_list("uscc", "pk")
    )
    by_name: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for pk, name, place in live.filter(name__in=words).values_list("pk", "name", "division_id"):
        by_name[match_key(name)].append((pk, place))
    return by_code, by_name
