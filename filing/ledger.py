"""The ledger of an acceptance (入册账): what it wrote into the register, and taking exactly that back.

The rows of the consortium are read before and after the writing; what differs is kept. Taking back first makes sure
that everything still stands as it was written: what has been built on since is named, and nothing is undone.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.apps import apps
from django.db import models

from filing.models import Filing, FilingEntry
from grids.models import GridAssignment
from grids.services import forget_filed, restore_filed
from registry.errors import Refused
from registry.models import Consortium, Credential, Declaration, Lead, Membership, Waiver

OF_CONSORTIUM = (Lead, Membership, Declaration, Waiver, GridAssignment)
UNWATCHED = {"version"}  # a counter: others move it on without touching what was written
Row = dict[str, Any]
Picture = dict[tuple[str, int], Row]


def _row(record: models.Model) -> Row:
    """A row as JSON keeps it, by column."""
    row = {}
    for field in record._meta.concrete_fields:
        value = field.value_from_object(record)
        plain = value is None or isinstance(value, bool | int | str | list | dict)
        row[field.attname] = value if plain else field.value_to_string(record)
    return row


def _record(table: str, row: Row) -> models.Model:
    model = apps.get_model(table)
    fields = {field.attname: field for field in model._meta.concrete_fields}
    return model(**{name: fields[name].to_python(value) for name, value in row.items() if name in fields})


def picture(consortium_id: int | None, credentials_of: int | None = None) -> Picture:
    """Everything that an acceptance may write about a consortium, as it stands."""
    found: list[models.Model] = []
    if consortium_id:
        found += Consortium.objects.filter(pk=consortium_id)
        for model in OF_CONSORTIUM:
            found += model.objects.filter(consortium=consortium_id).order_by("pk")
    if credentials_of:
        found += Credential.objects.filter(institution=credentials_of).order_by("pk")
    return {(record._meta.label, record.pk): _row(record) for record in found}


@contextmanager
def kept(filing: Filing) -> Iterator[None]:
    """Inside, what is written about the filing's consortium goes into its ledger."""
    before = picture(filing.consortium_id, filing.lead_id)
    yield
    after = picture(filing.consortium_id, filing.lead_id)
    FilingEntry.objects.bulk_create(
        FilingEntry(filing=filing, table=key[0], row=key[1], before=before.get(key), after=after.get(key))
        for key in dict.fromkeys([*before, *after])
        if before.get(key) != after.get(key)
    )


def take_back(filing: Filing, *, by) -> None:
    """Undo what an acceptance wrote. Raises Refused, naming the place, where later changes stand on it."""
    entries = list(filing.entries.order_by("-pk"))
    now = picture(filing.consortium_id, filing.lead_id)
    if built_on := [
        word for entry in entries if (word := _built_on(entry, now.get((entry.table, entry.row))))
    ]:
        raise Refused(
            f"备案以后又有改动：{'、'.join(dict.fromkeys(built_on))}。请先撤销后来的变更，或者办理新的变更。"
        )
    made = [entry for entry in entries if entry.before is None]
    for entry in [
        *made,
        *(e for e in entries if e.before and e.after),
        *(e for e in entries if e.after is None),
    ]:
        _restore(entry, by)


def _built_on(entry: FilingEntry, now: Row | None) -> str:
    """What has changed about a written row since, in words; nothing when it stands as written."""
    model = apps.get_model(entry.table)
    word = str(model._meta.verbose_name)
    if entry.after is None:
        return word if now is not None else ""
    if now is None:
        return word
    written = (
        entry.after
        if entry.before is None
        else {k: v for k, v in entry.after.items() if entry.before.get(k) != v}
    )
    changed = [name for name, value in written.items() if name not in UNWATCHED and now.get(name) != value]
    labels = {f.attname: str(f.verbose_name) for f in model._meta.concrete_fields}
    return f"{word}（{'、'.join(labels[name] for name in changed)}）" if changed else ""


def _restore(entry: FilingEntry, by) -> None:
    model = apps.get_model(entry.table)
    if model is Consortium and entry.before is None:
        _never_was(entry.row)
    elif model is GridAssignment and entry.before is None:
        forget_filed(entry.row, by=by)
    elif model is GridAssignment:
        restore_filed(_record(entry.table, entry.before), by=by)
    elif entry.before is None:
        model.objects.get(pk=entry.row).delete()
    elif entry.after is None:
        _record(entry.table, entry.before).save(force_insert=True)
    else:
        changed = [name for name, value in entry.before.items() if entry.after.get(name) != value]
        _record(entry.table, entry.before).save(
            update_fields=[name for name in changed if name not in UNWATCHED]
        )


def _never_was(consortium_id: int) -> None:
    """The consortium then exists on no day; its row stays for the case that names it."""
    consortium = Consortium.objects.get(pk=consortium_id)
    consortium.closed_on, consortium.registered_on = consortium.founded_on, None
    consortium.save(update_fields=["closed_on", "registered_on"])
