"""The bureau's list of cases (审核人): who has what, by when; take, take over, release, assign."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from filing import delegation, desk, queue, timing
from filing.models import Filing
from filing.queue_workbook import queue_workbook
from filing.views.shared import attempt, visible
from registry import access, access_log
from registry.downloads import workbook_response
from registry.errors import Refused
from registry.going_back import back_to
from registry.guards import open_to
from registry.models import User
from registry.numbers import whole_number
from registry.paging import capped_count, keyset_page
from registry.text_sheet import first_of
from registry.workdays import current_calendar


@require_safe
@open_to("view_filings")
def filing_queue(request):
    """备案审查: own bureau and below; the state of the list is in its address, so a bookmark keeps it."""
    today, calendar = timezone.localdate(), current_calendar()
    people = queue.reviewers_within(request.user)
    form = queue.QueueFilter(request.GET, user=request.user, people=people)
    filings = Filing.objects.seen_by_bureau(request.user).filter(form.condition())
    shown = queue.views(request.user, today, calendar)
    view = request.GET.get("view", "waiting")
    chosen = filings.filter(shown.get(view, shown["waiting"])[1])
    sort = request.GET.get("sort", "")
    default = queue.default_order(request.user)
    listed, order = chosen.by_deadline().for_list(), queue.ORDERS.get(sort) or queue.ORDERS[default]
    if request.GET.get("export"):
        access_log.exported(request.user, "filing.filing", request.META["QUERY_STRING"])
        return workbook_response(
            queue_workbook(first_of(listed.order_by(*order))), f"备案台账{today:%Y%m%d}.xlsx"
        )
    page = keyset_page(listed, request, order=order)
    queue.mark_rows(page.rows, request.user, today, calendar)
    counts = queue.counts(filings, shown)
    total = (counts[view], False) if view in counts else capped_count(chosen)
    context = {
        "page": page,
        "unit": "件",
        "count": total,
        "filter_form": form,
        "tabs": [(name, word, counts.get(name)) for name, (word, _) in shown.items()],
        "today": today,
        "default_order": default,
        "several": form.sees_several_bureaus,
        "may_assign": access.may(request.user, "review_filings"),
        "people": people,
        "asked": _asked(request.user),
        "received": delegation.received(request.user),
        "viewer": request.user,
    }
    return render(request, "filing/queue.html", context)


def _asked(user) -> str:
    """The way to what hospitals ask of the deadline, with its number; always there for who decides it."""
    if not access.may(user, "review_filings"):
        return ""
    number, more = capped_count(timing.asked_of(user), 100)
    return f"期限申请 {number}{'+' if more else ''}" if number else "期限申请"


@require_POST
def take(request, pk: int):
    """领取 or 接手."""
    visible(request, pk)
    seen = whole_number(request.POST.get("holder", ""))
    attempt(request, lambda: desk.take(pk, by=request.user, seen_holder=seen), "这件备案由您经办。")
    return back_to(request, "filing:detail", pk)


@require_POST
def release(request, pk: int):
    """放回."""
    visible(request, pk)
    attempt(request, lambda: desk.release(pk, by=request.user), "已放回，其他审核人可以领取。")
    return back_to(request, "filing:detail", pk)


@require_POST
@open_to("review_filings")
def assign(request):
    """批量交办: what could not be assigned is named with its reason."""
    typed = map(whole_number, request.POST.getlist("ids"))
    chosen = [number for number in typed if number is not None]
    seen = Filing.objects.reviewed_by(request.user).filter(pk__in=chosen[: desk.MOST_AT_ONCE + 1])
    to = whole_number(request.POST.get("to", ""))
    allowed = {person.pk for person in queue.reviewers_within(request.user)}
    if not chosen or to not in allowed:
        messages.error(request, "先勾选备案，再选择交给谁。")
        return back_to(request, "filing:queue")
    person = get_object_or_404(User, pk=to)
    ids = list(seen.order_by("pk").values_list("pk", flat=True))
    if not ids:
        raise Http404("没有看得到的备案")
    try:
        done, left = desk.assign(ids, person, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return back_to(request, "filing:queue")
    if done:
        messages.success(request, f"{len(done)} 件已交给{person}办理。")
    if left:
        messages.warning(request, f"{len(left)} 件没有交办：{'；'.join(left[:10])}。")
    return back_to(request, "filing:queue")
