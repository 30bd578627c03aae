"""Waivers (豁免与批准偏离): the list, one of them with its document, recording one, taking it back."""

from django.contrib import messages
from django.db.models import Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from registry import access, access_log, waivers
from registry.downloads import stored_file
from registry.errors import Refused
from registry.guards import open_to
from registry.models import Rule, Waiver
from registry.paging import capped_count, keyset_page
from registry.policy.param_words import param_word
from registry.policy.subjects import SUBJECTS
from registry.waiver_forms import ChooseForm, WaiverFilter, WaiverForm

TABS = (("open", "现行有效", None), ("all", "全部", None))


@require_safe
@open_to("view_compliance", "view_own_consortia")
def waiver_list(request):
    """Waivers of one's area or of one's hospital's consortia, newest first."""
    form, today = WaiverFilter(request.GET), timezone.localdate()
    form.is_valid()
    rows = Waiver.objects.visible_to(request.user)
    if request.GET.get("view") != "all":
        rows = rows.holding_on(today)
    if text := form.cleaned_data.get("q"):
        rows = rows.filter(
            Q(consortium__name__icontains=text)
            | Q(subject_name__icontains=text)
            | Q(provision__iexact=text)
            | Q(document__icontains=text)
        )
    if kind := form.cleaned_data.get("kind"):
        rows = rows.filter(kind=kind)
    rows = rows.select_related("consortium__division", "division", "granted_by", "revoked_by")
    page = keyset_page(rows, request, order=("-id",))
    known = {
        rule.provision: rule
        for rule in Rule.objects.in_force()
        .filter(provision__in={one.provision for one in page})
        .select_related("document")
    }
    context = {
        "page": page,
        "unit": "项",
        "count": capped_count(rows),
        "filter_form": form,
        "tabs": TABS,
        "today": today,
        "lines": [(one, known.get(one.provision)) for one in page],
        "may": access.may(request.user, waivers.PERMISSION),
    }
    return render(request, "registry/waivers.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(waivers.PERMISSION)
def waiver_new(request):
    """Record a waiver or an approved deviation: the address names the subject and the rule, the form the grounds."""
    chosen = ChooseForm(request.GET if {"subject", "rule"} & request.GET.keys() else None, user=request.user)
    if not chosen.is_valid():
        status = 422 if request.method == "POST" else 200
        return render(request, "registry/waiver_choose.html", {"form": chosen}, status=status)
    subject, rule = chosen.cleaned_data["subject"], chosen.cleaned_data["rule"]
    form = WaiverForm(
        request.POST or None,
        request.FILES or None,
        place=chosen.place,
        rule=rule,
        user=request.user,
    )
    if request.method == "POST" and form.is_valid():
        try:
            waiver = waivers.grant(by=request.user, subject=subject, rule=rule, **form.granted())
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(
                request,
                f"已登记{waiver.get_kind_display()}。判定为不符合或偏离的，随后改为“已豁免”；其他判定不变。",
            )
            return redirect("registry:waiver", waiver.pk)
    context = {
        "form": form,
        "subject": subject,
        "place": chosen.place,
        "word": waivers.kind_word(subject),
        "rule": rule,
        "who_may": waivers.level_of(rule, chosen.place).words,
    }
    return render(request, "registry/waiver_new.html", context, status=422 if form.errors else 200)


def _visible(request, pk: int) -> Waiver:
    rows = Waiver.objects.visible_to(request.user)
    related = rows.select_related("consortium__division", "division", "granted_by", "revoked_by")
    return get_object_or_404(related, pk=pk)


@require_safe
def waiver_detail(request, pk: int):
    """Who, when, why, by which document, until when; what it lifts, word for word."""
    waiver, today = _visible(request, pk), timezone.localdate()
    rule = waivers.rule_of(waiver)
    ended = bool(waiver.until and waiver.until < today)
    context = {
        "waiver": waiver,
        "word": SUBJECTS[waiver.subject_type],
        "rule": rule,
        "ended": ended,
        "replaced": [
            (param_word(name), value, rule.body["params"].get(name, "") if rule else "")
            for name, value in waiver.replaced.items()
        ],
        "may_revoke": not waiver.revoked_on and not ended and waivers.may_revoke(request.user, waiver),
    }
    return render(request, "registry/waiver.html", context)


@require_safe
def waiver_file(request, pk: int):
    """The scanned document, always as a download."""
    waiver = _visible(request, pk)
    if not waiver.file:
        raise Http404
    access_log.exported(request.user, waiver, waiver.file_name)
    return stored_file(waiver.file, waiver.file_name, waiver.file_type)


@require_POST
def waiver_revoke(request, pk: int):
    """撤销, with the reason."""
    waiver = _visible(request, pk)
    access.require(request.user, waivers.PERMISSION, waiver.place)
    try:
        waivers.revoke(pk, by=request.user, reason=request.POST.get("reason", "")[:500])
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "已撤销，判定随后更新。")
    return redirect(reverse("registry:waiver", args=[pk]))
