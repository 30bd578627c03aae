"""The system administrator's pages (运行): background jobs of everybody, and the state of the installation."""

from django import forms
from django.shortcuts import render
from django.views.decorators.http import require_safe

from registry import system
from registry.guards import open_to
from registry.models import Job
from registry.options import Options
from registry.paging import keyset_page


class JobFilter(forms.Form):
    """Bound to the query string."""

    q = forms.CharField(label="任务名称", required=False, max_length=100)
    state = forms.ChoiceField(label="状态", required=False, choices=Options(Job.State.choices))

    def narrow(self, jobs):
        """The jobs that fit."""
        self.is_valid()
        given = self.cleaned_data
        if given.get("state"):
            jobs = jobs.filter(state=given["state"])
        return jobs.filter(title__icontains=given["q"].strip()) if given.get("q") else jobs


@require_safe
@open_to("operate_system")
def job_list(request):
    """All background jobs, newest first."""
    form = JobFilter(request.GET)
    rows = form.narrow(Job.objects.visible_to(request.user)).select_related("owner")
    context = {
        "page": keyset_page(rows, request, order=("-id",)),
        "count": None,
        "unit": "个",
        "filter_form": form,
    }
    return render(request, "registry/job_list.html", context)


@require_safe
@open_to("operate_system")
def system_state(request):
    """Versions, queue, disk, backup."""
    return render(request, "registry/system.html", {"facts": system.facts()})
