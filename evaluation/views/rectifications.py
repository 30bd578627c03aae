"""Rectifications (整改): the list of what is asked for, one of them with its history, and the acts upon it."""

from django import forms
from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from evaluation import answering, follow_up, rectifications
from evaluation.models import Finding, Rectification, RectificationStep
from registry import access, access_log
from registry.downloads import stored_file, workbook_response
from registry.errors import Refused
from registry.guards import open_to
from registry.paging import capped_count, keyset_page
from registry.plausible import PLAUSIBLE_DAY
from registry.uploads import ACCEPTED_WORDS

ACTS = {
    "report": ("报送整改", rectifications.report, "已报送，等主管部门核验。"),
    "return": ("退回再改", rectifications.send_back, "已退回，责任单位可以看到原因和新的期限。"),
    "extend": ("调整期限", rectifications.extend, "期限已调整。"),
    "close": ("核验销号", rectifications.close, "已销号。"),
    "withdraw": ("撤销", rectifications.withdraw, "已撤销。"),
}
LABELS = {
    "report": "整改情况", "return": "退回原因", "extend": "调整原因", "close": "核验情况", "withdraw": "撤销原因",
}  # fmt: skip


class ActForm(forms.Form):
    """One act: what is said, and where the act needs them a day and a file."""

    unit = forms.ChoiceField(label="责任单位")
    text = forms.CharField(label="说明", max_length=1000, widget=forms.Textarea(attrs={"rows": 4}))
    due_on = forms.DateField(
        label="整改期限",
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        validators=PLAUSIBLE_DAY,
        help_text="当日仍在期限内",
    )
    proof = forms.FileField(
        label="证明材料",
        help_text=f"{ACCEPTED_WORDS}，不超过 50 MB",
        error_messages={
            "required": "没有选择文件。先选择证明材料，再报送。",
            "empty": "文件是空的。核对后重新选择。",
        },
    )

    def __init__(self, act: str, *args, units=None, **kwargs):
        super().__init__(*args, auto_id=f"{act}-%s", **kwargs)
        self.fields["unit"].choices = [(kind, unit.name) for kind, unit in (units or {}).items()]
        if not units:
            del self.fields["unit"]
        self.fields["text"].label = LABELS.get(act, "整改要求")
        if act not in ("ask", "return", "extend"):
            del self.fields["due_on"]
        else:
            self.fields["due_on"].widget.attrs["min"] = timezone.localdate().isoformat()
        if act not in ("report", "close"):
            del self.fields["proof"]
        elif act == "close":
            self.fields["proof"].required = False
            self.fields["proof"].help_text += "；责任单位已报送材料或判定已不再成立时可以不传"


@require_safe
@open_to("view_compliance", "view_own_consortia")
def rectification_list(request):
    """What is asked for in one's area or of one's hospital, the nearest day first; each condition is in the address."""
    today = timezone.localdate()
    form = follow_up.RectificationFilter(request.GET, user=request.user)
    rows = Rectification.objects.visible_to(request.user).filter(form.condition())
    shown = follow_up.views(today)
    view = request.GET.get("view", "")
    if view not in shown:
        view = "open"
    chosen = rows.filter(shown[view][1]).select_related(
        "finding__rule__document", "finding__division", "responsible", "bureau"
    )
    default = follow_up.default_sort(view)
    order = follow_up.ORDERS.get(request.GET.get("sort", "")) or follow_up.ORDERS[default]
    if request.GET.get("export"):
        access_log.exported(request.user, "evaluation.rectification", request.META["QUERY_STRING"])
        content = follow_up.rectifications_workbook(chosen.order_by(*order), today)
        return workbook_response(content, f"整改事项{today:%Y%m%d}.xlsx")
    counts = follow_up.counts(rows, shown)
    context = {
        "page": keyset_page(chosen, request, order=order),
        "unit": "项",
        "count": (counts[view], False) if view in counts else capped_count(chosen),
        "filter_form": form,
        "tabs": [(name, word, counts.get(name)) for name, (word, _) in shown.items()],
        "view": view,
        "default_sort": default,
        "may_ask": access.may(request.user, "run_compliance"),
        "narrowed": any(form.cleaned_data.values()),
    }
    return render(request, "evaluation/rectification_list.html", context)


@require_safe
def rectification_detail(request, pk: int):
    """The finding, what was asked, done and said, and what may be done now."""
    return _page(request, _visible(request, pk))


def _page(request, row: Rectification, faulty: tuple[str, ActForm] | None = None):
    """The page of a rectification; with the form of an act that was refused, as it was filled in."""
    may = rectifications.acts_of(row, request.user)
    steps = list(row.steps.select_related("by"))
    forms_of = {act: ActForm(act, initial={"due_on": row.due_on}) for act in ACTS} | dict(
        [faulty] if faulty else []
    )
    context = {
        "row": row,
        "finding": row.finding,
        "may_open": Finding.objects.visible_to(request.user).filter(pk=row.finding_id).exists(),
        "steps": steps[::-1],
        "panels": [
            {"act": act, "title": title, "form": forms_of[act]}
            for act, (title, _, _) in ACTS.items()
            if act in may
        ],
    }
    return render(request, "evaluation/rectification.html", context, status=422 if faulty else 200)


@require_POST
def rectification_act(request, pk: int, act: str):
    """报送, 退回, 调整期限, 销号 or 撤销."""
    row = _visible(request, pk)
    answering.require(row, act, request.user)
    try:
        rectifications.require_state(row, act)
    except Refused as refusal:  # the page has no panel for it that could stand open again
        messages.error(request, str(refusal))
        return redirect("evaluation:rectification", pk)
    _title, service, done = ACTS[act]
    form = ActForm(act, request.POST, request.FILES)
    if form.is_valid():
        try:
            service(pk, by=request.user, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, done)
            return redirect("evaluation:rectification", pk)
    return _page(request, row, (act, form))


@require_safe
def rectification_proof(request, pk: int, step: int):
    """The file of one step, always as a download."""
    row = _visible(request, pk)
    kept = get_object_or_404(RectificationStep.objects.exclude(file=""), rectification=row, pk=step)
    access_log.exported(request.user, row, f"proof {step}")
    return stored_file(kept.file, kept.original_name, kept.content_type)


def _visible(request, pk: int) -> Rectification:
    rows = Rectification.objects.visible_to(request.user)
    return get_object_or_404(
        rows.select_related(
            "finding__rule__document", "finding__division", "responsible", "bureau", "asked_by"
        ),
        pk=pk,
    )
