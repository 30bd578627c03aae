"""Models of evaluation, one subject a file."""

from evaluation.models.campaign import Campaign, CampaignEvent, IndicatorValue, Participant
from evaluation.models.compliance import ComplianceRun, Finding, RunItem
from evaluation.models.impact import ImpactFlip, ImpactPreview
from evaluation.models.keys import FoundConsortium, FoundDivision, FoundFacts, FoundRule
from evaluation.models.recheck import Change, Touched, WatchedAudit
from evaluation.models.rectification import Rectification, RectificationStep
from evaluation.models.scheme import Indicator, Scheme
from evaluation.models.score import Grade, Score
from evaluation.models.tally import Tally

__all__ = [
    "Campaign",
    "CampaignEvent",
    "Change",
    "ComplianceRun",
    "Finding",
    "FoundConsortium",
    "FoundDivision",
    "FoundFacts",
    "FoundRule",
    "Grade",
    "ImpactFlip",
    "ImpactPreview",
    "Indicator",
    "IndicatorValue",
    "Participant",
    "Rectification",
    "RectificationStep",
    "RunItem",
    "Scheme",
    "Score",
    "Tally",
    "Touched",
    "WatchedAudit",
]
