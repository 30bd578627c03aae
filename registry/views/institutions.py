"""The register of institutions (机构名录): list and one institution's page."""

import datetime as dt

from django.db.models import Prefetch
from django.db.models.functions import Coalesce
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from registry import access, as_of, history
from registry.forms import InstitutionFilter
from registry.guards import open_to
from registry.models import Institution, InstitutionName, Lead, Membership
from registry.paging import keyset_page

LINE = (
    "id", "name", "uscc", "level", "grade", "affiliation", "ownership", "beds", "status", "is_demo",
    "division__name", "township__name", "institution_class__name",
)  # fmt: skip
PLACE = ("area_path", "name", "id")
ORDERS = {
    "place": PLACE,
    "-place": ("-area_path", "-name", "-id"),
    "name": ("name", "id"),
    "-name": ("-name", "-id"),
    "beds": ("known_beds", "id"),
    "-beds": ("-known_beds", "-id"),
}


@require_safe
@open_to("view_institutions", "edit_filing")
def institution_list(request):
    """Institutions that the person may see, narrowed and sorted as the address says."""
    form = InstitutionFilter(request.GET, user=request.user)
    rows = form.narrow(Institution.objects.visible_to(request.user).live())
    order = ORDERS.get(request.GET.get("sort", ""), PLACE)
    listed = rows.annotate(known_beds=Coalesce("beds", 0)) if "beds" in order[0] else rows
    page = keyset_page(listed, request, order=order, counted=rows, columns=LINE)
    context = {
        "page": page,
        "count": page.count,
        "unit": "家",
        "filter_form": form,
        "may_import": access.may(request.user, "import_institutions"),
        "may_enter": access.may(request.user, "manage_institutions"),
    }
    return render(request, "registry/institution_list.html", context)


def _day(request) -> dt.date | None:
    """The day that the address asks for; None for today, for nonsense and for days to come."""
    try:
        day = dt.date.fromisoformat(request.GET.get("as_of", ""))
    except ValueError:
        return None
    return day if day < timezone.localdate() else None


@require_safe
def institution_detail(request, pk: int):
    """All facts with source and date, names, consortia over time, credentials, who changed what; also as of a day."""
    institutions = Institution.objects.visible_to(request.user).select_related(
        "division__parent__parent", "township", "institution_class", "main_institution", "merged_into"
    )
    names = InstitutionName.objects.order_by("kind", "name")
    institution = get_object_or_404(institutions.prefetch_related(Prefetch("other_names", names)), pk=pk)
    if institution.merged_into_id:
        return redirect("registry:institution_detail", institution.merged_into_id)
    day = _day(request)
    entries = as_of.entries_of(institution)
    narrator = history.Narrator(institution, entries)
    memberships = Membership.objects.filter(institution=institution).select_related("consortium")
    leads = Lead.objects.filter(institution=institution).select_related("consortium")
    if day:
        memberships, leads = (rows.filter(during__contains=day) for rows in (memberships, leads))
    context = {
        "institution": institution,
        "place": institution.division.full_name(),
        "today": timezone.localdate(),
        "day": day,
        "standing": as_of.standing(institution, day or timezone.localdate(), entries, narrator),
        "memberships": memberships.order_by("-during", "pk"),
        "leads": leads.order_by("-during", "pk"),
        "branches": institution.branches.live().order_by("name", "pk")[:50],
        "credentials": institution.credentials.select_related("subject").order_by("level", "pk"),
        "history": history.told(entries, narrator),
        "may_edit": access.covers(request.user, "manage_institutions", institution),
        "closed": institution.status == Institution.Status.CLOSED,
    }
    return render(request, "registry/institution_detail.html", context)
