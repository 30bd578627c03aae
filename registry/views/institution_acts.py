"""Changing one institution (机构维护): edit, close, reopen, enter, credentials; and taking the list out as a file."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from registry import access, access_log
from registry.downloads import XLSX, stored_file
from registry.errors import Refused, Stale
from registry.guards import open_to
from registry.institutions import credentials, export, service
from registry.institutions.checking import Faulty
from registry.institutions.forms import (
    CloseForm,
    CredentialForm,
    EditForm,
    InstitutionForm,
    ReopenForm,
    initial_of,
)
from registry.models import Credential, Institution, InstitutionExport

NAMED = 5  # consortia that a page names


def _managed(request, pk: int) -> Institution:
    """The institution, 404 for strangers, 403 for those who may only look."""
    rows = Institution.objects.visible_to(request.user).live()
    one = get_object_or_404(
        rows.select_related("division", "township", "main_institution", "institution_class"), pk=pk
    )
    access.require(request.user, "manage_institutions", one)
    return one


def warn(request, warnings: list[str]) -> None:
    """What was saved otherwise than typed, or left out, is said above the page."""
    for warning in warnings:
        messages.warning(request, warning)


def _form_page(request, form, status: int = 200, **context):
    return render(request, "registry/institution_form.html", {"form": form, **context}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def institution_edit(request, pk: int):
    """Every fact on one form; the rules and messages are those of the import."""
    one = _managed(request, pk)
    closed = one.status == Institution.Status.CLOSED
    form = EditForm(request.POST or None, initial=initial_of(one), closed=closed)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            warnings = service.edit(
                pk, form.raw(), version=given["version"], reason=given["reason"], by=request.user
            )
        except Faulty as faulty:
            form.refuse(faulty)
        except Stale as stale:
            return _stale(request, one, form, str(stale))
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            warn(request, warnings)
            messages.success(request, "已保存，变更记录里可以看到改了什么。")
            return redirect(one)
    elif form.is_bound:
        form.refuse_rest(request.user, own=one)
    return _form_page(request, form, 422 if form.errors else 200, institution=one)


def _stale(request, one: Institution, form: EditForm, message: str):
    """Both versions beside each other; what the person typed is not lost."""
    standing = initial_of(one)
    pairs = [
        (field.label, standing[name], form.cleaned_data[name])
        for name, field in InstitutionForm.base_fields.items()
        if name in form.cleaned_data and str(standing[name] or "") != form.cleaned_data[name]
    ]
    typed = {**form.cleaned_data, "version": one.version}
    context = {"institution": one, "pairs": pairs, "message": message, "typed": typed}
    return render(request, "registry/institution_stale.html", context, status=409)


@require_http_methods(["GET", "HEAD", "POST"])
@open_to("manage_institutions")
def institution_new(request):
    """Enter one institution by hand."""
    form = InstitutionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            one, warnings = service.create(form.raw(), reason="在线登记", by=request.user)
        except Faulty as faulty:
            form.refuse(faulty)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            warn(request, warnings)
            messages.success(request, f"已登记“{one.name}”。")
            return redirect(one)
    elif form.is_bound:
        form.refuse_rest(request.user)
    return _form_page(request, form, 422 if form.errors else 200, institution=None)


def _act(request, pk: int, form, act, done: str, heading: str, consequence: str = ""):
    one = _managed(request, pk)
    if request.method == "POST" and form.is_valid():
        try:
            act(**form.cleaned_data, by=request.user)
        except Stale as stale:
            form.data = form.data.copy()
            form.data["version"] = stale.current.version  # who has looked at it may send it again
            form.add_error(None, str(stale))
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, done)
            return redirect(one)
    context = {"form": form, "institution": one, "heading": heading, "consequence": consequence}
    status = 422 if form.errors else 200
    return render(request, "registry/institution_act.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def institution_close(request, pk: int):
    """注销, with the day and the reason."""
    one = _managed(request, pk)
    form = CloseForm(request.POST or None, initial=_of_today(one))
    return _act(
        request,
        pk,
        form,
        lambda **given: service.close(pk, **given),
        "已注销。",
        "补录注销日期" if one.status == Institution.Status.CLOSED else "注销机构",
        f"{_standing_in(one)}注销后可以恢复开业。",
    )


def _of_today(one: Institution) -> dict:
    return {"version": one.version, "on": timezone.localdate()}


def _standing_in(one: Institution) -> str:
    """The consortia that a closing leaves as they are, by name."""
    today = timezone.localdate()
    leads = one.leads.filter(during__contains=today).order_by("pk")
    memberships = one.memberships.filter(during__contains=today).order_by("pk")
    parts = [
        (word, list(rows.values_list("consortium__name", flat=True)[: NAMED + 1]))
        for word, rows in (("牵头", leads), ("参加", memberships))
    ]
    said = "，".join(
        f"{word}{'、'.join(names[:NAMED])}{'等' if len(names) > NAMED else ''}"
        for word, names in parts
        if names
    )
    return f"它现在{said}，不因注销而结束，须另走变更或终止备案。" if said else ""


@require_http_methods(["GET", "HEAD", "POST"])
def institution_reopen(request, pk: int):
    """恢复开业, with the day and the reason."""
    one = _managed(request, pk)
    form = ReopenForm(request.POST or None, initial=_of_today(one))
    return _act(request, pk, form, lambda **given: service.reopen(pk, **given), "已恢复开业。", "恢复开业")


# -- Credentials --------------------------------------------------------------------------------------------
@require_http_methods(["GET", "HEAD", "POST"])
def credential_add(request, pk: int):
    one = _managed(request, pk)
    form = CredentialForm(request.POST or None, instance=Credential(institution=one))
    return _credential(request, one, form, "添加专科资质")


@require_http_methods(["GET", "HEAD", "POST"])
def credential_edit(request, pk: int):
    mine = Institution.objects.visible_to(request.user)
    credential = get_object_or_404(Credential.objects.filter(institution__in=mine), pk=pk)
    one = _managed(request, credential.institution_id)
    form = CredentialForm(request.POST or None, instance=credential)
    return _credential(request, one, form, "修改专科资质")


def _credential(request, one: Institution, form: CredentialForm, heading: str):
    if request.method == "POST" and form.is_valid():
        try:
            credentials.keep(form.instance, by=request.user)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "专科资质已保存。")
            return redirect(one)
    context = {"form": form, "institution": one, "heading": heading}
    status = 422 if form.errors else 200
    return render(request, "registry/institution_act.html", context, status=status)


@require_POST
def credential_remove(request, pk: int):
    mine = Institution.objects.visible_to(request.user)
    credential = get_object_or_404(Credential.objects.filter(institution__in=mine), pk=pk)
    one = _managed(request, credential.institution_id)
    credentials.remove(pk, by=request.user)
    messages.success(request, "专科资质已移除，变更可在审计中查到。")
    return redirect(one)


# -- Export -------------------------------------------------------------------------------------------------
@require_POST
@open_to("view_institutions", "edit_filing")
def institution_export(request):
    """Start the export of the list as the address of the list page says."""
    try:
        asked = export.ask(request.POST.get("query", "")[:2000], by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("registry:institution_list")
    return redirect("registry:job_detail", asked.job_id)


@require_safe
@open_to("view_institutions", "edit_filing")
def institution_export_file(request, pk: int):
    """The finished file, for whoever asked for it."""
    one = get_object_or_404(InstitutionExport.objects.visible_to(request.user).exclude(file=""), pk=pk)
    access_log.exported(request.user, one, f"导出机构名录 {one.rows} 行 {one.query}")
    return stored_file(one.file, one.file_name, XLSX)
