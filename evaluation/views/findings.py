"""Findings: the list with its filters and groups, and one finding opened down to the facts it rests on."""

from collections import Counter, defaultdict

from django.contrib import messages
from django.db.models import Case, Count, IntegerField, Max, Min, Q, Value, When
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from evaluation import rectifications
from evaluation.answering import units_for
from evaluation.fact_words import lines_of
from evaluation.filters import FindingFilter
from evaluation.findings_workbook import findings_workbook
from evaluation.models import ComplianceRun, Finding
from evaluation.models.compliance import OPEN_VERDICTS
from evaluation.overview import heat
from evaluation.rectifications import may_ask
from evaluation.views.rectifications import ActForm
from evaluation.words import evidence_pairs
from registry import access, access_log, waivers
from registry.downloads import workbook_response
from registry.errors import Refused
from registry.guards import open_to
from registry.models import Consortium, Waiver
from registry.paging import keyset_page
from registry.policy.check import find_check
from registry.policy.pack import HANDLINGS
from registry.policy.subjects import SUBJECTS
from registry.policy.verdict import Outcome
from registry.text_sheet import first_of
from registry.ui.marks import VERDICTS

ORDER = list(VERDICTS)
TABS = (
    ("list", "逐条", None),
    ("rule", "按规定", None),
    ("consortium", "按医联体", None),
    ("heat", "规定 × 地区", None),
)
HEAT_ROWS = 40
# Conditions under which the numbers of the heat table are counted, beside rule, verdict and area.
KEPT_BY_CELLS = ("q", "pack", "modality", "kind", "subject", "age", "on", "run", "consortium")
SEVERITY = Case(
    *(When(verdict=verdict, then=Value(place)) for place, verdict in enumerate(ORDER)),
    default=Value(len(ORDER)),
    output_field=IntegerField(),
)
# The orders that the list offers; each ends with the key, so that a page is found again.
SORTS = {
    "severity": ("severity", "provision", "id"),
    "provision": ("provision", "severity", "id"),
    "subject": ("subject_name", "severity", "id"),
    "first_seen": ("first_seen", "severity", "id"),
}
COUNTS = {verdict.lower(): Count("pk", filter=Q(verdict=verdict)) for verdict in ORDER}


@require_safe
@open_to("view_compliance", "view_own_consortia")
def finding_list(request):
    """Findings one by one, or grouped by rule or by consortium; every condition stands in the address."""
    form = FindingFilter(request.GET, user=request.user)
    run = form.chosen_run
    rows = form.findings(run)
    if request.GET.get("export") and "on" not in form.errors:  # no workbook of another day than was asked for
        return _export(request, form, rows)
    tally = dict(rows.order_by().values_list("verdict").annotate(number=Count("pk")))
    if form.chosen_verdict:
        rows = rows.filter(verdict=form.chosen_verdict)
    context = {
        "filter_form": form,
        "tabs": TABS if form.places else TABS[:-1],
        "tally": tally,
        "run": run,
        "total": sum(tally.values()),
        "may_run": access.may(request.user, "run_compliance"),
        "may_see_runs": access.may(request.user, "view_compliance"),
        "past_day": None if run else form.past_day,
        "first_check": _first_check(form) if form.past_day else None,
    }
    if request.GET.get("view") == "heat" and form.places:
        return render(request, "evaluation/finding_heat.html", {**context, **_heat(request, form, rows)})
    grouped = {"rule": _by_rule, "consortium": _by_consortium}.get(request.GET.get("view", ""), _one_by_one)
    template, more = grouped(request, rows)
    return render(request, template, {**context, **more})


def _first_check(form: FindingFilter):
    """The day of the first finished check that covers what the person sees; before it nothing was recorded."""
    runs = ComplianceRun.objects.visible_to(form.user).filter(is_snapshot=False, finished_at__isnull=False)
    return runs.aggregate(day=Min("as_of"))["day"]


def _heat(request, form: FindingFilter, rows) -> dict:
    """The chosen verdict (else what fails) by rule and place; the table is the chart."""
    place = form.place or form.places[0]
    verdict = form.chosen_verdict or "FAIL"
    also = {name: value for name in KEPT_BY_CELLS if (value := request.GET.get(name))}
    table = heat(place, rows.filter(verdict=verdict).order_by(), verdict, HEAT_ROWS, also)
    return {"heat": table, "place": place, "heat_verdict": verdict}


def _one_by_one(request, rows):
    rows = rows.annotate(severity=SEVERITY).select_related("rule__document", "division")
    page = keyset_page(rows, request, order=_order(request.GET.get("sort", "")))
    return "evaluation/finding_list.html", {"page": page, "unit": "项"}


def _order(sort: str) -> tuple[str, ...]:
    first, *rest = SORTS.get(sort.lstrip("-"), SORTS["severity"])
    return (f"-{first}" if sort.startswith("-") else first, *rest)


def _by_rule(request, rows):
    """One line a rule; there are never more rules than the documents have."""
    grouped = (
        rows.order_by()
        .values("provision")
        .annotate(
            clause=Max("rule__clause"),
            quote=Max("rule__quote"),
            document=Max("rule__document__short_title"),
            pack=Max("rule__document__code"),
            strength=Max("modality"),
            **COUNTS,
        )
        .order_by("-fail", "-deviation", "-insufficient", "-review", "provision")
    )
    lines = [{**row, "counts": _counts(row)} for row in grouped]
    return "evaluation/finding_rules.html", {"lines": lines}


def _by_consortium(request, rows):
    """One line a consortium, page by page, with the verdicts of the page's consortia in one query."""
    consortia = Consortium.objects.filter(pk__in=rows.order_by().values("consortium"))
    page = keyset_page(consortia.select_related("division"), request, order=("name", "id"))
    counts: dict[int, Counter] = defaultdict(Counter)
    found = rows.filter(consortium__in=[one.pk for one in page]).order_by()
    for consortium, verdict, number in found.values_list("consortium", "verdict").annotate(
        number=Count("pk")
    ):
        counts[consortium][verdict] = number
    lines = [{"consortium": one, "counts": counts[one.pk]} for one in page]
    return "evaluation/finding_consortia.html", {"page": page, "lines": lines, "unit": "个"}


def _counts(row) -> dict[str, int]:
    return {verdict: row[verdict.lower()] for verdict in ORDER}


def _export(request, form: FindingFilter, rows):
    """The findings that fit, as a workbook; what is taken out is logged."""
    if form.chosen_verdict:
        rows = rows.filter(verdict=form.chosen_verdict)
    rows = rows.annotate(severity=SEVERITY).select_related("rule__document", "division")
    content = findings_workbook(first_of(rows.order_by("severity", "provision", "pk")))
    access_log.exported(request.user, "evaluation.finding", request.META["QUERY_STRING"])
    return workbook_response(content, f"合规检查结果{timezone.localdate():%Y%m%d}.xlsx")


@require_safe
def finding_detail(request, pk: int):
    """Verdict, clause, quote, evidence, the facts used and the receipt; what was found of it before."""
    finding = _visible(request, pk)
    return _page(request, finding, _asking(finding) if may_ask(finding, request.user) else None)


@require_POST
def rectification_ask(request, pk: int):
    """交办整改 of a finding."""
    finding = _visible(request, pk)
    access.require(request.user, "run_compliance", finding.division)
    units = units_for(finding)
    form = ActForm("ask", request.POST, units=units)
    if form.is_valid():
        try:
            row = rectifications.ask(finding=finding, by=request.user, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"已交办{row.unit.name}整改，期限 {row.due_on}。")
            return redirect("evaluation:rectification", row.pk)
    if not units or not may_ask(finding, request.user):  # the page has no panel that could stand open again
        messages.error(request, "".join(text for errors in form.errors.values() for text in errors))
        return redirect("evaluation:finding", pk)
    return _page(request, finding, form, status=422)


def _visible(request, pk: int) -> Finding:
    rows = Finding.objects.visible_to(request.user).select_related(
        "rule__document", "division", "consortium", "facts", "snapshot"
    )
    return get_object_or_404(rows, pk=pk)


def _page(request, finding: Finding, asking: ActForm | None, status: int = 200):
    check = find_check(finding.rule.check_name)
    history = (
        Finding.objects.filter(
            subject_type=finding.subject_type,
            subject_id=finding.subject_id,
            provision=finding.provision,
            snapshot=None,
        )
        .exclude(pk=finding.pk)
        .order_by("-pk")[:20]
    )
    waiver = (
        Waiver.objects.visible_to(request.user)
        .about(finding.subject_type, [finding.subject_id])
        .filter(provision=finding.provision)
        .holding_on(timezone.localdate())
        .select_related("granted_by")
        .order_by("pk")
        .first()
    )
    return render(
        request,
        "evaluation/finding.html",
        {
            "finding": finding,
            "subject_word": SUBJECTS[finding.subject_type],
            "handling": HANDLINGS[finding.rule.handling],
            "method": check.description if check else "",
            "evidence": evidence_pairs(finding.evidence),
            "facts": lines_of(finding.facts.body) if finding.facts else [],
            "history": history,
            "is_open": finding.verdict in OPEN_VERDICTS,
            "rectifications": finding.rectifications.visible_to(request.user)
            .select_related("responsible", "bureau")
            .order_by("-pk"),
            "asking": asking,
            "waiver": waiver,
            "may_waive": _may_waive(finding, request.user, waiver),
        },
        status=status,
    )


def _asking(finding: Finding) -> ActForm | None:
    """The form that has it put right; none where nobody answers for it."""
    units = units_for(finding)
    return ActForm("ask", initial={"text": finding.cure}, units=units) if units else None


def _may_waive(finding: Finding, user, waiver: Waiver | None) -> bool:
    """Whether to offer the way to lift the rule: it is unmet now, nobody has lifted it, and it can be lifted."""
    return (
        waiver is None
        and finding.stands
        and finding.snapshot_id is None
        and finding.verdict in (Outcome.FAIL, Outcome.DEVIATION)
        and not waivers.liftable(finding.rule)
        and access.covers(user, waivers.PERMISSION, finding.division)
    )
