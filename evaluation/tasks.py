"""Background work of evaluation; the schedule stands in config/celery.py."""

from celery import shared_task

from evaluation import runs, scorecards
from evaluation.models import Campaign, ComplianceRun
from registry import jobs


@jobs.job_task("evaluation.tasks.run_compliance")
def run_compliance(job, run_id: int) -> dict:
    """Carry a compliance run on to its end."""
    return runs.work(job, ComplianceRun.objects.select_related("division").get(pk=run_id))


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
