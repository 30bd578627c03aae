"""Campaigns, yearly returns, runs, findings and what must be put right."""

import datetime as dt

from django.core.files.base import ContentFile
from django.utils import timezone

from evaluation.declaring import years
from evaluation.models import ComplianceRun, Finding, Grade, Rectification, RectificationStep
from registry.models import (
    Declaration,
    Job,
    PlannedFacility,
    PolicyDocument,
    Rule,
)
from tests.factories import (
    ConsortiumFactory,
)
from tests.factories.evaluation import CampaignFactory, IndicatorFactory, ParticipantFactory


def campaign_arguments(world, url: str) -> list:
    """A scored campaign with one participant."""
    campaign = CampaignFactory(authority=world.case.county_bureau, state="scored", scored_at=timezone.now())
    IndicatorFactory(scheme=campaign.scheme)
    consortium = ConsortiumFactory(division=world.case.county)
    participant = ParticipantFactory(campaign=campaign, consortium=consortium)
    Grade.objects.create(participant=participant, points=0, possible=100, missing=1)
    if url == "scheme":
        return [campaign.scheme_id]
    return [campaign.pk, participant.pk] if url == "score_sheet" else [campaign.pk]


def return_arguments(world, url: str) -> list:
    """The registered consortium's return for the last closed year."""
    consortium = world.case.registered().filing.consortium_id
    return ["consortium", consortium, years()[0], *(["service_functions"] if url == "return_item" else [])]


def declaration_arguments(world, url: str) -> list:
    """A fact that the lead hospital has handed in, with its evidence."""
    row = Declaration(
        consortium_id=world.case.registered().filing.consortium_id,
        key="green_channel",
        value={"answer": "yes"},
        evidence_name="依据.pdf",
        evidence_type="application/pdf",
        declared_by=world.people["filer"],
    )
    row.evidence_file.save("依据.pdf", ContentFile(b"%PDF-1.4"))
    row.save()
    return [row.pk]


def facility_arguments(world, url: str) -> list:
    document = PolicyDocument.objects.get(code="chongqing-2018")
    facility = PlannedFacility.objects.create(document=document, division=world.case.county, name="甲中心")
    return [facility.pk]


def run_arguments(world, url: str) -> list:
    owner = world.people["evaluator"]
    job = Job.objects.create(kind="compliance", title="检查", task="test", owner=owner)
    run = ComplianceRun.objects.create(
        division=world.case.county,
        as_of=dt.date(2020, 1, 1),
        origin="on_demand",
        started_by=owner,
        job=job,
    )
    return [run.pk]


def finding_arguments(world, url: str) -> list:
    finding = Finding.objects.create(
        subject_type="division",
        subject_id=world.case.county.pk,
        subject_name=world.case.county.name,
        division=world.case.county,
        rule=Rule.objects.get(provision="CQ-06"),
        provision="CQ-06",
        modality="应当",
        verdict="FAIL",
        explanation="有未覆盖的街道",
        reference_date=dt.date(2020, 1, 1),
        first_seen=dt.date(2020, 1, 1),
    )
    return [finding.pk]


def rectification_arguments(world, url: str) -> list:
    """A finding that the filer's hospital has to put right, with a file where one is asked for."""
    finding = Finding.objects.get(pk=finding_arguments(world, url)[0])
    state = "reported" if url in ("rectification_return", "rectification_close") else "asked"
    row = Rectification.objects.create(
        finding=finding, responsible=world.case.hospital, due_on=dt.date(2020, 11, 1), state=state,
        asked_by=world.people["evaluator"],
    )  # fmt: skip
    if url != "rectification_proof":
        return [row.pk]
    step = RectificationStep(
        rectification=row, act="report", by=world.case.filer, text="已补", original_name="证明.pdf",
        content_type="application/pdf",
    )  # fmt: skip
    step.file.save("证明.pdf", ContentFile(b"%PDF-1.4"))
    return [row.pk, step.pk]
