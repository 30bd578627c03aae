"""Results of a campaign: ranking, score sheets, and the scheme they follow."""

from collections import defaultdict
from decimal import Decimal

from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from evaluation import scorecards, scoring
from evaluation.models import Campaign, Participant, Scheme, Score
from evaluation.views.campaigns import visible_campaign
from registry.guards import open_to

SIDE_BY_SIDE = 8  # participants whose figures fit beside each other
BARS = ("yl-g1", "yl-g3")


def _scored(request, pk: int) -> Campaign:
    campaign = visible_campaign(request, pk)
    if not campaign.has_scores:
        raise Http404("没有评分结果")
    return campaign


@require_safe
def ranking(request, pk: int):
    """Complete participants by rank with a bar each; the incomplete ones apart, without rank or grade."""
    campaign = _scored(request, pk)
    complete, incomplete = scorecards.ranking(campaign)
    indicators = list(campaign.scheme.indicators.order_by("position"))
    everyone = [*complete, *incomplete]
    return render(
        request,
        "evaluation/ranking.html",
        {
            "campaign": campaign,
            "complete": [_bar(one) for one in complete],
            "incomplete": [_bar(one) for one in incomplete],
            "groups": _groups(everyone, indicators),
            "participants": everyone if len(everyone) <= SIDE_BY_SIDE else [],
            "compared": _compared(everyone, indicators) if len(everyone) <= SIDE_BY_SIDE else [],
        },
    )


def _bar(participant: Participant) -> dict:
    grade = participant.grade
    return {
        "participant": participant,
        "grade": grade,
        "parts": _parts(grade.points, grade.possible),
        "rate": grade.points * 100 / grade.possible,
    }


def _parts(points: Decimal, possible: Decimal) -> list[tuple[float, str]]:
    """What was reached and what was not, for a bar."""
    return [(float(points), BARS[0]), (float(possible - points), BARS[1])]


def _groups(participants, indicators) -> dict:
    """得分率 by group of indicators for each participant: what the totals are made of."""
    order = list(dict.fromkeys(indicator.group for indicator in indicators))
    group_of = {indicator.pk: indicator.group for indicator in indicators}
    possible: dict[str, Decimal] = defaultdict(Decimal)
    for indicator in indicators:
        possible[indicator.group] += indicator.points
    reached: dict[tuple[int, str], Decimal] = defaultdict(Decimal)
    lacking: set[tuple[int, str]] = set()
    rows = Score.objects.filter(participant__in=participants)
    for participant, indicator, points in rows.values_list("participant", "indicator", "points"):
        key = (participant, group_of[indicator])
        if points is None:
            lacking.add(key)
        else:
            reached[key] += points
    return {
        "names": [(name, possible[name]) for name in order],
        "lines": [
            {
                "participant": one,
                "cells": [
                    {
                        "points": reached[one.pk, name],
                        "lacking": (one.pk, name) in lacking,
                        "parts": _parts(reached[one.pk, name], possible[name]),
                    }
                    for name in order
                ],
            }
            for one in participants
        ],
    }


def _compared(participants, indicators) -> list[dict]:
    """Indicator by indicator, the values and points of all participants side by side."""
    scores = {
        (score.participant_id, score.indicator_id): score
        for score in Score.objects.filter(participant__in=participants)
    }
    lines = []
    for indicator in indicators:
        cells = []
        for one in participants:
            score = scores.get((one.pk, indicator.pk))
            known = score is not None and score.points is not None
            cells.append(
                {
                    "value": scoring.shown(indicator, score.value) if known else "",
                    "points": score.points if known else None,
                }
            )
        lines.append(
            {
                "indicator": indicator,
                "target": scoring.shown(indicator, indicator.target),
                "cells": cells,
            }
        )
    return lines


@require_safe
def score_sheet(request, pk: int, participant: int):
    """得分单: value, target, points and clause of every indicator for one consortium."""
    campaign = _scored(request, pk)
    one = get_object_or_404(
        campaign.participants.select_related("grade", "consortium__division", "campaign__scheme__document"),
        pk=participant,
    )
    lines = scorecards.sheet(one)
    return render(
        request,
        "evaluation/score_sheet.html",
        {"campaign": campaign, "participant": one, "grade": one.grade, "lines": lines, "bars": BARS},
    )


@require_safe
@open_to("view_evaluation")
def scheme_detail(request, pk: int):
    """The indicators of a scheme: definition, target with its basis, points and clause."""
    scheme = get_object_or_404(Scheme.objects.select_related("document"), pk=pk)
    indicators = [
        {
            "indicator": one,
            "target": scoring.shown(one, one.target),
            "zero": scoring.shown(one, one.zero),
        }
        for one in scheme.indicators.order_by("position")
    ]
    return render(
        request,
        "evaluation/scheme.html",
        {
            "scheme": scheme,
            "indicators": indicators,
            "total": sum((row["indicator"].points for row in indicators), Decimal(0)),
        },
    )
