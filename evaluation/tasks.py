"""Background work of evaluation; the schedule stands in config/celery.py."""

import logging

from celery import shared_task
from django.conf import settings
from kombu.exceptions import OperationalError as BrokerError

from evaluation import impact, recheck, runs, scorecards
from evaluation.models import Campaign, ComplianceRun, ImpactPreview
from registry import jobs

logger = logging.getLogger(__name__)


@jobs.job_task("evaluation.tasks.run_compliance")
def run_compliance(job, run_id: int) -> dict:
    """Carry a compliance run on to its end."""
    run = ComplianceRun.objects.select_related("division").get(pk=run_id)
    return runs.work(job, run, call_helpers=call_helpers)


def call_helpers(run: ComplianceRun) -> None:
    """Ask further workers for help: as many as are configured, and no more than there are places."""
    places = run.items.filter(done_at__isnull=True).order_by().values("place").distinct().count()
    for _ in range(min(settings.COMPLIANCE_HELPERS, places - 1)):
        try:
            help_compliance.delay(run.pk)
        except (OSError, BrokerError) as error:
            logger.warning("run=%s goes on without helpers: %s", run.pk, error)
            return


@shared_task(name="evaluation.tasks.help_compliance", ignore_result=True)
def help_compliance(run_id: int) -> None:
    """Check one place of a run, then stand at the end of the queue again, so that other work is let in between."""
    run = ComplianceRun.objects.select_related("division", "job").get(pk=run_id)
    if runs.help_with(run):
        help_compliance.delay(run_id)


@shared_task(name="evaluation.tasks.recheck_changed", ignore_result=True)
def recheck_changed() -> None:
    """Judge again what has changed since the last time."""
    recheck.recheck()


@jobs.job_task("evaluation.tasks.preview_impact")
def preview_impact(job, preview_id: int) -> dict:
    """Work out whom a draft of a policy would hit."""
    return impact.work(job, ImpactPreview.objects.select_related("draft__division").get(pk=preview_id))


@shared_task(name="evaluation.tasks.nightly_compliance", ignore_result=True)
def nightly_compliance() -> None:
    """Start the nightly check of every province that has consortia."""
    runs.start_nightly()


@jobs.job_task("evaluation.tasks.score_campaign")
def score_campaign(job, campaign_id: int) -> dict:
    """Score a campaign; when a second delivery finds it scored since the job was asked for, nothing is left to do."""
    campaign = Campaign.objects.get(pk=campaign_id)
    if campaign.has_scores and campaign.scored_at >= job.created_at:
        return {}
    jobs.advance(job, 0, campaign.participants.count(), phase="评分")
    result = scorecards.work_out(campaign_id, by=job.owner)
    jobs.advance(job, job.total)
    return result
