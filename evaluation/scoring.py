"""Scoring (评分): pure functions from reported figures to points, totals, ranks and grades.

Nothing here touches the database: the same figures under the same version of a scheme give the same score whenever
it is computed again. Points rise linearly from the indicator's zero value to its target and stop there (readings A30).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Protocol

METHOD_VERSION = "linear-1"
CENT = Decimal("0.01")
EIGHT_PLACES = Decimal("0.00000001")


class Measure(Protocol):
    """What scoring needs to know of an indicator (考核指标)."""

    formula: str
    unit: str
    decimals: int
    points: Decimal
    target: Decimal
    zero: Decimal
    numerator_label: str
    denominator_label: str


@dataclass(frozen=True, slots=True)
class Figure:
    """指标值：numerator and, unless the formula is a plain amount, denominator."""

    numerator: Decimal
    denominator: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Scored:
    """一项得分. Without a value there are no points, never zero points."""

    value: Decimal | None
    points: Decimal | None
    explanation: str


@dataclass(frozen=True, slots=True)
class Total:
    """合计：points of the indicators that could be scored, and how many could not."""

    points: Decimal
    possible: Decimal
    missing: int

    @property
    def complete(self) -> bool:
        return self.missing == 0

    @property
    def rate(self) -> Decimal:
        """得分率 in per cent of all points of the scheme."""
        return self.points * 100 / self.possible if self.possible else Decimal(0)


def value_of(measure: Measure, figure: Figure) -> Decimal | None:
    """The indicator's value as a plain number (65 % is 0.65); None when a needed figure is absent."""
    if measure.formula == "amount":
        return figure.numerator
    if not figure.denominator:
        return None
    if measure.formula == "growth":
        return ((figure.numerator - figure.denominator) / figure.denominator).quantize(EIGHT_PLACES)
    return (figure.numerator / figure.denominator).quantize(EIGHT_PLACES)


def points_of(measure: Measure, value: Decimal) -> Decimal:
    """Points for a value: none at `zero` or worse, all at `target` or better, linear between; rounded to cents."""
    reached = (value - measure.zero) / (measure.target - measure.zero)
    return (min(max(reached, Decimal(0)), Decimal(1)) * measure.points).quantize(CENT, ROUND_HALF_UP)


def score(measure: Measure, figure: Figure | None) -> Scored:
    """Score one indicator; the explanation shows the reckoning in the words of the scheme."""
    value = value_of(measure, figure) if figure else None
    if value is None:
        lacking = measure.denominator_label if figure else measure.numerator_label
        return Scored(None, None, f"没有填报{lacking}，不计分")
    points = points_of(measure, value)
    return Scored(
        value, points, f"{_reckoning(measure, figure)} = {shown(measure, value)}；{_scale(measure)}"
    )


def total(scores: Iterable[tuple[Measure, Scored]]) -> Total:
    """Add up the scores of one participant."""
    points, possible, missing = Decimal(0), Decimal(0), 0
    for measure, scored in scores:
        possible += measure.points
        if scored.points is None:
            missing += 1
        else:
            points += scored.points
    return Total(points, possible, missing)


def ranks(totals: Mapping[int, Total]) -> dict[int, int]:
    """Rank of every complete participant, the same points the same rank; incomplete ones have none."""
    complete = {key: result.points for key, result in totals.items() if result.complete}
    return {key: 1 + sum(other > points for other in complete.values()) for key, points in complete.items()}


def grade(result: Total, bands: Sequence[Mapping]) -> str:
    """等级 by 得分率; bands go from the highest to the lowest. An incomplete total has no grade."""
    if not result.complete:
        return ""
    return next(band["name"] for band in bands if result.rate >= Decimal(str(band["at_least"])))


# -- Words --------------------------------------------------------------------------------------------------
def shown(measure: Measure, value: Decimal) -> str:
    """A value in the indicator's unit: 0.652 in % is 65.2%."""
    factor = 100 if measure.unit == "%" else 1
    number = (value * factor).quantize(Decimal(1).scaleb(-measure.decimals), ROUND_HALF_UP)
    text = f"{number:,}".replace("-", "\N{MINUS SIGN}")
    if measure.unit == "%":
        return f"{text}%"
    return text if measure.unit == "比值" else f"{text} {measure.unit}"


def plain(number: Decimal) -> str:
    """A reported figure without needless zeros: 18200.0000 is 18,200."""
    text = f"{number.normalize():,f}"
    return text.replace("-", "\N{MINUS SIGN}")


def _reckoning(measure: Measure, figure: Figure) -> str:
    if measure.formula == "amount":
        return measure.numerator_label
    top, bottom = plain(figure.numerator), plain(figure.denominator)
    if measure.formula == "growth":
        return f"（{top} − {bottom}）÷ {bottom}"
    return f"{top} ÷ {bottom}"


def _scale(measure: Measure) -> str:
    return (
        f"{shown(measure, measure.zero)} 得 0 分，"
        f"{shown(measure, measure.target)} 得满分 {plain(measure.points)} 分，其间按比例"
    )
