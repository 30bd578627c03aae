"""Seen from above (督查): statistics by bureau, urging, and the rules of a bureau's own reviewing."""

from django import forms
from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from filing import limits, queue, supervision, urging
from filing.models import Filing, ReviewSettings, Urge
from filing.views.shared import attempt, visible
from registry import access
from registry.guards import open_to


@require_safe
@open_to("view_filings")
def statistics(request):
    """办理统计 of the own bureau and those below."""
    found = supervision.report(access.authorities_where(request.user, "view_filings"))
    context = {"report": found, "trend": supervision.trend_chart(found)}
    return render(request, "filing/supervision.html", context)


@require_POST
def urge(request, pk: int):
    """督办."""
    visible(request, pk)
    text = request.POST.get("text", "")
    attempt(request, lambda: urging.urge(pk, text=text, by=request.user), "已督办，承办机关会收到通知。")
    return redirect("filing:detail", pk)


@require_POST
def urge_seen(request, pk: int):
    """签收督办."""
    mine = Filing.objects.visible_to(request.user)
    row = get_object_or_404(Urge.objects.filter(filing__in=mine), pk=pk)
    answer = request.POST.get("answer", "")
    attempt(request, lambda: urging.acknowledge(pk, answer=answer, by=request.user), "已签收督办。")
    return redirect("filing:detail", row.filing_id)


class RulesForm(forms.ModelForm):
    """审查规则."""

    class Meta:
        model = ReviewSettings
        fields = ["handling_workdays", "second_reviewer", "undo_workdays"]


@require_safe
@open_to("configure_authority")
def rules_list(request):
    """The bureaus whose rules one may set, each with what holds there; one alone opens at once."""
    bureaus = queue.authorities_settable(request.user).select_related("review_settings").order_by("path")
    rows = list(bureaus[: supervision.MOST_BUREAUS])
    if len(rows) == 1:
        return redirect("filing:rules", rows[0].pk)
    stored = {row.authority_id: row for row in ReviewSettings.objects.filter(authority__in=rows)}
    pairs = [(bureau, stored.get(bureau.pk) or ReviewSettings()) for bureau in rows]
    return render(request, "filing/rules_list.html", {"pairs": pairs})


@require_http_methods(["GET", "HEAD", "POST"])
@open_to("configure_authority")
def rules(request, pk: int):
    """审查规则 of one bureau."""
    bureau = get_object_or_404(queue.authorities_settable(request.user), pk=pk)
    stored = limits.settings_of(bureau)
    form = RulesForm(request.POST or None, instance=ReviewSettings(
        handling_workdays=stored.handling_workdays, second_reviewer=stored.second_reviewer,
        undo_workdays=stored.undo_workdays,
    ))  # fmt: skip
    if request.method == "POST" and form.is_valid():
        limits.save_settings(bureau.pk, form.cleaned_data, by=request.user)
        messages.success(request, "审查规则已保存，在办备案的办理期限已重新计算。")
        return redirect("filing:rules", pk)
    context = {"form": form, "bureau": bureau, "stored": stored if stored.pk else None}
    return render(request, "filing/rules.html", context, status=422 if form.errors else 200)
