"""Branches and their main institutions (主要机构): in the register, or on another row of the same file."""

from collections import Counter

from registry.imports.cells import match_key
from registry.imports.checker import Checked, RowChecker
from registry.imports.decide import Staged
from registry.imports.issues import Issue
from registry.imports.matching import spellings
from registry.models import ImportBatch, ImportRow, Institution

A = ImportRow.Action
_TITLE = "主要机构"


class Mains:
    """First the register is asked chunk by chunk; what it does not know is looked for among the file's new rows."""

    def __init__(self, checker: RowChecker):
        self._checker = checker
        self._waiting: list[tuple[Checked, str]] = []
        self._new: dict[str, int] = {}

    def resolve(self, rows: list[Checked]) -> None:
        """Fill in main institutions that the register holds, by code, else by name in the county, else anywhere."""
        asking = [row for row in rows if row.main]
        if not asking:
            return
        wanted = {spelling for row in asking for spelling in spellings(row.main)}
        live = Institution.objects.live().order_by("pk")
        by_code = dict(live.filter(uscc__in=wanted).values_list("uscc", "pk"))
        by_name: dict[str, list[tuple[int, int]]] = {}
        for pk, name, place in live.filter(name__in=wanted).values_list("pk", "name", "division_id"):
            by_name.setdefault(match_key(name), []).append((pk, place))
        for row in asking:
            named = by_name.get(match_key(row.main), [])
            near = [pk for pk, place in named if row.place and place == row.place.id] or [
                pk for pk, _ in named
            ]
            if row.main in by_code:
                row.values["main_institution_id"] = by_code[row.main]
            elif len(near) == 1:
                row.values["main_institution_id"] = near[0]

    def remember(self, staged: list[Staged]) -> None:
        for one in staged:
            if one.action == A.CREATE:
                for key in (one.row.values.get("uscc"), match_key(one.row.name)):
                    if key:
                        self._new.setdefault(key, one.row.number)
            if one.row.main and "main_institution_id" not in one.row.values and one.action != A.ERROR:
                self._waiting.append((one.row, str(one.action)))

    def settle(self, batch: ImportBatch, actions: Counter) -> list[Issue]:
        """Point waiting rows at new rows of the file; what is found nowhere becomes an error of its row."""
        told: list[Issue] = []
        for row, action in self._waiting:
            staged = ImportRow.objects.get(batch=batch, number=row.number)
            main = self._new.get(row.main) or self._new.get(match_key(row.main))
            before = len(row.issues)
            if main is None or main == row.number:
                self._checker.error(
                    row, "main_institution", "main-unknown", f"名录和本表中都没有主要机构“{row.main}”。",
                    "请填主要机构的统一社会信用代码或全称；没有则留空。",
                )  # fmt: skip
                staged.action, staged.values, staged.second_names, staged.differences = A.ERROR, {}, [], {}
            else:
                staged.values["main_row"] = main
                if action in (A.UPDATE, A.UNCHANGED):
                    staged.action = A.UPDATE
                    staged.differences[_TITLE] = ["", row.main]
            staged.save(update_fields=["action", "values", "second_names", "differences"])
            actions[action] -= 1
            actions[staged.action] += 1
            told += row.issues[before:]
        return told
