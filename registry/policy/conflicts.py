"""Active rules that contradict each other (规定冲突), place by place."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from registry.models import Division
from registry.policy.book import Conflict, RuleBook


@dataclass(frozen=True, slots=True)
class ConflictAt:
    """A conflict, and the highest place that it binds."""

    place: Division
    conflict: Conflict

    @property
    def pair(self) -> tuple[str, str]:
        first, second = self.conflict.rules
        return first.id, second.id


def conflicts_in(book: RuleBook, places: Iterable[Division], day: date) -> list[ConflictAt]:
    """Pairs of rules in force on a day on one topic that differ and do not say how they stand to each other; each once."""
    found: dict[tuple[str, str], ConflictAt] = {}
    for place in sorted(places, key=lambda one: one.path):
        for conflict in book.conflicts(place.path.strip("/").split("/"), day):
            one = ConflictAt(place, conflict)
            found.setdefault(one.pair, one)
    return list(found.values())


def places_with_documents(book: RuleBook):
    """The places for which a document of the book was made: where rules can meet that do not meet above."""
    codes = {pack.jurisdiction for pack in book.packs.values()}
    return Division.objects.current().filter(code__in=codes)
