"""The yearly return (年度自评): filled in by the lead hospital, or by a commission for its place, and decided there."""

from django.contrib import messages
from django.http import Http404, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from evaluation import declaring
from evaluation.declaring import Owner
from evaluation.return_forms import ItemForm
from registry import access, access_log
from registry.downloads import stored_file
from registry.errors import Refused
from registry.facts.declarations import declared_facts
from registry.guards import open_to
from registry.models import Consortium, Declaration, Division
from registry.paging import keyset_page
from registry.policy.items import Item


@require_safe
@open_to("report_values", "evaluate")
def return_list(request):
    """A hospital's consortia; for a commission, what waits for its decision."""
    waiting = declaring.waiting_for(request.user).select_related("consortium", "division", "declared_by")
    context = {
        "mine": list(declaring.led_by(request.user).order_by("name", "pk")[:200]),
        "page": keyset_page(waiting, request, order=("declared_at", "id")),
        "bureaus": list(
            access.authorities_where(request.user, "evaluate")
            .filter(division__isnull=False)
            .select_related("division")
            .order_by("path")[:100]
        ),
        "years": declaring.years(),
        "year": declaring.years()[0],
        "decides": access.may(request.user, "evaluate"),
    }
    return render(request, "evaluation/return_list.html", context)


def _owner(request, kind: str, pk: int) -> Owner:
    """The owner, for those who fill in or decide; 404 for everybody else."""
    rows = {"consortium": Consortium.objects.select_related("division"), "division": Division.objects}
    if kind not in rows:
        raise Http404
    owner = Owner(kind, get_object_or_404(rows[kind], pk=pk))
    if not (declaring.may_fill_in(owner, request.user) or declaring.may_decide(owner, request.user)):
        raise Http404
    return owner


def _year(year: int) -> int:
    if year not in declaring.years():
        raise Http404("只能填报已经结束的年度")
    return year


def _forms(owner: Owner, year: int, bound: ItemForm | None = None) -> list[dict]:
    known = declaring.given(owner, year)
    return [
        {
            "item": item,
            "row": known.get(item.key),
            "said": _said(item, known[item.key]) if item.key in known else [],
            "form": bound
            if bound is not None and bound.item.key == item.key
            else ItemForm(item=item, row=known.get(item.key)),
        }
        for item in declaring.items_of(owner, year)
    ]


def _said(item: Item, row: Declaration) -> list[tuple[str, str]]:
    """What was declared, in words."""
    found = declared_facts(row.value)
    words = {"yes": "有", "no": "没有"}
    lines = [("申报", words.get(found.value, found.value))] if found.value else []
    lines += [(label, f"{amount:g}") for label, amount in zip(item.labels, found.amounts, strict=False)]
    lines += [(label, day.isoformat()) for label, day in zip(item.days, found.days, strict=False) if day]
    return [*lines, ("依据", row.evidence)] if row.evidence else lines


def _page(request, owner: Owner, year: int, bound: ItemForm | None = None):
    entries = _forms(owner, year, bound)
    filled = sum(entry["row"] is not None for entry in entries)
    context = {
        "owner": owner,
        "year": year,
        "years": declaring.years(),
        "entries": entries,
        "filled": filled,
        "drafts": sum(entry["row"] is not None and entry["row"].state == "draft" for entry in entries),
        "may_fill_in": declaring.may_fill_in(owner, request.user),
        "may_decide": declaring.may_decide(owner, request.user),
    }
    return render(request, "evaluation/return.html", context, status=422 if bound else 200)


@require_safe
def return_detail(request, kind: str, pk: int, year: int):
    """Every item of the year, grouped by clause, with the words that ask for it."""
    return _page(request, _owner(request, kind, pk), _year(year))


@require_POST
def return_item(request, kind: str, pk: int, year: int, key: str):
    """Keep one item; by itself while it is filled in (answers JSON), or with the button."""
    owner = _owner(request, kind, pk)
    item = next((one for one in declaring.items_of(owner, _year(year)) if one.key == key), None)
    if item is None:
        raise Http404
    quietly = request.headers.get("X-Autosave") == "1"
    form = ItemForm(request.POST, None if quietly else request.FILES, item=item)
    if not form.is_valid():
        if quietly:
            return JsonResponse({"message": "有填错的地方，尚未保存"}, status=422)
        return _page(request, owner, year, form)
    try:
        declaring.save(
            owner, year, item, form.value(), by=request.user,
            evidence=form.cleaned_data["evidence"], upload=form.cleaned_data["file"],
        )  # fmt: skip
    except Refused as refusal:
        if quietly:
            return JsonResponse({"message": str(refusal)}, status=409)
        form.add_error("file", str(refusal))
        return _page(request, owner, year, form)
    if quietly:
        return JsonResponse({"saved_at": timezone.localtime().strftime("%H:%M")})
    messages.success(request, f"“{item.asks}”已保存。")
    return redirect(f"{_address(owner, year)}#{key}")


def _address(owner: Owner, year: int) -> str:
    return reverse("evaluation:return", args=[owner.kind, owner.row.pk, year])


def _act(request, owner: Owner, year: int, act):
    try:
        messages.success(request, act())
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect(_address(owner, year))


@require_POST
def return_copy(request, kind: str, pk: int, year: int):
    """与去年相同."""
    owner = _owner(request, kind, pk)

    def act() -> str:
        count = declaring.copy_last_year(owner, _year(year), by=request.user)
        return f"已按去年填入 {count} 项，请核对并补充佐证。" if count else "去年没有可以沿用的事项。"

    return _act(request, owner, year, act)


@require_POST
def return_hand_in(request, kind: str, pk: int, year: int):
    """提交."""
    owner = _owner(request, kind, pk)
    return _act(
        request,
        owner,
        year,
        lambda: f"已提交 {declaring.hand_in(owner, _year(year), by=request.user)} 项，等待主管部门采信。",
    )


def _declaration(request, pk: int) -> Declaration:
    rows = Declaration.objects.visible_to(request.user).select_related("consortium__division", "division")
    return get_object_or_404(rows, pk=pk)


@require_POST
def declaration_decide(request, pk: int):
    """采信 or 不采信."""
    row = _declaration(request, pk)
    accept = request.POST.get("decision") == "accept"
    try:
        declaring.decide(pk, accept=accept, by=request.user, reason=request.POST.get("reason", ""))
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "已采信。" if accept else "已记为未采信，牵头医院可以补充后重新申报。")
    owner = Owner("consortium", row.consortium) if row.consortium_id else Owner("division", row.division)
    return redirect(f"{_address(owner, row.year or declaring.years()[0])}#{row.key}")


@require_safe
def declaration_file(request, pk: int):
    """The evidence; shown in the page only where a browser can do so safely."""
    row = _declaration(request, pk)
    if not row.evidence_file:
        raise Http404
    access_log.exported(request.user, row, "佐证材料")
    return stored_file(row.evidence_file, row.evidence_name, row.evidence_type, inline=True)
