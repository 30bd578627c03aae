"""The bureau's pages (审核人): the queue, the workbench, remarks, marks and decisions."""

from django.db.models import Count, Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from filing import assessment, changes, clock, presentation, reviewing, signing, transitions
from filing.decisions import panels
from filing.filters import QueueFilter
from filing.form import form_of
from filing.forms import RemarkForm
from filing.models import Filing, Remark
from filing.supplements import label_of
from filing.views.shared import attempt, reasons, visible
from registry import access, access_log
from registry.guards import open_to
from registry.numbers import whole_number
from registry.paging import keyset_page

S = Filing.Status
VIEWS = {
    "waiting": ("待处理", Q(status__in=Filing.WITH_AUTHORITY)),
    "late": ("已逾期", Q(status__in=Filing.WITH_AUTHORITY, late_workdays__gt=0)),
    "received": ("已受理待备案", Q(status=S.RECEIVED)),
    "returned": ("等待补正", Q(status=S.RETURNED)),
    "finished": ("已办结", Q(status__in=Filing.FINISHED)),
    "all": ("全部", Q()),
}
COUNTED = ("waiting", "late", "received", "returned")


@require_GET
@open_to("view_filings")
def queue(request):
    """备案审查: own bureau and below, in the order of the deadline; the state of the list is in its address."""
    reach = Filing.objects.reviewed_by(request.user)
    filter_form = QueueFilter(request.GET)
    view = request.GET.get("view", "waiting")
    filings = reach.filter(VIEWS.get(view, VIEWS["waiting"])[1]).filter(filter_form.condition())
    page = keyset_page(filings.by_deadline().for_list(), request, order=["due_key", "id"])
    presentation.workdays_left(page.rows)
    open_filings = reach.filter(status__in=[*Filing.WITH_AUTHORITY, S.RETURNED])
    counts = open_filings.aggregate(**{name: Count("pk", filter=VIEWS[name][1]) for name in COUNTED})
    context = {
        "page": page,
        "unit": "件",
        "count": None,
        "filter_form": filter_form,
        "tabs": [(name, word, counts.get(name)) for name, (word, _) in VIEWS.items()],
        "today": timezone.localdate(),
    }
    return render(request, "filing/queue.html", context)


@require_GET
def detail(request, pk: int):
    """The workbench: form left, check sheet right, materials and history; the decision bar says what blocks."""
    filing = visible(request, pk)
    access_log.read(request.user, filing, "workbench")
    own = filing.applicant_id in access.institutions_of(request.user, "edit_filing")
    content = presentation.content_of(filing, own)
    sheet = _sheet(filing, own)
    all_remarks = filing.remarks.select_related("by", "answered_by").order_by("pk")
    remarks = list(all_remarks.filter(sent_at__isnull=False) if own else all_remarks)
    differences = presentation.register_differences(filing, content, own)
    context = {
        "filing": filing,
        "content": content,
        "own": own,
        "sheet": sheet,
        "sheet_note": f"{sheet.as_of} 检查",
        "clock": (read := clock.read(filing)),
        "ordinal": presentation.ordinal_of_submission(read),
        "files": presentation.files(content["materials"]),
        "events": presentation.events(filing),
        "register_reason": f"还有 {len(sheet.open_rows)} 项须处理",
        "swapped": False,
        "differences": differences,
        "overlaps": changes.overlaps(filing, drafts=own),
        "words": {action: transitions.label(filing, action) for action in transitions.MOVES},
        "conflict": any(difference.conflict for difference in differences),
        "own_form": False,
        "by_two": own and signing.by_two(filing),
        "stale_items": False,
        "title": form_of(filing).title,
        **_changes(filing, content, remarks, sheet),
        **_acts(request, filing, content, remarks, sheet, own),
    }
    return render(request, "filing/detail.html", context)


def _sheet(filing: Filing, own: bool) -> assessment.Sheet:
    """The sheet as it would read today; what is decided, or back in the hospital's hands, is read as it was frozen."""
    frozen = filing.status in Filing.FINISHED or (filing.editable and not own)
    return assessment.read(filing, filing.sheet) if filing.sheet and frozen else assessment.live(filing)


def _changes(filing: Filing, content: dict, remarks: list[Remark], sheet: assessment.Sheet) -> dict:
    """The content, with what has changed since the version before."""
    previous = filing.versions.filter(number=filing.submissions - 1).first()
    since = presentation.changes_since(previous, content)
    return {
        "sections": presentation.sections(content, since, remarks, {row.rule for row in sheet.open_rows}),
        "added": {member["id"] for member in since["members_added"]},
        "removed": since["members_removed"],
    }


def _acts(
    request, filing: Filing, content: dict, remarks: list[Remark], sheet: assessment.Sheet, own: bool
) -> dict:
    """What this person may do here, and for each act that he may not the reason."""
    why_not = reasons(filing, request.user)
    can = {action for action, reason in why_not.items() if not reason}
    may_act = bool(can & {"receive", "send_back", "refuse"})
    unsent = [presentation.remark_card(remark) for remark in remarks if not remark.sent_at]
    verdict, acts = request.GET.get("verdict", ""), "filing/_mark.html" if may_act else ""
    return {
        "why_not": why_not,
        "can": can,
        "may_act": may_act,
        "unsent": unsent,
        "panels": panels(filing, content, can, unsent, own and not may_act),
        "checks": presentation.checks(sheet, form_of(filing), verdict, acts),
    }


@require_POST
def move(request, pk: int, action: str):
    """One move of the table."""
    filing = visible(request, pk)
    if action not in transitions.MOVES:
        raise Http404
    arguments = {"by": request.user, "version": whole_number(request.POST.get("version", ""))}
    if action not in ("submit", "receive"):
        arguments["note"] = request.POST.get("note", "")
    act = getattr(transitions, action)
    word = transitions.label(filing, action)
    attempt(request, lambda: act(pk, **arguments), f"已{word}。")
    return redirect("filing:detail", pk)


@require_http_methods(["GET", "POST"])
def remark_add(request, pk: int):
    """提意见: a side panel where scripts run, else a page."""
    filing = visible(request, pk)
    access.require(request.user, "review_filings", filing.authority or "filing")
    form = RemarkForm(request.POST or None, initial=request.GET.dict())
    if request.method == "POST" and form.is_valid():
        attempt(
            request,
            lambda: reviewing.add_remark(pk, **form.cleaned_data, by=request.user),
            "意见已记下，退回时一并发出。",
        )
        return redirect(f"{reverse('filing:detail', args=[pk])}#{form.cleaned_data['section']}")
    section, field = (form["section"].value() or "A", form["field"].value() or "")
    try:
        place = label_of(section, field)
    except KeyError:
        raise Http404 from None
    template = "filing/_remark_panel.html" if request.htmx else "filing/remark.html"
    return render(request, template, {"form": form, "filing": filing, "place": place})


def _remark(request, pk: int) -> Remark:
    mine = Filing.objects.visible_to(request.user)
    return get_object_or_404(Remark.objects.filter(filing__in=mine), pk=pk)


@require_POST
def remark_remove(request, pk: int):
    remark = _remark(request, pk)
    attempt(request, lambda: reviewing.remove_remark(pk, by=request.user), "意见已删除。")
    return redirect("filing:detail", remark.filing_id)


@require_POST
def remark_resolve(request, pk: int):
    remark = _remark(request, pk)
    attempt(request, lambda: reviewing.resolve_remark(pk, by=request.user), "意见已了结。")
    return redirect("filing:detail", remark.filing_id)


@require_POST
def mark(request, pk: int, provision: str):
    """The reviewer's act on a line of the check sheet."""
    visible(request, pk)
    given = {name: request.POST.get(name, "") for name in ("decision", "note", "approver", "document")}
    if given["decision"] == "clear":
        attempt(
            request,
            lambda: reviewing.clear_mark(pk, provision, by=request.user),
            f"{provision} 的处理已取消。",
        )
    else:
        attempt(
            request,
            lambda: reviewing.set_mark(pk, provision, **given, by=request.user),
            f"{provision} 已处理。",
        )
    return redirect(f"{reverse('filing:detail', args=[pk])}#check-{provision}")
