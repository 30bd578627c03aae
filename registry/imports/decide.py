"""What is to happen with a checked row (处理): create, update with its differences, unchanged, or wait for a person."""

from dataclasses import dataclass, field

from django.utils import timezone

from registry.imports import differences
from registry.imports.cells import match_key
from registry.imports.checker import Checked, RowChecker
from registry.imports.matching import DAYS_OF_STATUS, Candidates, Seen, likely, target_of
from registry.imports.staging import as_json
from registry.models import ImportRow
from registry.pinyin import initials

A = ImportRow.Action
_CREATE = A.CREATE.value  # the plain text: rows come in masses
_UNCHANGED = A.UNCHANGED.value


@dataclass(slots=True)
class Staged:
    """One line of the staging table."""

    row: Checked
    action: str
    values: str = "{}"  # what is to be written, as JSON
    second_names: list[str] = field(default_factory=list)
    institution: int | None = None
    version: int | None = None
    differences: dict = field(default_factory=dict)


class Decider:
    """Decides row after row of one file; `seen` remembers what earlier rows have claimed."""

    def __init__(self, checker: RowChecker, words: differences.Words, source: str):
        self._checker, self._words = checker, words
        self.seen = Seen()
        self._level_facts = {"level_source": source[:200], "level_on": timezone.localdate().isoformat()}
        self._level_json = as_json(self._level_facts)[1:-1]

    def duplicates(self, row: Checked) -> None:
        """Tell of what an earlier row has said already."""
        self.seen.duplicates(self._checker, row)

    def decide(self, row: Checked, found: Candidates) -> Staged:
        if row.stopped or row.place is None:
            return Staged(row, A.ERROR, institution=likely(row, found))
        held = None if found.none else target_of(self._checker, row, found)
        if held is None:
            return self._new(row, found)
        if row.values.get("main_institution_id") == held["id"]:
            self._checker.error(
                row, "main_institution", "main-itself", "主要机构是它自己。", "主要机构本身这一格留空。"
            )
            return Staged(row, A.ERROR, institution=held["id"])
        self._claim(row, held)
        if row.undecided:
            return Staged(row, A.DECISION, institution=held["id"])
        return self._against(row, held, found.names[held["id"]])

    def _claim(self, row: Checked, held: dict) -> None:
        first, _ = self.seen.institutions.first(held["id"], row.number)
        if first != row.number:
            self._checker.decide(
                row,
                "name",
                "match-twice",
                f"与第 {first} 行对应名录中同一家机构“{held['name']}”。",
                "同一机构只留一行。",
            )
        if not self._checker.scope.holds(held["division_id"]):
            place = self._checker.places.by_id.get(held["division_id"])
            self._checker.decide(
                row,
                "name",
                "match-outside-area",
                f"名录中这家机构在{self._checker.places.full_name(place) if place else '别处'}，不在您的导入范围。",
                "请由共同的上级机关办理。",
            )

    def _new(self, row: Checked, found: Candidates) -> Staged:
        if row.undecided:
            return Staged(row, A.DECISION, institution=likely(row, found))
        stated = row.stated or as_json(row.values)
        facts = f",{self._level_json}" if "level" in row.values or "grade" in row.values else ""
        values = f'{stated[:-1]},"pinyin":"{initials(row.name)}"{facts}}}'
        return Staged(row, _CREATE, values, row.second_names)

    def _against(self, row: Checked, held: dict, names: set[str]) -> Staged:
        stated = dict(row.values)
        if match_key(stated["name"]) == match_key(held["name"]) or match_key(stated["name"]) in names:
            del stated["name"]  # another spelling or another name of the same institution is no change
        if stated.get("level", held["level"]) != held["level"]:
            stated.setdefault("grade", "")  # a grade belongs to the level it was given for
        changed = differences.changed_fields(stated, held)
        fresh = [
            n
            for n in row.second_names
            if match_key(n) not in names and match_key(n) != match_key(held["name"])
        ]
        if not changed and not fresh:
            return Staged(row, _UNCHANGED, institution=held["id"], version=held["version"])
        values = {name: stated[name] for name in changed}
        if values.keys() & {"level", "grade"}:
            values |= {name: row.values.get(name, "") for name in differences.LEVEL_FACTS}
            values |= self._level_facts
        if "status" in values:
            gone = {name: None for name in DAYS_OF_STATUS if held[name]}
            values, stated, changed = values | gone, stated | gone, [*changed, *gone]
        if "name" in values:
            values["pinyin"] = initials(values["name"])
        shown = self._words.difference(changed, stated, held)
        if fresh:
            shown["第二名称"] = ["", "；".join(fresh)]
        return Staged(row, A.UPDATE, as_json(values), fresh, held["id"], held["version"], shown)
