"""One filing on the bureau's desk (审查台): the workbench, remarks, marks and decisions."""

from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from filing import reviewing, transitions
from filing.forms import RemarkForm
from filing.models import Remark
from filing.supplements import label_of
from filing.views.shared import attempt, visible
from filing.workbench import Workbench
from registry import access, access_log
from registry.numbers import whole_number


@require_safe
def detail(request, pk: int):
    """The workbench: form left, check sheet, checklist and materials right; the decision bar says what blocks."""
    filing = visible(request, pk)
    access_log.read(request.user, filing, "workbench")
    bench = Workbench(
        filing,
        request.user,
        show=request.GET.get("show", ""),
        beside=request.GET.get("beside", ""),
        file=whole_number(request.GET.get("file", "")),
    )
    return render(request, "filing/detail.html", bench.context(request.GET.get("verdict", "")))


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


@require_http_methods(["GET", "HEAD", "POST"])
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
    context = {"form": form, "filing": filing, "place": place}
    return render(request, template, context, status=422 if form.errors else 200)


def _remark(request, pk: int) -> Remark:
    return get_object_or_404(Remark.objects.visible_to(request.user), pk=pk)


@require_POST
def remark_remove(request, pk: int):
    remark = _remark(request, pk)
    attempt(request, lambda: reviewing.remove_remark(pk, by=request.user), "意见已删除。")
    return redirect("filing:detail", remark.filing_id)


@require_POST
def remark_resolve(request, pk: int):
    remark = _remark(request, pk)
    attempt(request, lambda: reviewing.resolve_remark(pk, by=request.user), "意见已了结。")
    return redirect(f"{reverse('filing:detail', args=[remark.filing_id])}#remark-{pk}")


@require_POST
def propose(request, pk: int):
    """初审同意, where the bureau asks for two persons."""
    visible(request, pk)
    note = request.POST.get("note", "")
    attempt(
        request, lambda: reviewing.propose(pk, note=note, by=request.user), "已提出初审意见，等待另一人复核。"
    )
    return redirect("filing:detail", pk)


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
    beside = "?beside=checklist" if request.POST.get("beside") == "checklist" else ""
    return redirect(f"{reverse('filing:detail', args=[pk])}{beside}#check-{provision}")
