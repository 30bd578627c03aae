"""Compliance runs: starting one, watching it, stopping it."""

from django import forms
from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from evaluation import runs
from evaluation.filters import places_of
from evaluation.models import ComplianceRun
from registry import access, jobs
from registry.errors import Refused
from registry.guards import open_to
from registry.models import Division
from registry.paging import keyset_page
from registry.plausible import PLAUSIBLE_DAY
from registry.policy.subjects import SUBJECTS
from registry.ui.marks import VERDICTS


class RunForm(forms.Form):
    """Where, and as of which day."""

    division = forms.ModelChoiceField(label="地区", queryset=Division.objects.none(), empty_label=None)
    as_of = forms.DateField(
        label="基准日",
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        validators=PLAUSIBLE_DAY,
        help_text="今天：更新现有结果。更早的日期：按当时的成员、牵头单位、开业的机构和文件另存一份，不影响现有结果。",
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        places = places_of(user, "run_compliance")
        self.fields["division"].queryset = Division.objects.filter(
            pk__in=[one.pk for one in places]
        ).order_by("path")
        self.fields["as_of"].widget.attrs["max"] = timezone.localdate().isoformat()


@require_http_methods(["GET", "HEAD", "POST"])
@open_to("view_compliance")
def run_list(request):
    """Earlier runs, newest first, and the form to start one."""
    may_run = access.may(request.user, "run_compliance")
    form = RunForm(request.POST or None, user=request.user, initial={"as_of": timezone.localdate()})
    if request.method == "POST" and not may_run:
        raise access.Denied("您可以查看合规检查，但没有运行检查的权限。")
    if request.method == "POST" and form.is_valid():
        try:
            run = runs.start(by=request.user, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("evaluation:run", run.pk)
    rows = ComplianceRun.objects.visible_to(request.user).select_related("division", "job", "started_by")
    page = keyset_page(rows, request, order=("-id",), default_size=20)
    context = {"page": page, "form": form, "may_run": may_run}
    return render(request, "evaluation/run_list.html", context, status=422 if form.errors else 200)


def visible_run(request, pk: int) -> ComplianceRun:
    """The run, or 404 for those who may not see it."""
    rows = ComplianceRun.objects.visible_to(request.user).select_related("division", "job", "started_by")
    return get_object_or_404(rows, pk=pk)


@require_safe
def run_detail(request, pk: int):
    """Progress while it goes, then what it found; htmx asks for the moving part alone."""
    run = visible_run(request, pk)
    faults = run.items.exclude(error="").order_by("pk")[:50]
    context = {
        "run": run,
        "job": run.job,
        "faults": [(SUBJECTS[item.subject_type], item) for item in faults],
        "tally": [(verdict, run.tally[verdict]) for verdict in VERDICTS if run.tally.get(verdict)],
        "places": [] if run.job.finished else runs.progress_by_place(run),
        "may_cancel": not run.job.finished and run.job.owner_id == request.user.pk,
    }
    return render(request, "evaluation/_run.html" if request.htmx else "evaluation/run.html", context)


@require_POST
def run_cancel(request, pk: int):
    """Stop a run after the batch it is at."""
    run = visible_run(request, pk)
    if run.job.owner_id != request.user.pk:
        raise access.Denied("检查只能由发起人停止。")
    try:
        jobs.cancel(run.job_id, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "检查已停止，已经查完的部分保持不变。")
    return redirect("evaluation:run", pk)
