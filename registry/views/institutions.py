"""The register of institutions (机构名录): list and one institution's page."""

from django.db.models import Prefetch
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET

from registry import access, history
from registry.forms import InstitutionFilter
from registry.models import Institution, InstitutionName, Lead, Membership
from registry.paging import capped_count, keyset_page
from registry.search import matching

ORDERS = {
    "": ("name", "id"),
    "name": ("name", "id"),
    "-name": ("-name", "-id"),
    "division": ("division__code", "name", "id"),
    "-division": ("-division__code", "-name", "-id"),
}


@require_GET
def institution_list(request):
    """Institutions that the person may see, narrowed and sorted as the address says."""
    if not access.may(request.user, "view_institutions") and not access.may(request.user, "edit_filing"):
        raise Http404("没有查看机构名录的任职")
    form = InstitutionFilter(request.GET, user=request.user)
    rows = form.narrow(Institution.objects.visible_to(request.user).live())
    rows = matching(rows, request.GET.get("q", ""))
    page = keyset_page(rows.for_list(), request, order=ORDERS.get(request.GET.get("sort", ""), ORDERS[""]))
    context = {
        "page": page,
        "count": capped_count(rows),
        "unit": "家",
        "filter_form": form,
        "may_import": access.may(request.user, "import_institutions"),
    }
    return render(request, "registry/institution_list.html", context)


@require_GET
def institution_detail(request, pk: int):
    """All facts with their source, names, consortia over time, credentials, and who changed what."""
    institutions = Institution.objects.visible_to(request.user).select_related(
        "division__parent__parent", "township", "institution_class", "main_institution", "merged_into"
    )
    names = InstitutionName.objects.order_by("kind", "name")
    institution = get_object_or_404(institutions.prefetch_related(Prefetch("other_names", names)), pk=pk)
    if institution.merged_into_id:
        return redirect("registry:institution_detail", institution.merged_into_id)
    memberships = Membership.objects.filter(institution=institution).select_related("consortium")
    leads = Lead.objects.filter(institution=institution).select_related("consortium")
    context = {
        "institution": institution,
        "place": institution.division.full_name(),
        "memberships": memberships.order_by("-during", "pk"),
        "leads": leads.order_by("-during", "pk"),
        "branches": institution.branches.live().order_by("name", "pk")[:50],
        "credentials": institution.credentials.select_related("subject").order_by("level", "pk"),
        "history": history.of_institution(institution),
    }
    return render(request, "registry/institution_detail.html", context)
