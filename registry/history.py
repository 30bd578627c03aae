"""Who changed what of an institution (变更记录), told from the audit in words."""

from dataclasses import dataclass
from datetime import datetime

from registry.imports.differences import Words, title
from registry.models import (
    AuditEntry,
    Division,
    ImportBatch,
    ImportRow,
    Institution,
    InstitutionClass,
    User,
)

SHOWN = 50
_SILENT = frozenset(("id", "version", "pinyin", "level_on", "level_source"))


@dataclass
class Change:
    """One entry: when, by whom, from which file and row, and the fields with their values before and after."""

    at: datetime
    action: str
    who: str
    reason: str
    batch: ImportBatch | None
    row: int | None
    fields: list[tuple[str, str, str]]


def of_institution(institution: Institution) -> list[Change]:
    """The latest changes of one institution, newest first; four queries however many."""
    entries = list(
        AuditEntry.objects.filter(table_name=Institution._meta.db_table, row_id=str(institution.pk)).order_by(
            "-id"
        )[:SHOWN]
    )
    people = dict(
        User.objects.filter(pk__in={entry.actor_id for entry in entries})
        .order_by("pk")
        .values_list("pk", "name")
    )
    numbers = {entry.context["batch"] for entry in entries if isinstance(entry.context.get("batch"), int)}
    batches = ImportBatch.objects.in_bulk(numbers)
    rows = dict(
        ImportRow.objects.filter(batch__in=numbers, institution=institution)
        .order_by("pk")
        .values_list("batch_id", "number")
    )
    words = _words(entries)
    return [_change(entry, people, batches, rows, words) for entry in entries]


def _words(entries: list[AuditEntry]) -> Words:
    values = [part for entry in entries for part in (entry.before or {}, entry.after or {})]
    places = {part[name] for part in values for name in ("division_id", "township_id") if part.get(name)}
    classes = {part["institution_class_id"] for part in values if part.get("institution_class_id")}
    return Words(
        dict(Division.objects.filter(pk__in=places).order_by("pk").values_list("pk", "name")),
        dict(InstitutionClass.objects.filter(pk__in=classes).order_by("pk").values_list("code", "name")),
    )


def _change(entry, people, batches, rows, words: Words) -> Change:
    before, after = entry.before or {}, entry.after or {}
    names = [
        name for name in after if name not in _SILENT and (before or after[name] not in (None, "", False))
    ]
    batch = batches.get(entry.context.get("batch"))
    return Change(
        at=entry.at,
        action=entry.get_action_display(),
        who=people.get(entry.actor_id, "系统"),
        reason=str(entry.context.get("reason", "")),
        batch=batch,
        row=rows.get(batch.pk) if batch else None,
        fields=[
            (title(name), words.of(name, before.get(name)), words.of(name, after[name])) for name in names
        ],
    )
