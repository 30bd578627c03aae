"""Reading declared facts (读取申报事实): those of a whole batch of subjects in one query."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from django.db.models import QuerySet

from registry.facts.consortium import DeclarationFacts
from registry.gather import composed, gather
from registry.models import Declaration

ACCEPTED = {Declaration.State.ACCEPTED: True, Declaration.State.REJECTED: False}
COLUMNS = ("key", "year", "value", "evidence", "evidence_file", "state", "reason")


def declarations_of(subject: str, ids: Iterable[int], as_of: date) -> dict[int, dict[str, DeclarationFacts]]:
    """By subject id and item: what stands, or what the newest year not after the day says.

    ``subject`` is "consortium" or "division". A draft counts nowhere.
    """
    return declarations_from(gather(declaration_rows(subject, list(ids)))[0], as_of)


@composed("ids")
def declaration_rows(subject: str, ids: Sequence[int]) -> QuerySet:
    """What has been declared of some subjects, to be gathered."""
    rows = Declaration.objects.counted().filter(**{f"{subject}__among": ids}).order_by("pk")
    return rows.values_list(f"{subject}_id", *COLUMNS)


def declarations_from(rows: Iterable[Sequence[Any]], as_of: date) -> dict[int, dict[str, DeclarationFacts]]:
    """Gathered declarations by subject id and item."""
    by_subject: dict[int, dict[str, dict[int | None, tuple]]] = defaultdict(lambda: defaultdict(dict))
    for pk, key, year, *rest in rows:
        if year is None or year <= as_of.year:
            by_subject[pk][key][year] = tuple(rest)
    return defaultdict(
        dict,
        {pk: {key: _newest(by_year) for key, by_year in items.items()} for pk, items in by_subject.items()},
    )


def _newest(by_year: Mapping[int | None, tuple]) -> DeclarationFacts:
    year = max((one for one in by_year if one is not None), default=None)
    value, evidence, file, state, reason = by_year[year]
    found = declared_facts(value, evidenced=bool(evidence or file), accepted=ACCEPTED.get(state))
    earlier = by_year.get(year - 1) if year is not None else None
    before = declared_facts(earlier[0]).amounts if earlier else ()
    return replace(found, year=year, earlier=before, reason=reason)


def declared_facts(value: Any, *, evidenced: bool = False, accepted: bool | None = None) -> DeclarationFacts:
    """A stored or typed value as a fact: true and false become "yes" and "no", lists are joined with 、."""
    if isinstance(value, Mapping):
        return DeclarationFacts(
            value=_text(value.get("text") or value.get("choices") or value.get("answer") or ""),
            evidenced=evidenced, accepted=accepted,
            amounts=tuple(float(amount) for amount in value.get("amounts", ())),
            days=tuple(date.fromisoformat(day) if day else None for day in value.get("days", ())),
        )  # fmt: skip
    return DeclarationFacts(_text(value), evidenced, accepted)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "、".join(map(str, value)) if isinstance(value, list) else str(value)
