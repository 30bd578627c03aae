"""The hospital's registered consortia, and the start of every kind of filing about them (我的医联体)."""

from django.contrib import messages
from django.http import HttpRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from filing import mine, signing, starting, unchanged
from filing.forms import ApprovalForm, ChangeForm
from filing.models import Filing
from filing.routing import route_approval
from filing.views.shared import attempt, visible
from registry import access
from registry.guards import open_to
from registry.models import Consortium, Institution
from registry.paging import keyset_page

FIRST = "A"


@require_safe
@open_to("edit_filing")
def consortium_list(request):
    """我的医联体: what one's hospitals lead, what is on its way, and what can be done."""
    consortia = mine.led_by(request.user).select_related("division", "authority")
    page = keyset_page(consortia, request, order=["-id"])
    context = {
        "page": page,
        "standings": mine.standings(page.rows),
        "may_sign": access.may(request.user, "confirm_filing"),
        "unit": "家",
        "count": None,
        "year": timezone.localdate().year,
    }
    return render(request, "filing/mine.html", context)


def _consortium(request: HttpRequest, pk: int) -> Consortium:
    """A consortium led by one's own hospital; 404 for everybody else."""
    return get_object_or_404(mine.led_by(request.user), pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
@open_to("edit_filing")
def change_start(request, pk: int):
    """发起变更: which parts; parts that another change touches already are shown with it."""
    consortium = _consortium(request, pk)
    form = ChangeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        made: list[Filing] = []
        if attempt(
            request,
            lambda: made.append(starting.start_change(pk, form.cleaned_data["parts"], by=request.user)),
        ):
            return redirect("filing:section", made[0].pk, FIRST)
    context = {
        "form": form,
        "consortium": consortium,
        "parts": [
            (choice, mine.open_by_part(consortium).get(choice.data["value"], [])) for choice in form["parts"]
        ],
    }
    return render(request, "filing/change_start.html", context, status=422 if form.errors else 200)


@require_POST
@open_to("edit_filing")
def close_start(request, pk: int):
    """申请终止."""
    _consortium(request, pk)
    made: list[Filing] = []
    try:
        begun = attempt(
            request,
            lambda: made.append(starting.start_close(pk, by=request.user)),
            passing=(starting.EndUnderWay,),
        )
    except starting.EndUnderWay as refusal:
        messages.warning(request, str(refusal))
        return redirect("filing:section", refusal.filing.pk, FIRST)
    return redirect("filing:section", made[0].pk, FIRST) if begun else redirect("filing:mine")


@require_POST
@open_to("edit_filing")
def unchanged_state(request, pk: int):
    """本年度无变更."""
    consortium = _consortium(request, pk)
    year = timezone.localdate().year
    attempt(
        request,
        lambda: unchanged.state_unchanged(pk, by=request.user),
        f"已记下：“{consortium}”{year} 年度无变更。",
    )
    return redirect("filing:mine")


@require_http_methods(["GET", "HEAD", "POST"])
@open_to("edit_filing")
def approval_start(request):
    """申请组建专科联盟, where the place's documents ask for agreement first."""
    form = ApprovalForm(request.user, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        made: list[Filing] = []
        hospital = form.cleaned_data["applicant"]
        if attempt(
            request, lambda: made.append(starting.start_approval(applicant=hospital, by=request.user))
        ):
            return redirect("filing:section", made[0].pk, FIRST)
    hospitals: list[Institution] = list(form.fields["applicant"].queryset.select_related("division"))
    routes = [(hospital, route_approval(hospital)) for hospital in hospitals]
    context = {"form": form, "routes": routes}
    return render(request, "filing/approval_start.html", context, status=422 if form.errors else 200)


@require_POST
def approval_establish(request, pk: int):
    """据组建审查备案."""
    filing = visible(request, pk)
    access.require(request.user, "edit_filing", filing.applicant or "filing")
    made: list[Filing] = []
    if attempt(request, lambda: made.append(starting.start_from_approval(pk, by=request.user))):
        return redirect("filing:section", made[0].pk, FIRST)
    return redirect("filing:detail", pk)


@require_POST
def follow_register(request, pk: int):
    """按现行名录更新."""
    visible(request, pk)
    done = attempt(
        request,
        lambda: starting.follow_register(pk, by=request.user),
        "已按今天的名录更新，您改过的内容保留。请核对对照表后提交。",
    )
    return redirect("filing:section", pk, FIRST) if done else redirect("filing:detail", pk)


@require_POST
def prepare(request, pk: int):
    """送负责人确认."""
    visible(request, pk)
    attempt(request, lambda: signing.prepare(pk, by=request.user), "已送负责人确认。负责人登录后核对并提交。")
    return redirect("filing:detail", pk)
