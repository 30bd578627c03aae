"""The code lists (代码表) of fixtures/codes, brought into the database without touching unchanged rows."""

import csv
from collections.abc import Callable, Iterator
from pathlib import Path

from django.conf import settings
from django.db import models, transaction

from registry.models import (
    AffiliationWord,
    EconomicType,
    HospitalGrade,
    InstitutionClass,
    SubjectTerm,
    TreatmentSubject,
)

FOLDER = Path("fixtures") / "codes"


def _words(text: str) -> list[str]:
    return [word for word in text.split(";") if word]


def _yes(text: str) -> bool:
    return text == "1"


LISTS: list[tuple[type[models.Model], str, dict[str, Callable]]] = [
    (InstitutionClass, "institution_classes.csv", {"is_local": _yes}),
    (TreatmentSubject, "treatment_subjects.csv", {"level": int}),
    (SubjectTerm, "subject_terms.csv", {}),
    (EconomicType, "economic_types.csv", {}),
    (HospitalGrade, "hospital_grades.csv", {"is_official": _yes, "aliases": _words}),
    (AffiliationWord, "affiliation_words.csv", {}),
]
REFERENCES = {"parent_code": "parent_id", "subject_code": "subject_id"}


@transaction.atomic
def load_codes() -> int:
    """Insert or update what differs; answers how many rows were written. Nothing is ever removed."""
    return sum(_load(model, name, readers) for model, name, readers in LISTS)


def _load(model: type[models.Model], name: str, readers: dict[str, Callable]) -> int:
    stored = {row.pk: row for row in model.objects.all()}
    fresh, changed, fields = [], [], set()
    for values in _rows(settings.BASE_DIR / FOLDER / name, readers):
        row = model(**values)
        known = stored.get(row.pk)
        if known is None:
            fresh.append(row)
        elif any(getattr(known, field) != value for field, value in values.items()):
            changed.append(row)
        fields = set(values) - {model._meta.pk.attname}
    model.objects.bulk_create(fresh)
    if changed:
        model.objects.bulk_update(changed, sorted(field.removesuffix("_id") for field in fields))
    return len(fresh) + len(changed)


def _rows(path: Path, readers: dict[str, Callable]) -> Iterator[dict]:
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            values = {}
            for column, text in row.items():
                field = REFERENCES.get(column, column)
                values[field] = (text or None) if field.endswith("_id") else readers.get(column, str)(text)
            yield values
