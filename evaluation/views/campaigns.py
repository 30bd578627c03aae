"""Yearly evaluations: the list, a new one, its page, and the acts that move it on."""

from collections import defaultdict

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from evaluation import campaigns, scorecards
from evaluation.forms import CampaignForm, ReopenForm, ValuesForm
from evaluation.models import Campaign, IndicatorValue
from registry import access
from registry.errors import Refused
from registry.guards import open_to
from registry.models import Job
from registry.numbers import whole_number
from registry.paging import keyset_page

YEARS_BACK = 8


@require_safe
@open_to("view_evaluation", "report_values")
def campaign_list(request):
    """The campaigns of one's area, newest first; for those who run one, the way to a new one."""
    rows = Campaign.objects.visible_to(request.user).for_list()
    page = keyset_page(rows, request, order=("-year", "-id"))
    return render(
        request,
        "evaluation/campaign_list.html",
        {"page": page, "may_create": access.may(request.user, "evaluate")},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@open_to("evaluate")
def campaign_new(request):
    """Choose authority and year (both in the address), then scheme and consortia."""
    authorities = access.authorities_where(request.user, "evaluate").select_related(
        "division", "management_area"
    )
    choices = list(authorities.order_by("path")[:200])
    this_year = timezone.localdate().year
    wanted = request.GET.get("authority")
    authority = next((one for one in choices if one.code == wanted), choices[0])
    years = range(this_year, this_year - YEARS_BACK, -1)
    year = whole_number(request.GET.get("year", ""))
    year = year if year in years else this_year - 1
    schemes, consortia = campaigns.schemes_for(authority, year), campaigns.consortia_of(authority, year)
    form = CampaignForm(
        request.POST or None,
        schemes=schemes,
        consortia=consortia,
        initial={
            "title": f"{authority.short_name} {year} 年度医联体考核",
            "consortia": [one.pk for one in consortia[:50]],
        },
    )
    if request.method == "POST" and form.is_valid():
        try:
            campaign = campaigns.create(authority=authority, year=year, by=request.user, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"已建立“{campaign.title}”。核对考核对象后即可开始填报。")
            return redirect("evaluation:campaign", campaign.pk)
    context = {
        "form": form,
        "authorities": choices,
        "authority": authority,
        "years": years,
        "year": year,
        "has_schemes": schemes.exists(),
        "has_consortia": consortia.exists(),
    }
    return render(request, "evaluation/campaign_new.html", context, status=422 if form.errors else 200)


def visible_campaign(request, pk: int) -> Campaign:
    """The campaign, or 404 for those who may not see it."""
    rows = Campaign.objects.visible_to(request.user).select_related(
        "authority__division", "authority__management_area", "scheme__document", "created_by"
    )
    return get_object_or_404(rows, pk=pk)


@require_safe
def campaign_detail(request, pk: int):
    """Where the campaign stands: what has been reported, what is missing, and the next act."""
    campaign = visible_campaign(request, pk)
    return render(request, "evaluation/campaign.html", campaign_context(request, campaign))


def campaign_context(request, campaign: Campaign, **extra) -> dict:
    """What the campaign's page shows; also used when an upload is turned back on the same page."""
    indicators = list(campaign.scheme.indicators.order_by("position"))
    participants = list(campaign.participants.order_by("name"))
    reported: dict[int, set[int]] = defaultdict(set)
    rows = IndicatorValue.objects.filter(participant__campaign=campaign)
    for participant, indicator in rows.values_list("participant", "indicator"):
        reported[participant].add(indicator)
    lines = [
        {
            "participant": one,
            "cells": [indicator.pk in reported[one.pk] for indicator in indicators],
            "count": len(reported[one.pk]),
        }
        for one in participants
    ]
    filled = sum(line["count"] for line in lines)
    complete, incomplete = scorecards.ranking(campaign) if campaign.has_scores else ([], [])
    return {
        "campaign": campaign,
        "indicators": indicators,
        "lines": lines,
        "filled": filled,
        "expected": len(indicators) * len(participants),
        "complete": complete,
        "incomplete": incomplete,
        "events": [
            {
                "text": f"{event.action}{'：' + event.note if event.note else ''}",
                "at": event.at,
                "who": event.by,
                "kind": "ret" if event.action == "退回填报" else "key",
            }
            for event in campaign.events.select_related("by").order_by("-pk")
        ],
        "may_evaluate": access.covers(request.user, "evaluate", campaign.authority),
        "job": Job.objects.unfinished()
        .filter(kind=campaigns.SCORING_JOB, scope=f"campaign:{campaign.pk}")
        .first(),
        "upload": ValuesForm(),
        "reopening": ReopenForm(),
        "step": list(Campaign.State.values).index(campaign.state) + 1,
        **extra,
    }


# -- Acts ---------------------------------------------------------------------------------------------------
def _act(request, pk: int, act, done: str):
    visible_campaign(request, pk)
    try:
        act()
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done)
    return redirect("evaluation:campaign", pk)


@require_POST
def campaign_open(request, pk: int):
    """开始填报."""
    return _act(
        request,
        pk,
        lambda: campaigns.open_collection(pk, by=request.user),
        "已开始填报。下载填报表，填好后导入。",
    )


@require_POST
def campaign_score(request, pk: int):
    """评分; goes to the job's page, where its progress can be watched."""
    visible_campaign(request, pk)
    try:
        job = campaigns.start_scoring(pk, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("evaluation:campaign", pk)
    return redirect("registry:job_detail", job.pk)


@require_POST
def campaign_publish(request, pk: int):
    """公布结果."""
    return _act(
        request, pk, lambda: campaigns.publish(pk, by=request.user), "已公布结果，指标值和得分不再改动。"
    )


@require_POST
def campaign_reopen(request, pk: int):
    """退回填报."""
    note = request.POST.get("note", "")
    return _act(
        request, pk, lambda: campaigns.reopen(pk, by=request.user, note=note), "已退回填报，改好后重新评分。"
    )
