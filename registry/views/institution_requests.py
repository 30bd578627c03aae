"""Requests for new institutions (新增机构申请): the hospital's side and the administrator's."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from registry import access
from registry.duplicates import search
from registry.errors import Refused
from registry.guards import open_to
from registry.institutions import requests
from registry.institutions.checking import Faulty
from registry.institutions.forms import DecisionForm, InstitutionForm, RequestForm
from registry.models import Institution, InstitutionRequest
from registry.paging import keyset_page
from registry.views.institution_acts import warn

VIEWS = (("waiting", "待处理"), ("all", "全部"))


@require_safe
@open_to("manage_institutions", "edit_filing")
def request_list(request):
    """Waiting requests of one's area, or all that one's hospital has made."""
    rows = InstitutionRequest.objects.visible_to(request.user)
    waiting = request.GET.get("view") != "all"
    if waiting:
        rows = rows.pending()
    rows = rows.select_related("hospital", "division", "requested_by", "institution")
    context = {
        "page": keyset_page(rows, request, order=("-id",), default_size=20),
        "unit": "件",
        "count": None,
        "filter_form": None,
        "tabs": [(key, word, None) for key, word in VIEWS],
        "waiting": waiting,
        "may_ask": access.may(request.user, "edit_filing"),
    }
    return render(request, "registry/request_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@open_to("edit_filing")
def request_new(request):
    """Ask for an institution; `name` in the address is what the person searched for."""
    hospitals = access.institutions_of(request.user, "edit_filing")
    hospital = Institution.objects.select_related("division").filter(pk__in=hospitals).order_by("pk").first()
    if hospital is None:
        raise Http404("没有可以申请的医院")
    form = RequestForm(request.POST or None, initial={"name": request.GET.get("name", "")[:300]})
    if request.method == "POST" and form.is_valid():
        try:
            asked = requests.make(
                form.raw(), note=form.cleaned_data["note"], hospital=hospital, by=request.user
            )
        except Faulty as faulty:
            form.refuse(faulty)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "申请已提交，由机构所在地的名录管理员处理。")
            return redirect(asked)
    context = {"form": form, "hospital": hospital}
    return render(request, "registry/request_new.html", context, status=422 if form.errors else 200)


def _visible(request, pk: int) -> InstitutionRequest:
    rows = InstitutionRequest.objects.visible_to(request.user)
    rows = rows.select_related(
        "hospital", "division__parent__parent", "requested_by", "decided_by", "institution"
    )
    return get_object_or_404(rows, pk=pk)


@require_safe
def request_detail(request, pk: int):
    """What was asked and how it was decided; the administrator's form while it waits."""
    return _detail(request, _visible(request, pk))


def _detail(request, asked: InstitutionRequest, form=None, refusal=None, status: int = 200):
    decidable = asked.state == InstitutionRequest.State.PENDING and access.covers(
        request.user, "manage_institutions", asked.division
    )
    typed = [
        (field.label, asked.content.get(name, "")) for name, field in InstitutionForm.base_fields.items()
    ]
    context = {
        "asked": asked,
        "decidable": decidable,
        "alike": search.alike(asked.division, asked.name) if decidable else [],
        "own": asked.state == InstitutionRequest.State.PENDING
        and access.covers(request.user, "edit_filing", asked.hospital),
        "form": form or InstitutionForm(initial=asked.content),
        "refusal_form": refusal or DecisionForm(),
        "typed": [(label, value) for label, value in typed if value],
    }
    return render(request, "registry/request_detail.html", context, status=status)


@require_POST
def request_approve(request, pk: int):
    """Enter the institution, as put right on the form."""
    asked = _visible(request, pk)
    access.require(request.user, "manage_institutions", asked.division)
    form = InstitutionForm(request.POST)
    if form.is_valid():
        try:
            one, warnings = requests.approve(pk, form.raw(), by=request.user)
        except Faulty as faulty:
            form.refuse(faulty)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            warn(request, warnings)
            messages.success(request, f"已登记“{one.name}”，申请医院可以选用。")
            return redirect(one)
    return _detail(request, asked, form=form, status=422)


@require_POST
def request_refuse(request, pk: int):
    asked = _visible(request, pk)
    access.require(request.user, "manage_institutions", asked.division)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return _detail(request, asked, refusal=form, status=422)
    try:
        requests.refuse(pk, reply=form.cleaned_data["reply"], by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "已答复申请医院。")
    return redirect(asked)


@require_POST
def request_withdraw(request, pk: int):
    asked = _visible(request, pk)
    access.require(request.user, "edit_filing", asked.hospital)
    try:
        requests.withdraw(pk, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "申请已撤回。")
    return redirect(asked)
