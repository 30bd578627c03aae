"""Letting somebody else review for a time (委托)."""

import datetime as dt

from django import forms
from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from filing import delegation
from filing.models import Delegation
from filing.views.shared import attempt
from registry.errors import Refused
from registry.guards import open_to
from registry.models import Authority, User

MOST_SHOWN = 50


class DelegationForm(forms.Form):
    """Whom, for which bureau, from when to when."""

    authority = forms.ModelChoiceField(Authority.objects.none(), label="机关", empty_label=None)
    to = forms.ModelChoiceField(
        User.objects.none(), label="受托人", empty_label="选择", help_text="本机关人员，或上级机关的审核人"
    )
    start = forms.DateField(
        label="开始日期", widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    end = forms.DateField(
        label="结束日期",
        help_text="当日仍为委托期，次日自动终止",
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    reason = forms.CharField(label="事由", max_length=200, required=False)

    def __init__(self, user, *args, **kwargs):
        super().__init__(*args, **kwargs)
        bureaus = delegation.own_authorities(user)
        people = User.objects.none()
        for bureau in bureaus:
            people = people | delegation.candidates(user, bureau)
        self.fields["authority"].queryset = bureaus
        self.fields["to"].queryset = people.distinct().order_by("name", "pk")
        self.fields["start"].initial = timezone.localdate


@require_http_methods(["GET", "HEAD", "POST"])
@open_to("review_filings")
def delegations(request):
    """One's delegations given and received, and the form for a new one."""
    form = DelegationForm(request.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            row = delegation.delegate(**form.cleaned_data, by=request.user)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"已委托{row.delegate}，到期自动终止。")
            return redirect("filing:delegations")
    rows = Delegation.objects.select_related("delegator", "delegate", "authority").order_by("-pk")
    today = timezone.localdate()
    context = {
        "form": form,
        "may_delegate": form.fields["authority"].queryset.exists(),
        "given": _shown(rows.filter(delegator=request.user), today),
        "received": _shown(rows.filter(delegate=request.user), today),
    }
    return render(request, "filing/delegations.html", context, status=422 if form.errors else 200)


def _shown(rows, today: dt.date) -> list[Delegation]:
    found = list(rows[:MOST_SHOWN])
    for row in found:
        row.over = bool(row.cancelled_at) or row.during.upper <= today
        row.state = (
            "已收回"
            if row.cancelled_at
            else "已结束"
            if row.over
            else "未开始"
            if row.during.lower > today
            else "委托中"
        )
    return found


@require_POST
@open_to("review_filings")
def delegation_cancel(request, pk: int):
    """收回."""
    get_object_or_404(Delegation.objects.filter(delegator=request.user), pk=pk)
    attempt(request, lambda: delegation.cancel(pk, by=request.user), "委托已收回。")
    return redirect("filing:delegations")
