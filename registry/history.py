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
UPDATED = AuditEntry.Action.UPDATE.label
_PLACES = ("division_id", "township_id")
_SILENT = frozenset(("id", "version", "pinyin", "level_on", "level_source", "area_path", "search_text"))


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


class Narrator:
    """Tells audit entries in words; a handful of queries for all of them together."""

    def __init__(self, institution: Institution, entries: list[AuditEntry]):
        self._people = dict(
            User.objects.filter(pk__in={entry.actor_id for entry in entries})
            .order_by("pk")
            .values_list("pk", "name")
        )
        numbers = {entry.context["batch"] for entry in entries if isinstance(entry.context.get("batch"), int)}
        self._batches = ImportBatch.objects.in_bulk(numbers)
        self._rows = dict(
            ImportRow.objects.filter(
                batch__in=numbers, institution=institution, action__in=("create", "update"), skipped=False
            )
            .order_by("pk")
            .values_list("batch_id", "number")
        )
        self.words = _words(institution, entries)

    def change(self, entry: AuditEntry) -> Change:
        """One entry as a line of the history."""
        return _change(entry, self._people, self._batches, self._rows, self.words)


def told(entries: list[AuditEntry], narrator: Narrator) -> list[Change]:
    """The latest changes, newest first, without those of derived columns alone."""
    changes = [narrator.change(entry) for entry in entries[:SHOWN]]
    return [change for change in changes if change.fields or change.action != UPDATED]


def _words(institution: Institution, entries: list[AuditEntry]) -> Words:
    values = [part for entry in entries for part in (entry.before or {}, entry.after or {})]
    values.append({name: getattr(institution, name) for name in (*_PLACES, "institution_class_id")})
    places = {part[name] for part in values for name in _PLACES if part.get(name)}
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
