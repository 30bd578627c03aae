"""Columns of institutions that the database keeps itself (派生列), so that no path of writing can forget them.

`area_path` repeats the path of the institution's division: an area is then one range of one index, in order.
`search_text` joins every name and the pinyin initials; `Pieces` cuts it into pieces of two characters, and an index
over the pieces finds any part of a name without an extension of PostgreSQL.
"""

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models

DERIVED = ("area_path", "search_text")
_WIDE, _NARROW = "（）", "()"
_LOWER = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ" + _WIDE, "abcdefghijklmnopqrstuvwxyz" + _NARROW)


def folded(text: str) -> str:
    """A text as `search_text` holds it: Latin letters small, brackets narrow."""
    return text.translate(_LOWER)


def pieces(text: str) -> list[str]:
    """Every two neighbouring characters of a folded text, once."""
    return sorted({text[at : at + 2] for at in range(len(text) - 1)})


class Pieces(models.Func):
    """Pairs of neighbouring characters of a text column: those that begin at even places, then at odd ones.

    Built from immutable functions of PostgreSQL alone, so that it can stand in an index.
    """

    template = (
        r"(string_to_array(regexp_replace(%(expressions)s, '(..)', '\1' || chr(1), 'g'), chr(1)) || "
        r"string_to_array(regexp_replace(substr(%(expressions)s, 2), '(..)', '\1' || chr(1), 'g'), chr(1)))"
    )
    arity = 1
    output_field = ArrayField(models.TextField())


def _text(name: str, letters: str, names: str) -> str:
    joined = f"concat_ws(chr(10), {name}, {names}, {letters})"
    return f"translate(lower({joined} COLLATE \"C\"), '{_WIDE}', '{_NARROW}')"


_OTHER_NAMES = "(SELECT string_agg(n.name, chr(10) ORDER BY n.id) FROM registry_institutionname n WHERE n.institution_id = {pk})"


def keeps_list_columns() -> list[pgtrigger.Trigger]:
    """Triggers of institutions."""
    place = "NEW.area_path := coalesce((SELECT path FROM registry_division WHERE id = NEW.division_id), '');"
    fresh = _text("NEW.name", "NEW.pinyin", "NULL")
    kept = _text("NEW.name", "NEW.pinyin", _OTHER_NAMES.format(pk="NEW.id"))
    row = {"level": pgtrigger.Row, "when": pgtrigger.Before}
    return [
        pgtrigger.Trigger(
            name="list_columns_insert",
            operation=pgtrigger.Insert,
            func=f"{place} NEW.search_text := {fresh}; RETURN NEW;",
            **row,
        ),
        pgtrigger.Trigger(
            name="list_columns_place",
            operation=pgtrigger.UpdateOf("division_id"),
            condition=pgtrigger.Condition("OLD.division_id IS DISTINCT FROM NEW.division_id OR NEW.area_path <> OLD.area_path"),
            func=f"{place} RETURN NEW;",
            **row,
        ),
        pgtrigger.Trigger(
            name="list_columns_names",
            operation=pgtrigger.UpdateOf("name", "pinyin"),
            condition=pgtrigger.Condition(
                "OLD.name <> NEW.name OR OLD.pinyin <> NEW.pinyin OR NEW.search_text <> OLD.search_text"
            ),
            func=f"NEW.search_text := {kept}; RETURN NEW;",
            **row,
        ),
    ]  # fmt: skip


def _renew_names(operation, rows: str, **referencing) -> pgtrigger.Trigger:
    text = _text("i.name", "i.pinyin", _OTHER_NAMES.format(pk="i.id"))
    return pgtrigger.Trigger(
        name=f"search_text_{str(operation).lower()}",
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=operation,
        referencing=pgtrigger.Referencing(**referencing),
        func=pgtrigger.Func(
            f"UPDATE registry_institution i SET search_text = {text} "  # noqa: S608 (constants)
            f"WHERE i.id IN ({rows}); RETURN NULL;"
        ),
    )


def renews_search_text() -> list[pgtrigger.Trigger]:
    """Triggers of other names: what is added, changed or removed is searched for at once."""
    new, old = "SELECT institution_id FROM new_rows", "SELECT institution_id FROM old_rows"
    return [
        _renew_names(pgtrigger.Insert, new, new="new_rows"),
        _renew_names(pgtrigger.Update, f"{new} UNION {old}", old="old_rows", new="new_rows"),
        _renew_names(pgtrigger.Delete, old, old="old_rows"),
    ]


def renews_area_paths() -> list[pgtrigger.Trigger]:
    """The trigger of divisions: a place that moves under another parent takes its institutions along."""
    return [
        pgtrigger.Trigger(
            name="area_paths",
            level=pgtrigger.Statement,
            when=pgtrigger.After,
            operation=pgtrigger.Update,
            referencing=pgtrigger.Referencing(old="old_rows", new="new_rows"),
            func=pgtrigger.Func(
                "UPDATE registry_institution i SET area_path = n.path FROM new_rows n JOIN old_rows o ON o.id = n.id "
                "WHERE i.division_id = n.id AND o.path <> n.path; RETURN NULL;"
            ),
        )
    ]
