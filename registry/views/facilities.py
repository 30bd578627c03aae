"""Planned facilities (规划设施): the list with its progress, and what is recorded of one."""

from django import forms
from django.contrib import messages
from django.db.models import Count, Q
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from registry import access, facilities
from registry.guards import open_to
from registry.models import PlannedFacility, Waiver
from registry.options import Options
from registry.paging import capped_count, keyset_page
from registry.plausible import PLAUSIBLE_DAY

DATES = ("awarded_on", "completed_on", "community_hospital_on")


class FacilityFilter(forms.Form):
    """What the list is narrowed to."""

    q = forms.CharField(label="名称或各方单位", required=False, max_length=100)
    state = forms.ChoiceField(label="状态", required=False, choices=Options(PlannedFacility.State.choices))
    mode = forms.ChoiceField(label="方式", required=False, choices=Options(PlannedFacility.Mode.choices))

    def condition(self) -> Q:
        """The filter as a condition on facilities; what is not understood is left out."""
        self.is_valid()
        given, condition = self.cleaned_data, Q()
        if text := given.get("q"):
            condition &= (
                Q(name__icontains=text)
                | Q(builder__icontains=text)
                | Q(operator__icontains=text)
                | Q(division__name__icontains=text)
            )
        for name in ("state", "mode"):
            if given.get(name):
                condition &= Q(**{name: given[name]})
        return condition


class FacilityForm(forms.ModelForm):
    """建设、运营各方和日期."""

    class Meta:
        model = PlannedFacility
        fields = facilities.EDITED
        widgets = {name: forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d") for name in DATES}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["mode"].choices = [("", "未填"), *PlannedFacility.Mode.choices]
        for name in DATES:
            self.fields[name].validators = [*self.fields[name].validators, *PLAUSIBLE_DAY]

    def clean(self):
        data, today = super().clean(), timezone.localdate()
        for name in DATES:
            if (day := data.get(name)) and day > today:
                label = self.fields[name].label
                self.add_error(name, f"{label}不能晚于今天（{today}）。还没有发生的，发生后再登记。")
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
    form, visible = FacilityFilter(request.GET), PlannedFacility.objects.visible_to(request.user)
    rows = visible.filter(form.condition()).select_related("division", "document")
    context = {
        "page": keyset_page(rows, request, order=("name", "id")),
        "count": capped_count(rows),
        "unit": "家",
        "filter_form": form,
        "narrowed": any(form.cleaned_data.values()),
        **visible.aggregate(
            planned=Count("pk"),
            built=Count("pk", filter=Q(state=PlannedFacility.State.BUILT)),
            undated=Count("pk", filter=Q(state=PlannedFacility.State.BUILT, completed_on__isnull=True)),
            hospitals=Count("pk", filter=Q(community_hospital_on__isnull=False)),
        ),
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
        "recorded": [(_label(name), _shown(facility, name)) for name in facilities.EDITED],
        "waivers": Waiver.objects.visible_to(request.user)
        .about("planned_facility", [facility.pk])
        .holding_on(timezone.localdate())
        .order_by("provision", "pk"),
    }
    return render(request, "registry/facility.html", context, status=422 if form.errors else 200)


def _label(name: str) -> str:
    return str(PlannedFacility._meta.get_field(name).verbose_name)


def _shown(facility: PlannedFacility, name: str) -> str:
    """What is recorded, in words where a code is stored."""
    words = getattr(facility, f"get_{name}_display", None)
    return str((words() if words else getattr(facility, name)) or "")
