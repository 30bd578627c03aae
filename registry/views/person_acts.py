"""Acts on a person's account and assignments (人员管理)."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from registry.errors import Refused
from registry.guards import open_to
from registry.models import Assignment
from registry.numbers import whole_number
from registry.people import handover, reach, second_step, service
from registry.people.forms import AssignmentForm, EndForm, ReasonForm, contact_form
from registry.roles import ROLES
from registry.views.people import MANAGERS, link_page, person_page, visible


def _back(request, one, act, done: str):
    """Do it, say so or why not, and show the person again."""
    try:
        act()
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done)
    return redirect("registry:person", one.pk)


@require_POST
@open_to(*MANAGERS)
def assignment_add(request, pk: int):
    """安排任职."""
    one = visible(request, pk)
    form = AssignmentForm(request.POST, user=request.user)
    if form.is_valid():
        try:
            service.grant(pk, **form.cleaned_data, by=request.user)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"已安排{one}的任职。")
            return redirect("registry:person", pk)
    return person_page(request, one, status=422, assignment_form=form)


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(*MANAGERS)
def assignment_end(request, pk: int):
    """结束任职, at once or on a day."""
    rows = Assignment.objects.filter(user__in=reach.visible_to(request.user))
    rows = rows.select_related("user", "authority", "institution__division")
    assignment = get_object_or_404(rows, pk=pk)
    one = assignment.user
    form = EndForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            service.end(pk, **form.cleaned_data, by=request.user)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"已结束{one}的任职。")
            return redirect("registry:person", one.pk)
    context = {"form": form, "one": one, "assignment": assignment, "role": ROLES[assignment.role]}
    return render(request, "registry/assignment_end.html", context, status=422 if form.errors else 200)


@never_cache
@require_POST
@open_to(*MANAGERS)
def person_link(request, pk: int):
    """A new link, shown once."""
    one = visible(request, pk)
    try:
        _, token = service.new_link(pk, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("registry:person", pk)
    return link_page(request, one, token)


@require_POST
@open_to(*MANAGERS)
def person_contact(request, pk: int):
    """修改联系方式."""
    one = visible(request, pk)
    form = contact_form(one, request.POST)
    if not form.is_valid():
        return person_page(request, one, status=422, contact_form=form)
    done = "联系方式已修改。"
    return _back(request, one, lambda: service.change_contact(pk, **form.cleaned_data, by=request.user), done)


@require_POST
@open_to(*MANAGERS)
def person_deactivate(request, pk: int):
    return _with_reason(request, pk, service.deactivate, "账户已停用，已有的登录立即失效。")


@require_POST
@open_to(*MANAGERS)
def person_reactivate(request, pk: int):
    return _with_reason(request, pk, service.reactivate, "账户已重新启用。")


@require_POST
@open_to(reach.EVERYWHERE)
def person_second_step(request, pk: int):
    """重设第二步验证."""
    done = "第二步验证已重设，本人登录后重新设置。"
    return _with_reason(request, pk, second_step.reset, done, prefix="second-step")


def _with_reason(request, pk: int, act, done: str, prefix: str = "account"):
    one = visible(request, pk)
    form = ReasonForm(request.POST, prefix=prefix)
    if not form.is_valid():
        return person_page(request, one, status=422, **{f"{prefix.replace('-', '_')}_form": form})
    return _back(request, one, lambda: act(pk, **form.cleaned_data, by=request.user), done)


@require_POST
@open_to(*MANAGERS)
def person_hand_over(request, pk: int):
    """移交一位同事."""
    one = visible(request, pk)
    to = whole_number(request.POST.get("to", ""))
    return _back(
        request,
        one,
        lambda: handover.hand_over(pk, key=request.POST.get("work", ""), to_id=to or 0, by=request.user),
        "已移交，接手的同事会收到通知。",
    )
