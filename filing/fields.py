"""What a form is made of (备案表的构件): questions and parts, as data.

A question is bound to the clauses that ask for it. Which questions a filing is asked follows from its kind, the kind
of consortium, the parts that it changes and the policy documents that bind it (filing/form.py).
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Field:
    """One question. ``kind``: text, long, date, choice, multi, bool, number, email, phone, institution, subject or
    grids.

    ``short`` names it in a list of what is missing, where its label is a whole sentence. ``part`` is the part of a
    change (变更内容) that it belongs to; ``filings`` are the kinds of filing that ask it, all when empty. A change asks
    what belongs to its parts, and what names it in ``filings``.
    """

    key: str
    label: str
    kind: str = "text"
    clauses: tuple[str, ...] = ()
    choices: tuple[tuple[str, str], ...] = ()
    required: bool = True
    kinds: tuple[str, ...] = ()
    column: str = ""
    help: str = ""
    declares: str = ""
    max_length: int = 300
    wide: bool = False
    short: str = ""
    part: str = ""
    filings: tuple[str, ...] = ()
    future: bool = False

    def applies_to(self, consortium_kind: str) -> bool:
        return not self.kinds or consortium_kind in self.kinds


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the form. ``kind``: fields, members or materials (the last two are lists of rows)."""

    key: str
    title: str
    kind: str = "fields"
    fields: tuple[Field, ...] = ()
    help: str = ""
    clauses: tuple[str, ...] = ()
    part: str = ""
    filings: tuple[str, ...] = ()

    def fields_for(self, consortium_kind: str) -> list[Field]:
        return [field for field in self.fields if field.applies_to(consortium_kind)]
