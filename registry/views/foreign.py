"""Code lists of other systems (外部代码表): upload, what was matched, and what a person must decide."""

from django import forms
from django.contrib import messages
from django.db.models import Count, OuterRef, Subquery
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from registry.divisions import foreign, foreign_decisions
from registry.errors import Refused
from registry.going_back import back_to
from registry.guards import open_to
from registry.models import Division, ForeignCodeList, ForeignCodeRow
from registry.numbers import whole_number
from registry.paging import SIZES, capped_count, keyset_page

STATES = [("open", "待认"), ("matched", "自动对应"), ("chosen", "人工认定"), ("dismissed", "不对应")]


class ForeignUploadForm(forms.Form):
    """A list to bring in."""

    system = forms.CharField(
        label="代码体系", max_length=60, help_text="这套代码的名称和年份，例如：重庆健康统计区划字典 2018"
    )
    source = forms.CharField(label="来源", max_length=150, help_text="由谁提供、何时提供")
    file = forms.FileField(
        label="代码表",
        help_text="xlsx、xls 或 csv，须有“代码”“名称”两列；代码前 6 位不是区县的，另加“区县代码”列",
        error_messages={"required": "请选择代码表文件。", "empty": "文件是空的（0 字节）。"},
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.xls,.csv,.txt"}),
    )


@require_safe
@open_to("manage_institutions")
def foreign_lists(request):
    """Lists brought in, newest first, and the form for another."""
    return _lists(request, ForeignUploadForm())


def _lists(request, form, status: int = 200):
    waiting = ForeignCodeRow.objects.filter(code_list=OuterRef("pk"), state=ForeignCodeRow.State.OPEN)
    lists = ForeignCodeList.objects.select_related("by").annotate(
        waiting=Subquery(waiting.order_by().values("code_list").annotate(n=Count("pk")).values("n"))
    )
    page = keyset_page(lists, request, order=("-id",), default_size=20)
    return render(
        request, "registry/foreign_lists.html", {"page": page, "form": form, "unit": "份"}, status=status
    )


@require_POST
@open_to("manage_institutions")
def foreign_upload(request):
    """Read a list, match it, and show the rest."""
    form = ForeignUploadForm(request.POST, request.FILES)
    if form.is_valid():
        given = form.cleaned_data
        try:
            kept = foreign.bring_in(
                given["file"], system=given["system"], source=given["source"], by=request.user
            )
        except Refused as refusal:
            form.add_error("file", str(refusal))
        else:
            return redirect(kept)
    return _lists(request, form, status=422)


@require_safe
@open_to("manage_institutions")
def foreign_list(request, pk: int):
    """The rows of a list in one state; those that wait for a person come first."""
    kept = get_object_or_404(ForeignCodeList.objects.select_related("by"), pk=pk)
    state = request.GET.get("view", "open")
    rows = kept.rows.filter(state=state if state in dict(STATES) else "open")
    page = keyset_page(rows.select_related("division__parent", "decided_by"), request, order=("number", "id"))
    wanted = {pk for row in page for pk in row.candidates}
    places = Division.objects.current().select_related("parent").in_bulk(wanted)
    outside = foreign_decisions.outside(request.user, {row.county_code for row in page})
    lines = [
        (row, [places[pk] for pk in row.candidates if pk in places], row.county_code not in outside)
        for row in page
    ]
    alone = [row.pk for row, near, mine in lines if mine and row.state == "open" and len(near) == 1]
    tabs = [(key, word, capped_count(kept.rows.filter(state=key))[0]) for key, word in STATES]
    context = {
        "list": kept,
        "page": page,
        "lines": lines,
        "alone": alone,
        "may_withdraw": kept.by_id == request.user.pk or (bool(lines) and not outside),
        "tabs": tabs,
        "unit": "行",
        "count": None,
    }
    return render(request, "registry/foreign_list.html", context)


@require_POST
@open_to("manage_institutions")
def foreign_withdraw(request, pk: int):
    """Take the whole list back."""
    kept = get_object_or_404(ForeignCodeList, pk=pk)
    try:
        foreign_decisions.withdraw(kept, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return _back(request, kept)
    messages.success(request, f"已撤回“{kept.system}”，由它写入的外部代码已去掉。")
    return redirect("registry:foreign_lists")


@require_POST
@open_to("manage_institutions")
def foreign_accept(request, pk: int):
    """Accept the only candidate of each of these rows."""
    kept = get_object_or_404(ForeignCodeList, pk=pk)
    typed = map(whole_number, request.POST.getlist("rows")[: max(SIZES)])
    try:
        number = foreign_decisions.choose_all(kept, [pk for pk in typed if pk is not None], by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"已认定 {number} 行。可以在“人工认定”中逐行重新认定。")
    return _back(request, kept)


@require_POST
@open_to("manage_institutions")
def foreign_decide(request, pk: int):
    """Accept a candidate, choose another place, let a row be, or take that back."""
    row = get_object_or_404(ForeignCodeRow.objects.select_related("code_list"), pk=pk)
    try:
        match request.POST.get("act"):
            case "dismiss":
                foreign_decisions.dismiss(row.pk, by=request.user)
                messages.success(request, f"{row} 已标为不对应。")
            case "reopen":
                foreign_decisions.reopen(row.pk, by=request.user)
                messages.success(request, f"{row} 已退回待认。")
            case _:
                typed = request.POST.get("place", "").strip() or request.POST.get("candidate", "").strip()
                if not typed:
                    raise Refused(f"{row}：请选一个区划，或填写它的代码或名称。")
                place = foreign_decisions.choose(row.pk, typed=typed, by=request.user).division
                messages.success(request, f"{row} 已认定为 {place.code} {place}。")
    except Refused as refusal:
        messages.error(request, str(refusal))
    return _back(request, row.code_list)


def _back(request, kept: ForeignCodeList):
    """To the list where it stood, or to all lists when this one has been taken back meanwhile."""
    gone = not ForeignCodeList.objects.filter(pk=kept.pk).exists()
    return redirect("registry:foreign_lists") if gone else back_to(request, kept)
