"""The same roster through django-import-export alone: as its manual begins, and tuned as far as it goes.

Both read the file with the library's own XLSX format, map words to values, look foreign keys up by code and write
to the audited table. Neither stages, compares with names and licences, or has a preview that can be applied later.
"""

from functools import cache
from pathlib import Path

from import_export import fields, resources, widgets
from import_export.formats.base_formats import XLSX
from import_export.instance_loaders import CachedInstanceLoader

from registry import audit
from registry.models import Division, Institution, InstitutionClass
from registry.operators import operator
from tests.benchmarks import words


class Word(widgets.Widget):
    """A word of a short list."""

    def __init__(self, table: dict[str, str]):
        super().__init__()
        self._table = table

    def clean(self, value, row=None, **kwargs):
        return self._table[value or ""]


class Text(widgets.CharWidget):
    def clean(self, value, row=None, **kwargs):
        return "" if value is None else str(value)


class Loaded(widgets.ForeignKeyWidget):
    """A foreign key looked up in a dictionary that is loaded once."""

    @cache  # noqa: B019  one process, one import
    def _known(self) -> dict:
        return {str(getattr(one, self.field)): one for one in self.model.objects.all()}

    def clean(self, value, row=None, **kwargs):
        return self._known()[str(value)]


def _fields(foreign_key) -> dict[str, fields.Field]:
    def field(name: str, title: str, widget=None) -> fields.Field:
        return fields.Field(attribute=name, column_name=title, widget=widget or Text())

    return {
        "name": field("name", "机构名称"),
        "uscc": field("uscc", "统一社会信用代码"),
        "institution_class": field(
            "institution_class", "机构类别代码", foreign_key(InstitutionClass, "code")
        ),
        "level": field("level", "医院级别", Word(words.LEVELS)),
        "grade": field("grade", "医院等次", Word(words.GRADES)),
        "affiliation": field("affiliation", "隶属关系", Word(words.AFFILIATIONS)),
        "ownership": field("ownership", "所有制", Word(words.OWNERSHIP)),
        "division": field("division", "行政区划代码", foreign_key(Division, "code")),
        "address": field("address", "地址"),
        "beds": field("beds", "核定床位数", widgets.IntegerWidget()),
        "phone": field("phone", "联系电话"),
    }


class Meta:
    model = Institution
    import_id_fields = ("uscc",)
    fields = (
        "name", "uscc", "institution_class", "level", "grade", "affiliation", "ownership", "division", "address", "beds",
        "phone",
    )  # fmt: skip
    skip_diff = True  # a first import: differences to nothing


def _live(resource):
    """Rows are looked up among live records: the index over codes holds these alone."""
    return Institution.objects.live()


ORDINARY = {"Meta": Meta, "get_queryset": _live, **_fields(widgets.ForeignKeyWidget)}
BULK = {"use_bulk": True, "batch_size": 1_000, "instance_loader_class": CachedInstanceLoader}
TUNED = {"Meta": type("Meta", (Meta,), BULK), "get_queryset": _live, **_fields(Loaded)}
Ordinary = type("Ordinary", (resources.ModelResource,), ORDINARY)
Tuned = type("Tuned", (resources.ModelResource,), TUNED)


def _run(clock, resource: resources.ModelResource, path: str) -> dict:
    by = operator()
    with clock, audit.acting(by):
        dataset = XLSX().create_dataset(Path(path).read_bytes())
        result = resource.import_data(dataset, use_transactions=True, user=by)
    bad = len(result.invalid_rows) + len(result.error_rows)
    return {"totals": dict(result.totals), "bad": bad, "institutions": Institution.objects.count()}


def ordinary(clock, path: str) -> dict:
    return _run(clock, Ordinary(), path)


def tuned(clock, path: str) -> dict:
    return _run(clock, Tuned(), path)
