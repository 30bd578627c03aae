"""Impact previews: of a draft the latest, and one of them with the subjects whose verdicts would be others."""

from django import forms
from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from evaluation import impact
from evaluation.models import ImpactFlip, ImpactPreview
from registry import access, jobs
from registry.errors import Refused
from registry.models import PolicyDraft, Rule
from registry.paging import keyset_page
from registry.plausible import PLAUSIBLE_DAY
from registry.policy.subjects import SUBJECTS
from registry.ui.marks import VERDICTS

PAGES = {
    "consortium": ("evaluation:findings", "?consortium={}"),
    "filing": ("evaluation:findings", "?consortium={}"),
    "institution": ("registry:institution_detail", ""),
    "grid": ("grids:detail", ""),
    "division": ("registry:division_detail", ""),
    "planned_facility": ("registry:facility", ""),
    "evaluation": ("evaluation:campaign", ""),
}


class DayForm(forms.Form):
    """As of which day both books are compared."""

    as_of = forms.DateField(
        label="按哪一天的名录比较",
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        validators=PLAUSIBLE_DAY,
        help_text="不填：今天；草稿以后才施行的，施行之日",
    )


@require_http_methods(["GET", "HEAD", "POST"])
def impact_of_draft(request, draft: int):
    """The latest preview of a draft as a part of its page; a POST starts a new one."""
    shown = get_object_or_404(
        PolicyDraft.objects.visible_to(request.user).select_related("division"), pk=draft
    )
    if request.method == "POST":
        access.require(request.user, impact.PERMISSION, shown.division)
        form = DayForm(request.POST)
        if not form.is_valid():
            messages.error(request, f"{form.fields['as_of'].label}：{form.errors['as_of'][0]}")
            return redirect("registry:policy_draft", draft)
        try:
            preview = impact.start(draft=shown, by=request.user, as_of=form.cleaned_data["as_of"])
        except Refused as refusal:
            messages.error(request, str(refusal))
            return redirect("registry:policy_draft", draft)
        return redirect("evaluation:impact", preview.pk)
    preview = shown.previews.select_related("job", "started_by", "draft").order_by("-pk").first()
    context = {
        "draft": shown,
        "preview": preview,
        "stale": impact.why_stale(preview) if preview else "",
        "changed": sum(line[3] for line in preview.counts) if preview else 0,
        "form": DayForm(),
        "may_start": shown.state in PolicyDraft.OPEN,
    }
    template = "evaluation/_impact_of_draft.html" if request.htmx else "evaluation/impact_of_draft.html"
    return render(request, template, context)


def visible_preview(request, pk: int) -> ImpactPreview:
    """The preview, or 404 for those who may not see it."""
    rows = ImpactPreview.objects.visible_to(request.user)
    return get_object_or_404(rows.select_related("draft__division", "job", "started_by"), pk=pk)


@require_safe
def impact_detail(request, pk: int):
    """Progress while it goes; then how many would flip by rule, and who, page by page."""
    preview = visible_preview(request, pk)
    chosen = {name: request.GET.get(name, "") for name in ("rule", "before", "after")}
    rows = preview.flips.select_related("division")
    if chosen["rule"]:
        rows = rows.filter(provision=chosen["rule"])
    if chosen["before"] or chosen["after"]:
        rows = rows.filter(before=_verdict(chosen["before"]), after=_verdict(chosen["after"]))
    page = keyset_page(rows, request, order=("id",))
    context = {
        "preview": preview,
        "job": preview.job,
        "stale": impact.why_stale(preview),
        "lines": _changes(preview),
        "page": page,
        "rows": [_row(flip) for flip in page],
        "chosen": any(chosen.values()),
        "changed": sum(line[3] for line in preview.counts),
        "may_cancel": not preview.job.finished and preview.job.owner_id == request.user.pk,
    }
    template = "evaluation/_impact.html" if request.htmx else "evaluation/impact.html"
    return render(request, template, context)


def _verdict(text: str) -> str:
    """A verdict of the address; "none" stands for a provision that does not bind."""
    return text.upper() if text.upper() in VERDICTS else ""


def _changes(preview: ImpactPreview) -> list[dict]:
    """From what to what, by rule, the gravest first; each number leads to its subjects."""
    order = {verdict: place for place, verdict in enumerate(VERDICTS)}
    here = reverse("evaluation:impact", args=[preview.pk])
    rules = {rule for rule, *_ in preview.counts}
    quotes = dict(
        Rule.objects.in_force().filter(provision__in=rules).order_by().values_list("provision", "quote")
    )
    lines = [
        {
            "rule": rule,
            "quote": quotes.get(rule, ""),
            "before": before,
            "after": after,
            "number": number,
            "url": f"{here}?rule={rule}&before={before or 'none'}&after={after or 'none'}#flips",
        }
        for rule, before, after, number in preview.counts
    ]
    return sorted(lines, key=lambda line: (order.get(line["after"], 99), -line["number"], line["rule"]))


def _row(flip: ImpactFlip) -> dict:
    name, query = PAGES[flip.subject_type]
    address = (
        reverse(name) + query.format(flip.subject_id) if query else reverse(name, args=[flip.subject_id])
    )
    return {"flip": flip, "url": address, "kind": SUBJECTS[flip.subject_type]}


@require_POST
def impact_cancel(request, pk: int):
    """Stop a preview; what was compared so far is of no use and is left out."""
    preview = visible_preview(request, pk)
    if preview.job.owner_id != request.user.pk:
        raise access.Denied("预览只能由发起人停止。")
    try:
        jobs.cancel(preview.job_id, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("registry:policy_draft", preview.draft_id)
