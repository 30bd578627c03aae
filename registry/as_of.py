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
    "founded_on", "main_institution_id", "status", "closed_on", "reopened_on",
)  # fmt: skip
_LIFE = ("status", "closed_on", "reopened_on")


@dataclass(frozen=True)
class Fact:
    """One line of the page: title, value in words, and the change that set it (None: before the audit began)."""

    field: str
    title: str
    value: str
    source: Change | None


@dataclass(frozen=True)
class Standing:
    """The facts on a day. `known` is False when the record was entered only later, on the day `since`.

    `status` is the 运营状态 of the day in words, also where only a closing or reopening of that time is known.
    """

    day: dt.date
    known: bool
    facts: list[Fact]
    status: str
    since: dt.date | None = None


def entries_of(institution: Institution) -> list[AuditEntry]:
    """The audit of one institution, newest first."""
    rows = AuditEntry.objects.filter(table_name=Institution._meta.db_table, row_id=str(institution.pk))
    return list(rows.order_by("-id")[:MOST_ENTRIES])


def standing(
    institution: Institution, day: dt.date, entries: list[AuditEntry], narrator: Narrator
) -> Standing:
    """Undo every change after the day, newest first; what is left is how the record read at its end.

    A closing or reopening counts from its own date and not from the day on which somebody entered it.
    """
    values = {name: getattr(institution, name) for name in SHOWN}
    known, until, since, dated = True, [], None, None
    for entry in entries:
        if timezone.localdate(entry.at) <= day:
            until.append(entry)
            continue
        if entry.action == AuditEntry.Action.INSERT:
            known, since = False, timezone.localdate(entry.at)
        if dated is None and (begins := _begins(entry)) and begins <= day:
            dated = entry
        undone = values if dated is None else values.keys() - _LIFE
        values |= {name: value for name, value in (entry.before or {}).items() if name in undone}
    set_by: dict[str, AuditEntry] = {name: dated for name in _LIFE if dated}
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
    status = narrator.words.of("status", values["status"]) if known or dated else ""
    return Standing(day, known, facts if known else [], status, since)


def _begins(entry: AuditEntry) -> dt.date | None:
    """The day that a closing (注销) or reopening (恢复开业) names for itself."""
    after = entry.after or {}
    named = after.get("closed_on") or after.get("reopened_on")
    return dt.date.fromisoformat(named) if named else None
