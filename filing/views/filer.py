"""The hospital's pages (经办人): its filings, and the form section by section."""

from django.contrib import messages
from django.db import transaction
from django.http import Http404, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from filing import (
    assessment,
    changes,
    clock,
    completeness,
    editing,
    materials,
    presentation,
    reviewing,
    routing,
    signing,
    snapshots,
)
from filing.form import form_of
from filing.forms import MaterialForm, SectionForm, StartForm
from filing.models import Filing, Remark
from filing.search import find_institutions
from filing.views import both_sides
from filing.views.shared import attempt, reasons, visible
from registry import access
from registry.errors import Refused, Stale
from registry.guards import open_to
from registry.paging import keyset_page
from registry.uploads import ACCEPTED_WORDS, PREVIEWED

FIRST = "A"
ROUTE_CHECKS = ("filed_with_upper_bureau", "filed_with_local_bureau")


@require_safe
@open_to("edit_filing")
def filing_list(request):
    """The filings of one's own hospitals, newest first; those that wait for the hospital are marked."""
    filings = Filing.objects.of_hospitals(request.user).select_related("lead", "authority")
    if request.GET.get("view") == "open":
        filings = filings.filter(status__in=Filing.EDITABLE)
    page = keyset_page(filings, request, order=["-id"])
    for filing in page:
        if filing.as_written().unsent:
            clock.set_deadline(filing)
    presentation.workdays_left(page.rows)
    tabs = [("all", "全部", None), ("open", "待填报和补正", None)]
    may_start = bool(access.institutions_of(request.user, "edit_filing"))
    return render(
        request,
        "filing/list.html",
        {"page": page, "unit": "件", "count": None, "tabs": tabs, "may_start": may_start},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@open_to("edit_filing")
def start(request):
    """新建备案."""
    form = StartForm(request.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            filing = editing.start(applicant=form.cleaned_data["applicant"], by=request.user)
            values = {"consortium_kind": form.cleaned_data["consortium_kind"]}
            editing.save_section(filing.pk, FIRST, values, version=1, by=request.user)
        return redirect("filing:section", filing.pk, FIRST)
    return render(request, "filing/start.html", {"form": form}, status=422 if form.errors else 200)


def _editable(request, pk: int) -> Filing:
    """A filing of one's own hospital; who only reviews it may not see the form itself (403 by require)."""
    filing = visible(request, pk)
    access.require(request.user, "edit_filing", filing.applicant or "filing")
    return filing


def _section(filing: Filing, key: str):
    part = form_of(filing).section(key)
    if part is None:
        raise Http404("这件备案不填这一部分")
    return part


@require_http_methods(["GET", "HEAD", "POST"])
def section(request, pk: int, key: str):
    """One section of the form: the answers, or the list of members or materials."""
    filing = _editable(request, pk)
    part = _section(filing, key)
    if not filing.editable:
        return redirect("filing:detail", pk)
    if request.htmx and "q" in request.GET:
        return render(request, "filing/_member_results.html", _search(request, filing))
    if request.method == "POST" and part.kind == "fields":
        return _save(request, filing, part)
    form = SectionForm(filing, part, request.user) if part.kind == "fields" else None
    return render(request, "filing/section.html", _page(request, filing, part, form))


def _page(request, filing: Filing, part, form=None, **more) -> dict:
    context = {**aside_context(request, filing, part), "form": form, **more}
    remarks = context.pop("remarks")
    asked = {question.key for question in part.fields}
    # What was said of a question that another kind of consortium is not asked stands above the section.
    context["section_remarks"] = [
        card | {"note": f"{card['note']}·{card['place']}"} if field else card
        for field, cards in sorted(remarks.items())
        if field not in asked
        for card in cards
    ]
    context["to_answer"] = [card for cards in remarks.values() for card in cards if not card["answered"]]
    if form:
        context["lead_card"] = snapshots.institution_card(filing.lead) if filing.lead else None
        binding = {row.rule for row in context["sheet"].rows if str(row.verdict) != "NA"}
        context["form_rows"] = [
            {
                "bound": bound,
                "question": question,
                "clause": "、".join(clause for clause in question.clauses if clause in binding),
                "columns": question.kind == "multi",
                "problems": context["field_problems"][question.key],
                "remarks": remarks.get(question.key, []),
            }
            for bound, question in form.rows
        ]
    else:
        context["part_problems"] = presentation.problems_of_section(context["sheet"], part)
    if part.kind == "members":
        context |= {"members": list(editing_members(filing)), **_search(request, filing)}
    elif part.kind == "materials":
        context |= {
            "files": list(materials.current(filing)),
            "material_form": MaterialForm(filing),
            "accepted": ACCEPTED_WORDS,
            "previewed": PREVIEWED,
            "wanted": materials.wanted(filing),
        }
    return context


def editing_members(filing: Filing):
    return filing.members.select_related("institution__institution_class", "institution__division").order_by(
        "pk"
    )


def _search(request, filing: Filing) -> dict:
    query = request.GET.get("q", "").strip()
    named = set(filing.members.values_list("institution", flat=True)) if query else set()
    found = find_institutions(request.user, query) if query else []
    return {"filing": filing, "query": query, "found": found, "named": named}


def aside_context(request, filing: Filing, part) -> dict:
    """Sections with their marks, the deadline and the check sheet: what a save changes beside the form."""
    read = clock.read(filing)
    sheet = assessment.live(filing, timed=read, marks={})
    verdict = request.GET.get("verdict", "")
    states = completeness.read(filing)
    problems = completeness.problems(filing, states)
    form = form_of(filing)
    remarks = list(filing.remarks.filter(sent_at__isnull=False).select_related("by", "answered_by"))
    return {
        "filing": filing,
        "part": part,
        "states": [
            (state, presentation.problems_of_section(sheet, form.section(state.key))) for state in states
        ],
        "title": form.title,
        **beside(request, filing),
        "route_reason": routing.reason_of(filing),
        "route_row": next(
            (r for r in sheet.rows if r.check in ROUTE_CHECKS and str(r.verdict) == "PASS"), None
        ),
        "clock": read,
        "days": presentation.calendar_days(read),
        "sheet": sheet,
        "checks": presentation.checks(sheet, form, verdict),
        "field_problems": presentation.field_problems(sheet, part),
        "remarks": {
            field: [presentation.remark_card(r) for r in remarks if (r.section, r.field) == (part.key, field)]
            for field in {r.field for r in remarks if r.section == part.key}
        },
        "problems": problems,
        "submit_reason": _first_of(problems),
        "is_last": part is form.sections[-1],
        "following": form.after(part.key),
        "last_word": f"第 {read.due.workdays} 日" if read.due else "",
        "sheet_note": "随填写更新",
        "swapped": False,
        "why_not": reasons(filing, request.user),
    }


def beside(request, filing: Filing) -> dict:
    """What only a change shows beside the form: the difference to the register, and other changes on their way."""
    return {
        "differences": changes.differences(filing),
        "overlaps": changes.overlaps(filing, drafts=True),
        "by_two": signing.by_two(filing),
        "own_form": True,
        "stale_items": changes.has_moved_on(filing),
    }


def _first_of(problems: list[str]) -> str:
    """The first thing that stands in the way, and how many more there are."""
    more = f"，另有 {len(problems) - 1} 处未完成" if len(problems) > 1 else ""
    return problems[0] + more if problems else ""


def _save(request, filing: Filing, part):
    automatic = "X-Autosave" in request.headers
    form = SectionForm(filing, part, request.user, request.POST)
    if not form.is_valid():
        if automatic:
            return JsonResponse({"message": "没有保存：有内容要改，保存时会指出"}, status=422)
        return render(request, "filing/section.html", _page(request, filing, part, form), status=422)
    version = form.cleaned_data["version"]
    try:
        saved = editing.save_section(filing.pk, part.key, form.answers, version=version, by=request.user)
    except Stale as stale:
        if automatic:
            return JsonResponse({"message": f"{stale}您的内容仍在本页，保存时可以对照。"}, status=409)
        return _stale(request, filing, part, form, stale)
    except Refused as refusal:
        if automatic:
            return JsonResponse({"message": str(refusal)}, status=409)
        messages.error(request, str(refusal))
        return redirect("filing:detail", filing.pk)
    if automatic:
        reload = any(
            getattr(filing, name) != form.answers.get(name, getattr(filing, name))
            for name in ("consortium_kind", "lead")
        )
        return JsonResponse(
            {
                "saved_at": f"{timezone.localtime(saved.saved_at):%H:%M}",
                "version": saved.version,
                "reload": reload,
            }
        )
    return _onwards(filing, part, form)


def _onwards(filing: Filing, part, form: SectionForm):
    """The next section, or the same one when another kind now asks other questions in it."""
    following = form_of(filing).after(part.key)
    kept = filing.consortium_kind == form.answers.get("consortium_kind", filing.consortium_kind)
    return redirect("filing:section", filing.pk, following.key if kept else part.key)


def _stale(request, filing: Filing, part, form: SectionForm, stale: Stale):
    """Both versions side by side: what stands, and what this person wanted to save; equal ones are no conflict."""
    filing = visible(request, filing.pk)
    standing = SectionForm(filing, part, request.user, saved=stale.current)
    pairs = both_sides.differing([field.key for field in form.asked], standing, form)
    if not pairs:
        return _onwards(filing, part, form)
    here = reverse("filing:section", args=[filing.pk, part.key])
    return both_sides.page(
        request,
        pairs,
        version=stale.current.version,
        message=str(stale),
        action=here,
        place=part.title,
        back=here,
    )


@require_safe
def aside(request, pk: int, key: str):
    """What stands beside the form, again after a save."""
    filing = _editable(request, pk)
    part = _section(filing, key)
    return render(request, "filing/_aside.html", aside_context(request, filing, part) | {"swapped": True})


@require_POST
def answer(request, pk: int):
    """答复 a remark at its field."""
    remark = get_object_or_404(Remark.objects.visible_to(request.user), pk=pk)
    attempt(
        request,
        lambda: reviewing.answer_remark(pk, text=request.POST.get("text", ""), by=request.user),
        "答复已保存，提交时一并报送。",
    )
    return redirect(reverse("filing:section", args=[remark.filing_id, remark.section]) + f"#remark-{pk}")
