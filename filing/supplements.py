"""What policy documents ask of the form beyond the common one (备案表补充), read from fixtures/forms.

A file that names an unknown section, kind of question or kind of consortium does not load, and says where.
"""

import hashlib
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings

from filing.fields import Field
from filing.models import Material
from filing.sections import BY_KEY
from registry.models import Consortium

KINDS = {"text", "long", "date", "choice", "multi", "bool", "number", "email"}
KEYS = {"section", "key", "label", "kind", "choices", "clauses", "kinds", "declares", "required", "wide", "help",
        "max_length", "short"}  # fmt: skip


class BadSupplement(ValueError):
    """A file of fixtures/forms that cannot be used, with its place."""


@dataclass(frozen=True)
class RequiredMaterial:
    """A kind of file that must be attached, and the clause that says so."""

    kind: str
    clauses: tuple[str, ...]
    kinds: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        return Material.Kind(self.kind).label


@dataclass(frozen=True)
class Supplement:
    """One file: what a document requires, hides and adds."""

    pack: str
    digest: str
    require: tuple[str, ...] = ()
    hide: tuple[str, ...] = ()
    materials: tuple[RequiredMaterial, ...] = ()
    fields: tuple[tuple[str, Field], ...] = ()

    def fields_of(self, section: str) -> list[Field]:
        return [field for at, field in self.fields if at == section]


@cache
def supplements() -> tuple[Supplement, ...]:
    """All files, in the order of their names."""
    folder = settings.BASE_DIR / "fixtures" / "forms"
    return tuple(read(path) for path in sorted(folder.glob("*.toml")))


def read(path: Path) -> Supplement:
    """One file. Raises BadSupplement with the place of what is wrong."""
    content = path.read_bytes()
    body = tomllib.loads(content.decode())
    try:
        return _supplement(body, hashlib.sha256(content).hexdigest()[:8])
    except (KeyError, TypeError, ValueError) as wrong:
        raise BadSupplement(f"{path.name}: {wrong}") from wrong


def _supplement(body: dict[str, Any], digest: str) -> Supplement:
    if unknown := body.keys() - {"pack", "require", "hide", "materials", "field"}:
        raise ValueError(f"unknown keys {sorted(unknown)}")
    fields = tuple(_field(row) for row in body.get("field", ()))
    known = {f"{section.key}.{field.key}" for section in BY_KEY.values() for field in section.fields}
    for name in (*body.get("require", ()), *body.get("hide", ())):
        if name not in known:
            raise ValueError(f"no question {name}")
    return Supplement(
        body["pack"],
        digest,
        tuple(body.get("require", ())),
        tuple(body.get("hide", ())),
        tuple(_material(row) for row in body.get("materials", ())),
        fields,
    )


def _material(row: dict[str, Any]) -> RequiredMaterial:
    return RequiredMaterial(Material.Kind(row["kind"]).value, _clauses(row), _kinds(row))


def _field(row: dict[str, Any]) -> tuple[str, Field]:
    if unknown := row.keys() - KEYS:
        raise ValueError(f"{row.get('key')}: unknown keys {sorted(unknown)}")
    section, kind = BY_KEY[row["section"]], row.get("kind", "text")
    if section.kind != "fields" or kind not in KINDS or not re.fullmatch(r"[a-z][a-z0-9_]*", row["key"]):
        raise ValueError(f"{row['key']}: section, kind or key")
    choices = tuple((c, c) if isinstance(c, str) else tuple(c) for c in row.get("choices", ()))
    if (kind in ("choice", "multi")) != bool(choices):
        raise ValueError(f"{row['key']}: choices")
    plain = {
        name: row[name]
        for name in ("declares", "required", "wide", "help", "max_length", "short")
        if name in row
    }
    field = Field(
        row["key"], row["label"], kind, clauses=_clauses(row), choices=choices, kinds=_kinds(row),
        part="lead" if section.key == "B" else "governance", **plain,
    )  # fmt: skip
    return section.key, field


def _clauses(row: dict[str, Any]) -> tuple[str, ...]:
    if not row["clauses"]:
        raise ValueError(f"{row}: no clause")
    return tuple(row["clauses"])


def _kinds(row: dict[str, Any]) -> tuple[str, ...]:
    return tuple(Consortium.Kind(kind).value for kind in row.get("kinds", ()))


def added_fields() -> Iterator[tuple[str, Field]]:
    """Every question that some document adds, with its section."""
    for supplement in supplements():
        yield from supplement.fields


def find_field(section_key: str, field_key: str) -> Field | None:
    """A question of the common form or of any supplement."""
    section = BY_KEY.get(section_key)
    if section is None:
        return None
    added = [field for at, field in added_fields() if at == section_key]
    return next((field for field in (*section.fields, *added) if field.key == field_key), None)


def label_of(section_key: str, field_key: str) -> str:
    """Words for a place in the form: the field's label, or the section's title."""
    field = find_field(section_key, field_key)
    return field.label if field else BY_KEY[section_key].title
