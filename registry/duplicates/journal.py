"""The journal of a merge (合并明细): every row written, as it was and as it became, so that undo can tell and restore."""

from django.apps import apps
from django.core import serializers
from django.db import models


def freeze(row: models.Model) -> dict:
    """The stored fields of a row as plain JSON values."""
    return serializers.serialize("python", [row])[0] | {
        "fields": {
            field.name: _plain(field, row)
            for field in row._meta.local_concrete_fields
            if not field.primary_key
        }
    }


def _plain(field: models.Field, row: models.Model):
    value = field.value_from_object(row)
    return value if value is None or isinstance(value, str | int | bool) else field.value_to_string(row)


def thaw(frozen: dict) -> models.Model:
    """The row as it was frozen, unsaved."""
    return next(serializers.deserialize("python", [frozen])).object


def compared(model: type[models.Model], name: str) -> bool:
    """Whether a field says something of its own: not a counter of writes, not a column kept from other fields."""
    return name != "version" and model._meta.get_field(name).editable


class Journal:
    """Writes rows and notes what it wrote, in order."""

    def __init__(self):
        self.entries: list[dict] = []

    def change(self, row: models.Model, **values) -> None:
        """Save other values of a row."""
        stored = type(row)._base_manager.get(pk=row.pk)
        before = freeze(stored)
        for name, value in values.items():
            setattr(row, name, value)
        names = {row._meta.get_field(name).name for name in values}
        row.save(update_fields=names | ({"version"} if "version" in values else set()))
        after = freeze(type(row)._base_manager.get(pk=row.pk))
        changed = {
            name: [before["fields"][name], after["fields"][name]]
            for name in after["fields"]
            if compared(type(row), name) and before["fields"][name] != after["fields"][name]
        }
        if changed:
            self.entries.append(
                {"op": "change", "model": row._meta.label, "pk": row.pk, "fields": changed, "before": before}
            )

    def add(self, row: models.Model) -> None:
        """Save a new row."""
        row.save(force_insert=True)
        self.entries.append({"op": "add", "model": row._meta.label, "pk": row.pk})

    def drop(self, row: models.Model) -> None:
        """Remove a row whose counterpart stands already."""
        frozen = freeze(row)
        row.delete()
        self.entries.append({"op": "drop", "model": frozen["model"], "pk": frozen["pk"], "before": frozen})


def model_of(entry: dict) -> type[models.Model]:
    return apps.get_model(entry["model"])
