"""The workbook of a campaign, out and in."""

import tempfile

from django.contrib import messages
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from evaluation import values
from evaluation.forms import ValuesForm
from evaluation.views.campaigns import campaign_context, visible_campaign
from evaluation.workbook import collection_workbook
from registry import access, access_log
from registry.downloads import workbook_response
from registry.errors import Refused

SHOWN = 200  # faults listed on the page


@require_safe
def campaign_workbook(request, pk: int):
    """The workbook to fill in, with the rows of this campaign and what has been reported."""
    campaign = visible_campaign(request, pk)
    access_log.exported(request.user, campaign, "下载填报表")
    return workbook_response(collection_workbook(campaign), f"{campaign.title}填报表.xlsx")


@require_POST
def campaign_values(request, pk: int):
    """Bring figures in: all of them, or none and every fault at its cell."""
    campaign = visible_campaign(request, pk)
    access.require(request.user, "evaluate", campaign.authority)
    form = ValuesForm(request.POST, request.FILES)
    if not form.is_valid():
        context = campaign_context(request, campaign, upload=form)
        return render(request, "evaluation/campaign.html", context, status=422)
    try:
        reading = _read(form.cleaned_data["file"], campaign)
        if not reading.clean:
            found = {"issues": reading.issues[:SHOWN], "issue_count": len(reading.issues)}
            context = campaign_context(request, campaign, **found)
            return render(request, "evaluation/campaign.html", context, status=422)
        applied = values.apply(pk, reading.entries, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("evaluation:campaign", pk)
    blank = f"；表中留空 {reading.blank} 行，没有改动" if reading.blank else ""
    messages.success(
        request,
        f"已导入：新增 {applied.created} 项，更新 {applied.updated} 项，没有变化 {applied.unchanged} 项{blank}。",
    )
    return redirect("evaluation:campaign", pk)


def _read(upload, campaign) -> values.Reading:
    with tempfile.NamedTemporaryFile(suffix=".upload") as file:
        for chunk in upload.chunks():
            file.write(chunk)
        file.flush()
        return values.read(file.name, campaign)
