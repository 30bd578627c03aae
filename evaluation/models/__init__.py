"""Models of evaluation, one subject a file."""

from evaluation.models.campaign import Campaign, CampaignEvent, IndicatorValue, Participant
from evaluation.models.compliance import ComplianceRun, Finding, RunItem
from evaluation.models.scheme import Indicator, Scheme
from evaluation.models.score import Grade, Score

__all__ = [
    "Campaign",
    "CampaignEvent",
    "ComplianceRun",
    "Finding",
    "Grade",
    "Indicator",
    "IndicatorValue",
    "Participant",
    "RunItem",
    "Scheme",
    "Score",
]
