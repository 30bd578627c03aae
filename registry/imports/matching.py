"""Which institution of the register a row means (比对): by code, then licence number, then name and county.

What two rows or two institutions could both be meant by is a decision for a person, never an overwrite.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import BooleanField
from django.db.models.expressions import RawSQL

from registry.imports.cells import match_key
from registry.imports.checker import Checked, RowChecker
from registry.imports.claims import Claims
from registry.models import Institution, InstitutionName

STATED = (
    "name", "uscc", "licence_number", "institution_class_id", "level", "grade", "affiliation", "ownership",
    "economic_type", "profit", "is_military", "division_id", "township_id", "address", "beds", "legal_representative",
    "phone", "founded_on", "main_institution_id", "status", "is_demo",
)  # fmt: skip
# What a new status makes untrue: no roster states these days.
DAYS_OF_STATUS = ("closed_on", "reopened_on")
_BRACKETS = re.compile("[()（）]")
_NARROW = str.maketrans("（）", "()")
_WIDE = str.maketrans("()", "（）")
_DECIDE = "请核对是不是同一家机构：改正表中的代码或名称，或先在名录中更正。"


def spellings(name: str) -> set[str]:
    """The name with either width of brackets: what an exact comparison in the database would miss."""
    if not _BRACKETS.search(name):
        return {name}
    return {name, name.translate(_NARROW), name.translate(_WIDE)}


def _one_of(column: str, values: set[str]) -> RawSQL:
    """Equal to any of these, as one literal: thousands of parameters would cost more than the query."""
    items = '","'.join(values)
    if "\\" in items or items.count('"') > 2 * len(values) - 2:
        items = '","'.join(value.replace("\\", "\\\\").replace('"', '\\"') for value in values)
    return _in_array(column, "text", f'"{items}"' if values else "")


def _one_of_ids(column: str, ids: set[int]) -> RawSQL:
    return _in_array(column, "bigint", ",".join(map(str, ids)))


def _in_array(column: str, kind: str, items: str) -> RawSQL:
    return RawSQL(f"{column} = ANY(%s::{kind}[])", ["{" + items + "}"], output_field=BooleanField())  # noqa: S611


@dataclass
class Seen:
    """What earlier rows of the same file have used: identity to row number."""

    codes: Claims = field(default_factory=Claims)
    licences: Claims = field(default_factory=Claims)
    names: Claims = field(default_factory=Claims)
    institutions: Claims = field(default_factory=Claims)

    def duplicates(self, checker: RowChecker, row: Checked) -> None:
        """Errors for what an earlier row has already said; the first row keeps its claim."""
        values, number = row.values, row.number
        if (code := values.get("uscc", "")) and (first := self.codes.first(code, number)[0]) != number:
            _said_before(checker, row, "uscc", "统一社会信用代码", first)
        if (licence := values.get("licence_number")) and (
            first := self.licences.first(licence, number)[0]
        ) != number:
            _said_before(checker, row, "licence_number", "登记号", first)
        if not row.name or row.place is None:
            return
        township = values.get("township_id") or 0
        key = row.place.id, match_key(row.name)
        first, other = self.names.first(key, number, 2 * township + bool(code))
        if first == number or "uscc" in row.faulty or "licence_number" in row.faulty:
            return
        other_township, other_code = divmod(other, 2)
        if not code or not other_code:
            checker.error(
                row,
                "name",
                "duplicate-in-file",
                f"与第 {first} 行同名且同在{row.place.name}。",
                "同一机构只留一行；不是同一机构请填写代码。",
            )
        elif township and other_township and township != other_township:
            checker.warn(
                row,
                "name",
                "same-name",
                f"与第 {first} 行同名，代码和乡镇街道不同，按两家机构处理。",
                "请核对。",
            )
        else:
            checker.decide(
                row,
                "name",
                "same-name",
                f"与第 {first} 行同名且同在{row.place.name}，代码不同。",
                "请核对代码，或填写乡镇街道以示区别。",
            )


def _said_before(checker: RowChecker, row: Checked, name: str, title: str, first: int) -> None:
    checker.error(
        row,
        name,
        "duplicate-in-file",
        f"{title}与第 {first} 行重复。",
        "同一机构只留一行；不是同一机构请改正代码。",
    )


@dataclass
class Candidates:
    """The institutions that the rows of one chunk could mean, fetched with a handful of queries."""

    by_code: dict[str, dict] = field(default_factory=dict)
    by_licence: dict[str, dict] = field(default_factory=dict)
    by_name: dict[tuple[int, str], list[dict]] = field(default_factory=lambda: defaultdict(list))
    by_alias: dict[tuple[int, str], set[int]] = field(default_factory=lambda: defaultdict(set))
    names: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    anywhere: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))

    @property
    def none(self) -> bool:
        """True when no row of the chunk can mean any institution, as in a first import."""
        return not (self.by_code or self.by_licence or self.by_name or self.by_alias)

    @classmethod
    def of(cls, rows: Iterable[Checked]) -> "Candidates":
        codes: set[str] = set()
        licences: set[str] = set()
        names: set[str] = set()
        places: set[int] = set()
        lost: set[str] = set()  # names of faulty rows that do not say where
        for row in rows:
            if code := row.values.get("uscc"):
                codes.add(code)
            if licence := row.values.get("licence_number"):
                licences.add(licence)
            if row.name and row.place is not None:
                names |= spellings(row.name)
                places.add(row.place.id)
            elif row.name:
                lost |= spellings(row.name)
        found = cls()
        fields = ("id", "version", "merged_into_id", *STATED, *DAYS_OF_STATUS)
        live = Institution.objects.live().order_by("pk")
        for one in live.filter(_one_of("uscc", codes)).exclude(uscc="").values(*fields):
            found.by_code[one["uscc"]] = one
        by_licence = live.filter(_one_of("licence_number", licences)).exclude(licence_number="")
        for one in by_licence.values(*fields) if licences else ():
            found.by_licence[one["licence_number"]] = one
        here = live.filter(_one_of("name", names), _one_of_ids("division_id", places))
        for one in here.values(*fields) if names else ():
            found.by_name[one["division_id"], match_key(one["name"])].append(one)
        found._follow_merged(codes, licences, fields)
        found._load_other_names(names, places)
        for pk, name in live.filter(_one_of("name", lost)).values_list("pk", "name") if lost else ():
            found.anywhere[match_key(name)].add(pk)
        return found

    def _follow_merged(self, codes, licences, fields) -> None:
        """A code that only a merged record carries means the record it was merged into."""
        gone = Institution.objects.filter(merged_into__isnull=False).order_by("pk")
        pairs = [
            (store, name, one)
            for store, name, wanted in (
                (self.by_code, "uscc", codes),
                (self.by_licence, "licence_number", licences),
            )
            if (lacking := wanted - store.keys())
            for one in gone.filter(_one_of(name, lacking)).values(name, "merged_into_id")
        ]
        if pairs:
            targets = {
                one["id"]: one
                for one in Institution.objects.live()
                .filter(pk__in={p[2]["merged_into_id"] for p in pairs})
                .values(*fields)
            }
            for store, name, one in pairs:
                if target := targets.get(one["merged_into_id"]):
                    store.setdefault(one[name], target)

    def _load_other_names(self, names: set[str], places: set[int]) -> None:
        ids = {one["id"] for store in (self.by_code, self.by_licence) for one in store.values()}
        ids |= {one["id"] for group in self.by_name.values() for one in group}
        known = InstitutionName.objects.order_by("pk")
        theirs = known.filter(_one_of_ids("institution_id", ids)) if ids else known.none()
        for pk, name in theirs.values_list("institution_id", "name"):
            self.names[pk].add(match_key(name))
        alias = known.filter(
            _one_of("registry_institutionname.name", names),
            _one_of_ids("registry_institution.division_id", places),
            institution__merged_into=None,
        )
        for pk, place, name in alias.values_list("institution_id", "institution__division_id", "name"):
            self.by_alias[place, match_key(name)].add(pk)


def target_of(checker: RowChecker, row: Checked, found: Candidates) -> dict | None:
    """The institution that a row means, or None for a new one; what cannot be told is noted as a decision."""
    code, licence = row.values.get("uscc", ""), row.values.get("licence_number", "")
    by_code, by_licence = (
        found.by_code.get(code) if code else None,
        found.by_licence.get(licence) if licence else None,
    )
    if by_code:
        if by_licence and by_licence["id"] != by_code["id"]:
            _decide(
                checker,
                row,
                "licence_number",
                f"代码是“{by_code['name']}”，登记号却是“{by_licence['name']}”。",
            )
        elif (
            match_key(by_code["name"]) != match_key(row.name)
            and match_key(row.name) not in found.names[by_code["id"]]
        ):
            checker.warn(
                row,
                "name",
                "name-changes",
                f"名录中这一代码的名称是“{by_code['name']}”，将改名。",
                "请核对是否更名。",
            )
        return by_code
    if by_licence:
        if code and by_licence["uscc"] and by_licence["uscc"] != code:
            _decide(
                checker,
                row,
                "uscc",
                f"登记号是“{by_licence['name']}”，它在名录中的代码是 {by_licence['uscc']}。",
            )
        return by_licence
    return _by_name(checker, row, found, code, licence)


def likely(row: Checked, found: Candidates) -> int | None:
    """The institution that a row which cannot be taken seems to mean: at least it is not missing from the file."""
    values, name = row.values, match_key(row.name)
    held = found.by_code.get(values.get("uscc", "")) or found.by_licence.get(values.get("licence_number", ""))
    if held:
        return held["id"]
    if row.place is None:
        options = found.anywhere.get(name, ())
    else:
        same = found.by_name.get((row.place.id, name))
        options = {one["id"] for one in same} if same else found.by_alias.get((row.place.id, name), ())
    return next(iter(options)) if len(options) == 1 else None


def _by_name(checker: RowChecker, row: Checked, found: Candidates, code: str, licence: str) -> dict | None:
    key = row.place.id, match_key(row.name)
    same = found.by_name.get(key, [])
    township = row.values.get("township_id")
    if len(same) > 1 and township:
        same = [one for one in same if one["township_id"] == township] or same
    if len(same) > 1:
        _decide(checker, row, "name", f"名录中{row.place.name}有 {len(same)} 家同名机构，分不出是哪一家。")
        return same[0]
    if same:
        one = same[0]
        if code and one["uscc"] and one["uscc"] != code:
            if township and one["township_id"] and one["township_id"] != township:
                checker.warn(
                    row,
                    "name",
                    "same-name",
                    "名录中有同名机构，代码和乡镇街道不同，按新机构处理。",
                    "请核对。",
                )
                return None
            _decide(checker, row, "uscc", f"名录中同名机构的代码是 {one['uscc']}。")
        elif licence and one["licence_number"] and one["licence_number"] != licence:
            _decide(checker, row, "licence_number", f"名录中同名机构的登记号是 {one['licence_number']}。")
        return one
    if aliases := found.by_alias.get(key):
        if code:
            checker.warn(
                row,
                "name",
                "alias-exists",
                "名录中另有机构以此为第二名称或别名，按新机构处理。",
                "请核对是否同一机构。",
            )
        else:
            _decide(checker, row, "name", f"这是名录中另外 {len(aliases)} 家机构的第二名称或别名。")
    return None


def _decide(checker: RowChecker, row: Checked, name: str, message: str) -> None:
    checker.decide(row, name, "match-undecided", message, _DECIDE)
