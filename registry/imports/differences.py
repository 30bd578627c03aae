"""What an import would change of an institution (差异), field by field, in words for the preview."""

import datetime as dt

from registry.models import Division, Institution

_CHOICES = {
    name: dict(Institution._meta.get_field(name).flatchoices)
    for name in ("level", "grade", "affiliation", "ownership", "profit", "status")
}
_TITLES = {
    field.attname: field.verbose_name for field in Institution._meta.get_fields() if hasattr(field, "attname")
}
LEVEL_FACTS = ("raw_level", "raw_grade")


def title(field: str) -> str:
    """The field's name for people."""
    return str(_TITLES.get(field, field))


def changed_fields(stated: dict, held: dict) -> list[str]:
    """Fields whose stated value differs from what the register holds. The sender's words alone are no difference."""
    return [
        name for name, value in stated.items() if name not in LEVEL_FACTS and value != _plain(held.get(name))
    ]


def _plain(value):
    return value.isoformat() if isinstance(value, dt.date) else value


class Words:
    """Values as people read them; names of places are looked up once."""

    def __init__(self, places: dict[int, str], classes: dict[str, str]):
        self._places, self._classes = places, classes

    def of(self, field: str, value) -> str:
        if value is None or value == "":
            return ""
        if field in _CHOICES:
            return str(_CHOICES[field].get(value, value))
        if isinstance(value, bool):
            return "是" if value else "否"
        if field == "division_id":
            return self._places.get(value, str(value))
        if field == "township_id":
            if value not in self._places:
                self._places[value] = Division.objects.values_list("name", flat=True).get(pk=value)
            return self._places[value]
        if field == "institution_class_id":
            return f"{value} {self._classes.get(value, '')}".strip()
        return str(_plain(value))

    def difference(self, names: list[str], stated: dict, held: dict) -> dict[str, list[str]]:
        """Title to [value in the register, value in the file]."""
        return {title(name): [self.of(name, held.get(name)), self.of(name, stated[name])] for name in names}
