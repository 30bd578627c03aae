"""An institution as it stood on a day (截至某日), and where each of its facts comes from (来源), told from the audit."""

import datetime as dt
from dataclasses import dataclass

from django.utils import timezone

from registry.history import Change, Narrator
from registry.imports.differences import title
from registry.models import AuditEntry, Institution

MOST_ENTRIES = 500
SHOWN = (
    "name", "uscc", "licence_number", "institution_class_id", "level", "grade", "affiliation", "ownership", "economic_type",
    "profit", "is_military", "division_id", "township_id", "address", "beds", "legal_representative", "phone",
    "founded_on", "main_institution_id", "status", "closed_on",
)  # fmt: skip


@dataclass(frozen=True)
class Fact:
    """One line of the page: title, value in words, and the change that set it (None: before the audit began)."""

    field: str
    title: str
    value: str
    source: Change | None


@dataclass(frozen=True)
class Standing:
    """The facts on a day. `known` is False when the record was entered only later, on the day `since`."""

    day: dt.date
    known: bool
    facts: list[Fact]
    since: dt.date | None = None

    @property
    def status(self) -> str:
        """运营状态 of the day, in words."""
        return next((fact.value for fact in self.facts if fact.field == "status"), "")


def entries_of(institution: Institution) -> list[AuditEntry]:
    """The audit of one institution, newest first."""
    rows = AuditEntry.objects.filter(table_name=Institution._meta.db_table, row_id=str(institution.pk))
    return list(rows.order_by("-id")[:MOST_ENTRIES])


def standing(
    institution: Institution, day: dt.date, entries: list[AuditEntry], narrator: Narrator
) -> Standing:
    """Undo every change after the day, newest first; what is left is how the record read at its end."""
    values = {name: getattr(institution, name) for name in SHOWN}
    known, until, since = True, [], None
    for entry in entries:
        if timezone.localdate(entry.at) <= day:
            until.append(entry)
            continue
        if entry.action == AuditEntry.Action.INSERT:
            known, since = False, timezone.localdate(entry.at)
        values |= {name: value for name, value in (entry.before or {}).items() if name in values}
    set_by: dict[str, AuditEntry] = {}
    for entry in until:
        for name, value in (entry.after or {}).items():
            if name in values and value not in (None, ""):
                set_by.setdefault(name, entry)
    facts = [
        Fact(
            name,
            title(name),
            narrator.words.of(name, values[name]),
            narrator.change(set_by[name]) if name in set_by and values[name] not in (None, "") else None,
        )
        for name in SHOWN
    ]
    return Standing(day, known, facts if known else [], since)
