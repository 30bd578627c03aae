"""What a person typed about one institution, under the very rules of the roster import (逐项校验)."""

from registry.errors import Refused
from registry.imports import template
from registry.imports.cells import match_key
from registry.imports.checker import Checked, RowChecker
from registry.imports.issues import Issue, Severity
from registry.imports.mains import Mains
from registry.imports.matching import Candidates
from registry.imports.roster_columns import COLUMNS
from registry.imports.roster_rules import RULES
from registry.imports.scope import Scope
from registry.imports.source import Sheet
from registry.imports.table import Aliases, Header, Table
from registry.imports.vocabulary import Vocabulary
from registry.models import Institution
from registry.places.cells import Places

# What a field becomes when its line is left empty. In a roster an empty cell says nothing; on this form it clears.
EMPTY = {
    "uscc": "", "licence_number": "", "institution_class_id": None, "level": "", "grade": "", "affiliation": "",
    "ownership": "", "economic_type": "", "profit": "", "is_military": None, "township_id": None, "address": "",
    "beds": None, "legal_representative": "", "phone": "", "founded_on": None, "main_institution_id": None,
}  # fmt: skip
_CHECK = "请核对是不是同一家机构：是同一家请在那条记录上修改，不是请改正代码或名称。"


class Faulty(Refused):
    """What was typed cannot be taken; `issues` are the import's own messages, each with its field."""

    def __init__(self, issues: list[tuple[str, Issue]]):
        super().__init__("；".join(issue.message for _, issue in issues))
        self.issues = issues


def check(raw: dict[str, str], scope: Scope, *, own: Institution | None = None) -> Checked:
    """The typed texts by field as values of the register, with every fault and warning at once."""
    titles = {column.field: column.title for column in template.columns()}
    header = Header(0, 0, {name: at for at, name in enumerate(titles)}, dict(enumerate(titles.values())))
    checker = RowChecker(Table(Sheet(""), header, Aliases(COLUMNS)), Vocabulary(), Places(), scope)
    checked = checker.check(1, {name: raw.get(name, "") for name in titles}, list(raw.values()), RULES)
    if checked.place is not None:
        _against_register(checker, checked, own)
        Mains(checker).resolve_alone(checked)
    if own is not None and checked.values.get("main_institution_id") == own.pk:
        checker.error(
            checked, "main_institution", "main-itself", "主要机构是它自己。", "主要机构本身这一格留空。"
        )
    return checked


def _against_register(checker: RowChecker, row: Checked, own: Institution | None) -> None:
    """A code belongs to one institution; a name to one in its county, unless different codes tell them apart."""
    found = Candidates.of([row])
    own_id = own.pk if own else None
    for name, store in (("uscc", found.by_code), ("licence_number", found.by_licence)):
        held = store.get(row.values.get(name, ""))
        if held and held["id"] != own_id:
            checker.error(row, name, "match-undecided", f"名录中“{held['name']}”已用这个号码。", _CHECK)
    same = [one for one in found.by_name.get((row.place.id, match_key(row.name)), []) if one["id"] != own_id]
    code = row.values.get("uscc", "")
    for one in same:
        if code and one["uscc"] and code != one["uscc"]:
            checker.warn(
                row, "name", "same-name", f"名录中{row.place.name}有同名机构，代码不同。", "请核对。"
            )
        else:
            checker.error(
                row, "name", "match-undecided", f"名录中{row.place.name}已有“{one['name']}”。", _CHECK
            )


def faults(checked: Checked) -> list[tuple[str, Issue]]:
    """Field and issue of every error."""
    return _of(checked, Severity.ERROR)


def warnings(checked: Checked) -> list[str]:
    return [f"{issue.message}{issue.remedy}" for _, issue in _of(checked, Severity.WARNING)]


def _of(checked: Checked, severity: Severity) -> list[tuple[str, Issue]]:
    fields = {column.title: column.field for column in template.columns()}
    return [(fields.get(one.column, ""), one) for one in checked.issues if one.severity is severity]


def values_of(checked: Checked) -> dict:
    """Every field of the form with its value. Raises Faulty when something cannot be taken."""
    if found := faults(checked):
        raise Faulty(found)
    return EMPTY | {
        name: value for name, value in checked.values.items() if name not in ("raw_level", "raw_grade")
    }
