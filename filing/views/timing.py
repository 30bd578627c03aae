"""The deadline day by day (期限说明), and what moves it: asking, deciding, resuming."""

from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from filing import clock, presentation, timing
from filing.forms import ClockAskForm, ClockDecideForm, ClockResumeForm
from filing.models import ClockChange, Filing
from filing.views.shared import attempt, visible
from registry import access
from registry.guards import open_to
from registry.paging import keyset_page


@require_safe
def deadline(request, pk: int):
    """Every day counted and every day passed over, with its reason; and the changes of the deadline."""
    filing = visible(request, pk)
    read = clock.read(filing)
    own = presentation.is_own(filing, request.user)
    open_case = read.due is not None and filing.status not in Filing.FINISHED
    may_order = open_case and not own and _reviews(request.user, filing)
    context = {
        "filing": filing,
        "clock": read,
        "days": presentation.calendar_days(read),
        "listed": _listed(read),
        "changes": [
            _with_forms(change, may_order)
            for change in filing.clock_changes.select_related("asked_by", "decided_by").order_by("-pk")
        ],
        "own": own,
        "ask": ClockAskForm(with_document=may_order) if open_case and (own or may_order) else None,
    }
    return render(request, "filing/deadline.html", context)


def _with_forms(change: ClockChange, may_order: bool) -> tuple:
    """A change with the form that decides it and the one that ends it, where the person may; no two share an id."""
    asked = may_order and change.state == ClockChange.State.ASKED
    granted = may_order and change.state == ClockChange.State.GRANTED
    halted = granted and change.kind == ClockChange.Kind.SUSPEND and change.last is None
    return (
        change,
        ClockDecideForm(auto_id=f"decide-{change.pk}-%s") if asked else None,
        ClockResumeForm(auto_id=f"resume-{change.pk}-%s") if halted else None,
    )


def _reviews(user, filing: Filing) -> bool:
    return filing.authority is not None and access.covers(user, "review_filings", filing.authority)


def _listed(read: clock.Clock) -> list[dict]:
    """The days in order, numbered where they count."""
    if read.due is None:
        return []
    rows = [{"on": on, "number": number, "reason": ""} for number, on in enumerate(read.due.counted, 1)]
    rows += [{"on": on, "number": None, "reason": reason} for on, reason in read.due.skipped]
    return sorted(rows, key=lambda row: row["on"])


@require_POST
def change(request, pk: int):
    """The hospital asks, the bureau orders."""
    filing = visible(request, pk)
    own = presentation.is_own(filing, request.user)
    form = ClockAskForm(request.POST, with_document=not own)
    if not own:
        access.require(request.user, "review_filings", filing.authority or "filing")
    if form.is_valid():
        act = timing.ask if own else timing.order
        words = "申请已提交，等待备案机关决定。" if own else "期限已变动。"
        attempt(request, lambda: act(pk, **form.cleaned_data, by=request.user), words)
        return redirect("filing:deadline", pk)
    return _invalid(request, form, pk)


def _invalid(request, form, pk: int):
    """Say what is wrong on the page from which the form came."""
    message = "；".join(error for errors in form.errors.values() for error in errors)
    attempt(request, lambda: _refuse(message))
    return redirect("filing:deadline", pk)


def _refuse(message: str):
    raise timing.Refused(message)


def _change(request, pk: int) -> ClockChange:
    """A change at a bureau whose filings the person reviews, drafts included: what is asked for is all that is shown."""
    reach = access.authorities_where(request.user, "review_filings").values("pk")
    mine = Filing.objects.visible_to(request.user).values("pk")
    rows = ClockChange.objects.filter(filing__authority__in=reach) | ClockChange.objects.filter(
        filing__in=mine
    )
    return get_object_or_404(rows.distinct(), pk=pk)


@require_POST
def decide(request, pk: int):
    found = _change(request, pk)
    access.require(request.user, "review_filings", found.filing.authority or "filing")
    form = ClockDecideForm(request.POST)
    if not form.is_valid():
        return _invalid(request, form, found.filing_id)
    given = form.cleaned_data
    attempt(
        request,
        lambda: timing.decide(
            pk,
            granted=given["decision"] == "granted",
            note=given["note"],
            document=given["document"],
            by=request.user,
        ),
        "已决定。",
    )
    return redirect("filing:clock_requests")


@require_POST
def resume(request, pk: int):
    found = _change(request, pk)
    access.require(request.user, "review_filings", found.filing.authority or "filing")
    form = ClockResumeForm(request.POST)
    if not form.is_valid():
        return _invalid(request, form, found.filing_id)
    attempt(
        request, lambda: timing.resume(pk, last=form.cleaned_data["last"], by=request.user), "期限恢复计算。"
    )
    return redirect("filing:deadline", found.filing_id)


@require_safe
@open_to("review_filings")
def requests(request):
    """期限申请: what hospitals ask of this bureau and those below. A draft itself stays with its hospital."""
    rows = timing.asked_of(request.user).select_related("filing__applicant", "filing__authority", "asked_by")
    page = keyset_page(rows, request, order=["pk"])
    shown = [_with_forms(change, True) for change in page]
    return render(request, "filing/clock_requests.html", {"page": page, "shown": shown})
