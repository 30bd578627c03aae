"""Planned facilities (规划设施): the list with its progress, and what is recorded of one."""

from django import forms
from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from registry import access, facilities
from registry.guards import open_to
from registry.models import PlannedFacility
from registry.paging import capped_count, keyset_page

DATES = ("awarded_on", "completed_on", "community_hospital_on")


class FacilityForm(forms.ModelForm):
    """建设、运营各方和日期."""

    class Meta:
        model = PlannedFacility
        fields = facilities.EDITED
        widgets = {name: forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d") for name in DATES}

    def clean(self):
        data = super().clean()
        completed, hospital = data.get("completed_on"), data.get("community_hospital_on")
        if completed and data.get("state") != PlannedFacility.State.BUILT:
            self.add_error("state", "填了建成日期的，状态应为“已建成”。")
        if hospital and not completed:
            self.add_error("completed_on", "成为社区医院之前先填写建成日期。")
        elif hospital and hospital < completed:
            self.add_error("community_hospital_on", "成为社区医院的日期不能早于建成日期。")
        return data


@require_safe
@open_to("view_compliance")
def facility_list(request):
    """The planned facilities of one's area; how many are built and how many have become community hospitals."""
    rows = PlannedFacility.objects.visible_to(request.user).select_related("division", "document")
    page = keyset_page(rows, request, order=("name", "id"))
    context = {
        "page": page,
        "count": capped_count(rows),
        "unit": "家",
        "planned": rows.count(),
        "built": rows.filter(completed_on__isnull=False).count(),
        "hospitals": rows.filter(community_hospital_on__isnull=False).count(),
    }
    return render(request, "registry/facility_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@open_to("view_compliance")
def facility_detail(request, pk: int):
    """One facility, as planned and as recorded; the commission of the place may change what is recorded."""
    rows = PlannedFacility.objects.visible_to(request.user).select_related("division", "document")
    facility = get_object_or_404(rows, pk=pk)
    may_edit = access.covers(request.user, "evaluate", facility.division)
    if request.method == "POST":
        access.require(request.user, "evaluate", facility.division)
    form = FacilityForm(request.POST or None, instance=facility)
    if request.method == "POST" and form.is_valid():
        facilities.record(pk, by=request.user, **form.cleaned_data)
        messages.success(request, f"已登记{facility.name}。")
        return redirect("registry:facility", pk)
    planned = next(
        (
            one
            for one in facility.document.body["named"].get("planned_facilities", ())
            if one["name"] == facility.name
        ),
        {},
    )
    parties = [
        (label, planned.get(name, "")) for name, label in
        (("designer", "设计单位"), ("builder", "建设单位"), ("funder", "出资单位"), ("operator", "运营单位"))
    ]  # fmt: skip
    parties.append(("会商单位", "、".join(planned.get("consulted", ()))))
    context = {
        "facility": facility,
        "form": form if may_edit else None,
        "planned": [(label, party or "文件没有写明") for label, party in parties],
        "rule": planned.get("rule", ""),
        "recorded": [
            (PlannedFacility._meta.get_field(name).verbose_name, getattr(facility, name))
            for name in facilities.EDITED
        ],
    }
    return render(request, "registry/facility.html", context, status=422 if form.errors else 200)
