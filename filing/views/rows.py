"""Rows of the form (成员、材料): add, change, remove, download."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from filing import editing, materials, member_lists
from filing.forms import MaterialForm, MemberForm
from filing.models import Filing, FilingMember, Material
from filing.presentation import is_own
from filing.views import both_sides
from filing.views.shared import attempt, visible
from registry import access, access_log
from registry.downloads import stored_file
from registry.errors import Refused, Stale
from registry.numbers import whole_number
from registry.uploads import PREVIEWED


def _member(request, pk: int) -> FilingMember:
    mine = Filing.objects.visible_to(request.user)
    rows = FilingMember.objects.select_related("filing__applicant", "institution")
    return get_object_or_404(rows.filter(filing__in=mine), pk=pk)


@require_POST
def members_add(request, pk: int):
    """Add the institutions that were picked."""
    filing = visible(request, pk)
    typed = map(whole_number, request.POST.getlist("institution"))
    picked = [number for number in typed if number is not None]
    attempt(request, lambda: editing.add_members(filing.pk, picked, by=request.user))
    return redirect("filing:section", pk, editing.MEMBERS)


@require_POST
def members_match(request, pk: int):
    """Lines that were pasted or uploaded, each with the institution it means or the reason why it means none."""
    filing = visible(request, pk)
    access.require(request.user, "edit_filing", filing.applicant or "filing")
    try:
        upload = request.FILES.get("file")
        said = member_lists.uploaded(upload) if upload else member_lists.pasted(request.POST.get("lines", ""))
        lines = member_lists.match(filing, said, user=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("filing:section", pk, editing.MEMBERS)
    context = {
        "filing": filing,
        "matched": [line for line in lines if line.institution],
        "unmatched": [line for line in lines if not line.institution],
        "key": editing.MEMBERS,
    }
    return render(request, "filing/members_match.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def member(request, pk: int):
    """One member's line; a side panel where scripts run, else a page."""
    row = _member(request, pk)
    access.require(request.user, "edit_filing", row.filing.applicant or "filing")
    form = MemberForm(request.POST or None, instance=row)
    if request.method == "POST" and form.is_valid():
        version = form.cleaned_data["version"]
        try:
            saved = attempt(
                request,
                lambda: editing.save_member(pk, form.answers, version=version, by=request.user),
                passing=(Stale,),
            )
        except Stale as stale:
            return _both(request, form, stale)
        if saved:
            return redirect("filing:section", row.filing_id, editing.MEMBERS)
    template = "filing/_member_panel.html" if request.htmx else "filing/member.html"
    context = {"form": form, "member": row, "filing": row.filing}
    return render(request, template, context, status=422 if form.errors else 200)


def _both(request, form: MemberForm, stale: Stale):
    """The line as it stands beside what this person wanted; equal ones are no conflict."""
    row = stale.current
    members = reverse("filing:section", args=[row.filing_id, editing.MEMBERS])
    pairs = both_sides.differing(form.answers, MemberForm(instance=row), form)
    if not pairs:
        return redirect(members)
    return both_sides.page(
        request,
        pairs,
        version=row.version,
        message=str(stale),
        action=reverse("filing:member", args=[row.pk]),
        place=str(row),
        back=members,
    )


@require_POST
def member_remove(request, pk: int):
    row = _member(request, pk)
    seen = whole_number(request.POST.get("version", ""))
    attempt(
        request,
        lambda: editing.remove_member(pk, version=seen, by=request.user),
        f"已移除“{row.institution}”。",
    )
    return redirect("filing:section", row.filing_id, editing.MEMBERS)


@require_POST
def material_add(request, pk: int):
    """Upload one file."""
    filing = visible(request, pk)
    access.require(request.user, "edit_filing", filing.applicant or "filing")
    form = MaterialForm(filing, request.POST, request.FILES)
    if not form.is_valid():
        for error in form.errors.values():
            messages.error(request, error[0])
    else:
        data = form.cleaned_data
        attempt(
            request,
            lambda: materials.add(
                filing.pk, data["kind"], data["file"], covers=data["covers"], by=request.user
            ),
            f"“{data['file'].name}”已上传。",
        )
    return redirect("filing:section", pk, editing.MATERIALS)


def _material(request, pk: int) -> Material:
    mine = Filing.objects.visible_to(request.user)
    return get_object_or_404(Material.objects.select_related("filing").filter(filing__in=mine), pk=pk)


def _submitted(material: Material) -> bool:
    """Whether the file belongs to a submission; a bureau never sees what the hospital has not submitted."""
    return any(
        row["id"] == material.pk
        for version in material.filing.versions.all()
        for row in version.content["materials"]
    )


@require_safe
def material(request, pk: int):
    """The file itself: as a download, or in the page for PDF and pictures."""
    row = _material(request, pk)
    own = is_own(row.filing, request.user)
    if not own and not _submitted(row):
        raise Http404
    inline = "inline" in request.GET and row.content_type in PREVIEWED
    access_log.read(request.user, row, row.original_name)
    response = stored_file(row.file, row.original_name, row.content_type, inline=inline)
    if inline:  # shown in a frame of our own pages, and of nobody else's
        response["X-Frame-Options"] = "SAMEORIGIN"
        response._csp_replace = {"frame-ancestors": ["'self'"]}
    return response


@require_POST
def material_remove(request, pk: int):
    row = _material(request, pk)
    attempt(request, lambda: materials.remove(pk, by=request.user), f"“{row.original_name}”已移除。")
    return redirect("filing:section", row.filing_id, editing.MATERIALS)
