"""The page on which a person watches background work."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from registry import jobs
from registry.errors import Refused
from registry.models import Job


@require_safe
def job_detail(request, pk: int):
    """The job with its progress bar; htmx asks for the bar alone until the job has ended."""
    job = get_object_or_404(Job.objects.visible_to(request.user), pk=pk)
    if job.owner_id != request.user.pk:
        job.result_url = ""  # for the system administrator, who sees every job, its result is no page
    template = "registry/_job.html" if request.htmx else "registry/job.html"
    return render(request, template, {"job": job})


@require_POST
def job_cancel(request, pk: int):
    get_object_or_404(Job.objects.visible_to(request.user), pk=pk)
    try:
        jobs.cancel(pk, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "任务已取消，已经写入的部分保持不变。")
    return redirect("registry:job_detail", pk)
