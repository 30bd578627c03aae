"""Acts of a yearly evaluation (年度考核): every change of a campaign's state is one function here."""

import datetime as dt
from collections.abc import Iterable

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from evaluation.models import Campaign, CampaignEvent, Participant, Scheme
from registry import access
from registry.errors import Refused
from registry.jobs import start_job
from registry.models import Authority, Consortium, Job

S = Campaign.State
# Act: the states it starts from, the state it leads to, its word in the history.
MOVES: dict[str, tuple[frozenset[str], str, str]] = {
    "open": (frozenset({S.DRAFT}), S.COLLECTING, "开始填报"),
    "score": (frozenset({S.COLLECTING}), S.SCORED, "评分"),
    "reopen": (frozenset({S.SCORED}), S.COLLECTING, "退回填报"),
    "publish": (frozenset({S.SCORED}), S.PUBLISHED, "公布结果"),
}
SCORING_JOB = "scoring"


# -- Who can be evaluated -----------------------------------------------------------------------------------
def consortia_of(authority: Authority, year: int):
    """Consortia of the authority's area that existed at some time in the year."""
    if authority.division_id:
        area = Q(division__path__startswith=authority.division.path)
    else:
        area = Q(division__in=authority.management_area.divisions.values("pk"))
    return Consortium.objects.filter(
        area,
        Q(founded_on__isnull=True) | Q(founded_on__lte=dt.date(year, 12, 31)),
        Q(closed_on__isnull=True) | Q(closed_on__gt=dt.date(year, 1, 1)),
    ).order_by("kind", "name", "pk")


def schemes_for(authority: Authority, year: int):
    """Schemes in force for the authority's place or one above it, and for the year."""
    place = authority.division or authority.management_area.host
    codes = {place.code}
    while place.parent_id:
        place = place.parent
        codes.add(place.code)
    return Scheme.objects.in_force().filter(
        jurisdiction__in=codes | {"000000"}, effective_from__lte=dt.date(year, 12, 31)
    )


# -- Acts ---------------------------------------------------------------------------------------------------
@transaction.atomic
def create(
    *,
    authority: Authority,
    year: int,
    scheme: Scheme,
    consortia: Iterable[Consortium],
    by,
    title: str = "",
    due_on: dt.date | None = None,
) -> Campaign:
    """Set up a campaign in draft with the consortia it will evaluate."""
    access.require(by, "evaluate", authority)
    chosen = list(consortia)
    if not chosen:
        raise Refused("请至少选择一个医联体作为考核对象。")
    if not schemes_for(authority, year).filter(pk=scheme.pk).exists():
        raise Refused("这一考核方案不适用于该机关或该年度，请另选方案。")
    eligible = set(consortia_of(authority, year).values_list("pk", flat=True))
    if outside := [one.name for one in chosen if one.pk not in eligible]:
        raise Refused(f"{outside[0]}不在本辖区，或在 {year} 年度已不存在，不能列为考核对象。")
    try:
        with transaction.atomic():
            campaign = Campaign.objects.create(
                authority=authority,
                year=year,
                scheme=scheme,
                title=title or f"{authority.short_name} {year} 年度医联体考核",
                due_on=due_on,
                created_by=by,
                is_demo=all(one.is_demo for one in chosen),
            )
            Participant.objects.bulk_create(
                Participant(campaign=campaign, consortium=one, name=one.name) for one in chosen
            )
    except IntegrityError:
        raise Refused(
            f"{year} 年度已有同名考核，或考核对象中有两个医联体同名。请换一个考核名称后再建。"
        ) from None
    CampaignEvent.objects.create(campaign=campaign, action="创建", to_state=campaign.state, by=by)
    return campaign


@transaction.atomic
def open_collection(campaign_id: int, *, by) -> Campaign:
    """开始填报."""
    return _finish(_locked(campaign_id, "open", by), "open", by)


@transaction.atomic
def start_scoring(campaign_id: int, *, by) -> Job:
    """Ask for the scores; the job works them out and moves the campaign on (see evaluation/tasks.py)."""
    campaign = _locked(campaign_id, "score", by)
    if not campaign.participants.filter(values__isnull=False).exists():
        raise Refused("还没有任何指标值。请先导入或填报，再评分。")
    return start_job(
        SCORING_JOB,
        f"{campaign.title}评分",
        task="evaluation.tasks.score_campaign",
        by=by,
        scope=f"campaign:{campaign.pk}",
        result_url=campaign_url(campaign),
        campaign_id=campaign.pk,
    )


@transaction.atomic
def reopen(campaign_id: int, *, by, note: str) -> Campaign:
    """退回填报：scores are worked out again after the figures have been put right."""
    campaign = _locked(campaign_id, "reopen", by)
    if not note.strip():
        raise Refused("退回填报须写明原因。")
    return _finish(campaign, "reopen", by, note)


@transaction.atomic
def publish(campaign_id: int, *, by) -> Campaign:
    """公布结果. Figures and scores stay as they are from now on."""
    campaign = _locked(campaign_id, "publish", by)
    campaign.published_at = timezone.now()
    return _finish(campaign, "publish", by, also_save=["published_at"])


@transaction.atomic
def mark_scored(campaign: Campaign, *, by, note: str) -> Campaign:
    """The last step of scoring, under the lock that :func:`locked_for_scoring` holds."""
    campaign.scored_at = timezone.now()
    return _finish(campaign, "score", by, note, also_save=["scored_at"])


def locked_for_scoring(campaign_id: int, *, by) -> Campaign:
    """The campaign, locked until the transaction ends, so that no figure changes while scores are worked out."""
    return _locked(campaign_id, "score", by)


def campaign_url(campaign: Campaign) -> str:
    """Address of the campaign's page, for links kept in rows."""
    from django.urls import reverse

    return reverse("evaluation:campaign", args=[campaign.pk])


def _locked(campaign_id: int, act: str, by) -> Campaign:
    sources, _, word = MOVES[act]
    campaign = (
        Campaign.objects.select_for_update(of=("self",))
        .select_related("authority__division", "authority__management_area", "scheme")
        .get(pk=campaign_id)
    )
    access.require(by, "evaluate", campaign.authority)
    if campaign.state not in sources:
        raise Refused(f"考核当前为“{campaign.get_state_display()}”，不能{word}。请刷新后再看。")
    return campaign


def _finish(campaign: Campaign, act: str, by, note: str = "", also_save: Iterable[str] = ()) -> Campaign:
    previous = campaign.state
    _, campaign.state, word = MOVES[act]
    campaign.save(update_fields=["state", *also_save])
    CampaignEvent.objects.create(
        campaign=campaign, action=word, from_state=previous, to_state=campaign.state, note=note[:300], by=by
    )
    return campaign
