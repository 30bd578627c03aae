"""Facts about the yearly evaluations that touch a consortium or a place (年度考核事实)."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class EvaluationFacts:
    """年度考核 of one year. ``closed_on`` is the day on which its results were made known.

    ``organised_here`` says that the place's own authority holds it; ``lowest`` names what came out in the lowest
    grade.
    """

    title: str
    year: int
    closed_on: date | None = None
    organised_here: bool = False
    lowest: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SchemeFacts:
    """考核方案 in force for a place, with the provisions that its indicators measure and their groups."""

    title: str
    effective_from: date | None = None
    provisions: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
