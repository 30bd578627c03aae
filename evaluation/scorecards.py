"""Working out a campaign's scores (评分) from its figures, and reading them for ranking and score sheets."""

import hashlib
import json
from collections import defaultdict
from dataclasses import dataclass

from django.db import transaction

from evaluation import campaigns, scoring
from evaluation.models import Campaign, Grade, Indicator, IndicatorValue, Participant, Score


@dataclass(frozen=True)
class Line:
    """One indicator on a score sheet (得分单)."""

    indicator: Indicator
    score: Score | None
    value: IndicatorValue | None

    @property
    def missing(self) -> bool:
        return self.score is None or self.score.points is None

    @property
    def shown(self) -> str:
        return "" if self.missing else scoring.shown(self.indicator, self.score.value)

    @property
    def target(self) -> str:
        return scoring.shown(self.indicator, self.indicator.target)

    @property
    def percent(self) -> int:
        """Whole per cent of the indicator's points that were reached."""
        return 0 if self.missing else int(self.score.points * 100 / self.indicator.points)


@transaction.atomic
def work_out(campaign_id: int, *, by) -> dict:
    """Score every participant, rank the complete ones and mark the campaign scored, all at once."""
    campaign = campaigns.locked_for_scoring(campaign_id, by=by)
    indicators = list(campaign.scheme.indicators.all())
    figures = _figures(campaign)
    participants = list(campaign.participants.order_by("pk"))
    results = {
        one.pk: {
            indicator.pk: scoring.score(indicator, figures[one.pk].get(indicator.pk))
            for indicator in indicators
        }
        for one in participants
    }
    totals = {
        key: scoring.total((indicator, scores[indicator.pk]) for indicator in indicators)
        for key, scores in results.items()
    }
    Score.objects.filter(participant__campaign=campaign).delete()
    Grade.objects.filter(participant__campaign=campaign).delete()
    Score.objects.bulk_create(
        _score(one, indicator, figures[one.pk].get(indicator.pk), results[one.pk][indicator.pk])
        for one in participants
        for indicator in indicators
    )
    _grade(campaign, participants, figures, totals)
    missing = sum(total.missing for total in totals.values())
    note = (
        f"{len(participants)} 个考核对象，缺少 {missing} 项指标"
        if missing
        else f"{len(participants)} 个考核对象，指标齐全"
    )
    campaigns.mark_scored(campaign, by=by, note=f"{note}；方案版本 {campaign.scheme.version[:8]}")
    return {"participants": len(participants), "missing": missing}


def _figures(campaign: Campaign) -> dict[int, dict[int, scoring.Figure]]:
    figures: dict[int, dict[int, scoring.Figure]] = defaultdict(dict)
    for value in IndicatorValue.objects.filter(participant__campaign=campaign):
        figures[value.participant_id][value.indicator_id] = scoring.Figure(value.numerator, value.denominator)
    return figures


def _score(participant, indicator, figure, scored: scoring.Scored) -> Score:
    return Score(
        participant=participant,
        indicator=indicator,
        numerator=figure.numerator if figure else None,
        denominator=figure.denominator if figure else None,
        value=scored.value,
        points=scored.points,
        explanation=scored.explanation,
    )


def _grade(campaign, participants, figures, totals) -> None:
    places = scoring.ranks(totals)
    Grade.objects.bulk_create(
        Grade(
            participant=one,
            points=totals[one.pk].points,
            possible=totals[one.pk].possible,
            missing=totals[one.pk].missing,
            rank=places.get(one.pk),
            name=scoring.grade(totals[one.pk], campaign.scheme.grades),
            inputs_digest=_digest(campaign, figures[one.pk]),
            method_version=scoring.METHOD_VERSION,
        )
        for one in participants
    )


def _digest(campaign: Campaign, figures: dict[int, scoring.Figure]) -> str:
    """Stands for scheme version and figures: the same digest must always give the same score."""
    rows = sorted((key, str(figure.numerator), str(figure.denominator)) for key, figure in figures.items())
    return hashlib.sha256(json.dumps([campaign.scheme.version, rows]).encode()).hexdigest()[:16]


# -- Reading ------------------------------------------------------------------------------------------------
def ranking(campaign: Campaign) -> tuple[list[Participant], list[Participant]]:
    """Complete participants by rank, and apart from them the incomplete ones by name."""
    rows = list(campaign.participants.select_related("grade", "consortium").order_by("grade__rank", "name"))
    complete = [one for one in rows if one.grade.complete]
    return complete, [one for one in rows if not one.grade.complete]


def sheet(participant: Participant) -> list[Line]:
    """Every indicator of the scheme with this participant's figure and score, in the order of the scheme."""
    scores = {score.indicator_id: score for score in participant.scores.all()}
    values = {value.indicator_id: value for value in participant.values.select_related("reported_by")}
    indicators = participant.campaign.scheme.indicators.order_by("position")
    return [Line(one, scores.get(one.pk), values.get(one.pk)) for one in indicators]
