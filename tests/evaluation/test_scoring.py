"""Scoring is pure: monotone, bounded, blind to order, and never silent about a missing figure."""

from dataclasses import dataclass, replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation import scoring
from evaluation.scoring import Figure


@dataclass(frozen=True)
class Indicator:
    """An indicator as scoring sees it."""

    formula: str = "proportion"
    unit: str = "%"
    decimals: int = 1
    points: Decimal = Decimal(15)
    target: Decimal = Decimal("0.65")
    zero: Decimal = Decimal("0.35")
    numerator_label: str = "基层诊疗人次"
    denominator_label: str = "总诊疗人次"


PRIMARY_SHARE = Indicator()
COST_GROWTH = Indicator(formula="growth", target=Decimal("0.05"), zero=Decimal("0.15"))
BANDS = [
    {"name": "优", "at_least": 90},
    {"name": "良", "at_least": 75},
    {"name": "中", "at_least": 60},
    {"name": "差", "at_least": 0},
]

numbers = st.decimals(min_value=0, max_value=10**6, places=2, allow_nan=False)
indicators = st.builds(
    lambda zero, span, points, higher: Indicator(
        formula="amount",
        unit="人日",
        decimals=0,
        points=points,
        zero=zero,
        target=zero + span if higher else zero - span,
    ),
    numbers,
    st.decimals(min_value="0.01", max_value=10**5, places=2),
    st.decimals(min_value="0.5", max_value=100, places=1),
    st.booleans(),
)


@pytest.mark.parametrize(
    ("part", "whole", "points"),
    [
        (65, 100, "15.00"),  # 达到目标
        (90, 100, "15.00"),  # 超过目标不加分
        (35, 100, "0.00"),
        (10, 100, "0.00"),
        (50, 100, "7.50"),
        (1, 3, "0.00"),
    ],
)
def test_points_rise_linearly_from_zero_value_to_target(part, whole, points):
    assert scoring.score(PRIMARY_SHARE, Figure(Decimal(part), Decimal(whole))).points == Decimal(points)


def test_a_smaller_rise_of_cost_scores_more():
    low = scoring.score(COST_GROWTH, Figure(Decimal(10600), Decimal(10000)))
    high = scoring.score(COST_GROWTH, Figure(Decimal(11200), Decimal(10000)))
    assert (low.value, high.value) == (Decimal("0.06"), Decimal("0.12"))
    assert low.points == Decimal("13.50")
    assert high.points == Decimal("4.50")
    assert "（10,600 − 10,000）÷ 10,000 = 6.0%" in low.explanation


@pytest.mark.parametrize("figure", [None, Figure(Decimal(5), None)])
def test_a_missing_figure_gives_no_points_and_says_what_is_missing(figure):
    scored = scoring.score(PRIMARY_SHARE, figure)
    assert scored.value is None
    assert scored.points is None
    assert ("总诊疗人次" if figure else "基层诊疗人次") in scored.explanation


def test_a_missing_indicator_leaves_the_total_incomplete_without_rank_and_grade():
    full = scoring.Scored(Decimal(1), Decimal(15), "")
    none = scoring.Scored(None, None, "")
    complete = scoring.total([(PRIMARY_SHARE, full), (COST_GROWTH, full)])
    lacking = scoring.total([(PRIMARY_SHARE, full), (COST_GROWTH, none)])
    assert (lacking.points, lacking.possible, lacking.missing) == (15, 30, 1)
    assert scoring.ranks({1: lacking, 2: complete}) == {2: 1}
    assert scoring.grade(lacking, BANDS) == ""
    assert scoring.grade(complete, BANDS) == "优"


@pytest.mark.parametrize(
    ("points", "name"), [(27, "优"), ("26.99", "良"), (18, "中"), ("17.99", "差"), (0, "差")]
)
def test_grade_goes_by_the_share_of_points(points, name):
    assert scoring.grade(scoring.Total(Decimal(points), Decimal(30), 0), BANDS) == name


def test_equal_points_share_a_rank_and_the_next_one_is_skipped():
    totals = {
        key: scoring.Total(Decimal(points), Decimal(100), 0)
        for key, points in {1: 80, 2: 90, 3: 80, 4: 70}.items()
    }
    assert scoring.ranks(totals) == {2: 1, 1: 2, 3: 2, 4: 4}


@given(indicators, numbers, numbers)
def test_a_better_value_never_scores_less(indicator, one, other):
    worse, better = sorted((one, other), reverse=indicator.target < indicator.zero)
    assert scoring.points_of(indicator, worse) <= scoring.points_of(indicator, better)


@given(indicators, numbers)
def test_points_stay_between_nothing_and_all(indicator, value):
    assert 0 <= scoring.points_of(indicator, value) <= indicator.points


@given(st.lists(st.decimals(min_value=0, max_value=100, places=2), max_size=8), st.randoms())
def test_order_of_participants_changes_no_rank(points, random):
    totals = {key: scoring.Total(value, Decimal(100), 0) for key, value in enumerate(points)}
    shuffled = list(totals.items())
    random.shuffle(shuffled)
    assert scoring.ranks(dict(shuffled)) == scoring.ranks(totals)


@given(indicators, numbers)
def test_what_another_indicator_says_changes_nothing(indicator, value):
    alone = scoring.score(indicator, Figure(value))
    assert scoring.score(replace(indicator), Figure(value)) == alone


@pytest.mark.parametrize(
    ("unit", "decimals", "value", "text"),
    [
        ("%", 1, "0.6521", "65.2%"),
        ("%", 1, "-0.031", "−3.1%"),
        ("比值", 2, "0.4", "0.40"),
        ("人日", 0, "1260", "1,260 人日"),
    ],
)
def test_values_are_shown_in_their_unit(unit, decimals, value, text):
    assert scoring.shown(Indicator(unit=unit, decimals=decimals), Decimal(value)) == text
