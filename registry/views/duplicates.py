"""Duplicate institutions (重复合并): candidates, two records side by side, merges done and taken back."""

from django import forms
from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from registry import access
from registry.duplicates import fields, merge
from registry.errors import Refused
from registry.forms import places_of
from registry.guards import open_to
from registry.jobs import start_job
from registry.models import DuplicatePair, Institution, Job, Merge
from registry.options import Options
from registry.paging import capped_count, keyset_page

SHOWN_ROWS = 20
KIND = "duplicates"


class PairFilter(forms.Form):
    """What the list of candidates may be narrowed by."""

    place = forms.ChoiceField(label="区划", required=False)
    reason = forms.ChoiceField(label="理由", required=False, choices=Options(DuplicatePair.Reason.choices))
    state = forms.ChoiceField(
        label="状态",
        required=False,
        choices=Options([("dismissed", "不是重复"), ("merged", "已合并")]),
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["place"].choices = Options(places_of(user, "manage_institutions"))

    def narrow(self, pairs):
        """The pairs that every valid condition fits; open ones of live records unless a state is chosen."""
        self.is_valid()
        given = self.cleaned_data
        if state := given.get("state"):
            pairs = pairs.filter(state=state)
        else:
            live = {"first__merged_into": None, "second__merged_into": None}
            pairs = pairs.filter(state=DuplicatePair.State.OPEN, **live)
        if path := given.get("place"):
            pairs = pairs.filter(first__division__path__startswith=path)
        if reason := given.get("reason"):
            pairs = pairs.filter(reason=reason)
        return pairs


@require_safe
@open_to("manage_institutions")
def duplicate_list(request):
    """Candidates, the surest first, and the search that finds them."""
    form = PairFilter(request.GET, user=request.user)
    rows = form.narrow(DuplicatePair.objects.visible_to(request.user))
    page = keyset_page(rows.for_list(), request, order=("-score", "id"))
    last = Job.objects.filter(kind=KIND, scope__in=_scopes(request.user)).order_by("-pk").first()
    context = {"page": page, "count": capped_count(rows), "unit": "对", "filter_form": form, "last": last}
    return render(request, "registry/duplicate_list.html", context)


def _bureaus(user):
    """The topmost bureaus at which a person manages institutions: one search for each."""
    rows = access.authorities_where(user, "manage_institutions").filter(assignments__user=user)
    return list(rows.distinct().select_related("division").order_by("path"))


def _scopes(user) -> list[str]:
    return [f"area:{bureau.pk}" for bureau in _bureaus(user)]


@require_POST
@open_to("manage_institutions")
def duplicate_search(request):
    """Search one's area in the background."""
    job = None
    try:
        for bureau in _bureaus(request.user):
            if bureau.division_id:
                job = start_job(
                    KIND,
                    f"查找重复机构：{bureau.short_name}",
                    task="registry.duplicates.search",
                    by=request.user,
                    scope=f"area:{bureau.pk}",
                    result_url=reverse("registry:duplicate_list"),
                    path=bureau.division.path,
                )
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("registry:duplicate_list")
    if job is None:
        messages.error(request, "您管理的是功能区，重复由所在区县的名录管理员查找。")
        return redirect("registry:duplicate_list")
    return redirect("registry:job_detail", job.pk)


@require_POST
@open_to("manage_institutions")
def duplicate_dismiss(request, pk: int):
    """Say that a pair is not one institution, or take that back."""
    pair = get_object_or_404(DuplicatePair.objects.visible_to(request.user), pk=pk)
    try:
        if request.POST.get("act") == "reopen":
            merge.reopen(pair.pk, by=request.user)
            messages.success(request, "已重新列为待处理。")
        else:
            merge.dismiss(pair.pk, note=request.POST.get("note", ""), by=request.user)
            messages.success(request, "已记为不是重复，以后查找不再列出。")
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("registry:duplicate_list")


@require_safe
@open_to("manage_institutions")
def duplicate_detail(request, pk: int):
    """A pair opens as the two records side by side."""
    pair = get_object_or_404(DuplicatePair.objects.visible_to(request.user), pk=pk)
    return redirect("registry:merge_new", pair.first_id, pair.second_id)


@require_http_methods(["GET", "HEAD", "POST"])
@open_to("manage_institutions")
def merge_new(request, kept: int, gone: int):
    """Two records side by side: which stays, which facts it takes, and what is moved; then the act."""
    both = Institution.objects.manageable_by(request.user).select_related(
        "division__parent__parent", "township", "institution_class", "main_institution", "merged_into"
    )
    stays, goes = get_object_or_404(both, pk=kept), get_object_or_404(both, pk=gone)
    if stays == goes:
        raise Http404("同一条记录")
    chosen = {key: request.POST[key] for key in fields.KEYS if request.POST.get(key) in ("kept", "gone")}
    status = 200
    if request.method == "POST":
        try:
            reason = request.POST.get("reason", "")
            made = merge.merge(kept=kept, gone=gone, chosen=chosen, reason=reason, by=request.user)
        except Refused as refusal:
            messages.error(request, str(refusal))
            status = 422
        else:
            messages.success(request, f"“{goes}”已并入“{stays}”。")
            return redirect(made)
    context = {"kept": stays, "gone": goes, "merged": stays.merged_into or goes.merged_into}
    if context["merged"] is None:
        context["preview"] = merge.preview(stays, goes, chosen)
    context |= {"pair": _pair(stays, goes), "shown": SHOWN_ROWS}
    return render(request, "registry/merge_new.html", context, status=status)


def _pair(kept: Institution, gone: Institution) -> DuplicatePair | None:
    first, second = sorted((kept.pk, gone.pk))
    return DuplicatePair.objects.filter(first=first, second=second).first()


def _visible_merge(request, pk: int) -> Merge:
    inside = access.area_of(request.user, "manage_institutions", prefix="kept__division")
    return get_object_or_404(
        Merge.objects.filter(inside).select_related("kept", "gone", "by", "undone_by"), pk=pk
    )


@require_safe
@open_to("manage_institutions")
def merge_list(request):
    """Merges done in one's area, newest first."""
    inside = access.area_of(request.user, "manage_institutions", prefix="kept__division")
    rows = (
        Merge.objects.filter(inside)
        .select_related("kept__division", "gone", "by", "undone_by")
        .defer("journal")
    )
    page = keyset_page(rows, request, order=("-id",))
    return render(request, "registry/merge_list.html", {"page": page, "unit": "次", "count": None})


@require_safe
@open_to("manage_institutions")
def merge_detail(request, pk: int):
    """One merge: what was written, and whether it can be taken back."""
    made = _visible_merge(request, pk)
    context = {"merge": made, "lines": _lines(made)}
    if made.undone_at is None:
        context["obstacles"] = merge.obstacles(made)
    return render(request, "registry/merge_detail.html", context)


def _lines(made: Merge) -> list[dict]:
    """The journal in words, by kind of record."""
    words = {"change": "修改", "add": "新增", "drop": "合并为一"}
    counted: dict[tuple[str, str], list[str]] = {}
    for entry in made.journal:
        model = merge.model_of(entry)
        titles = "、".join(str(model._meta.get_field(name).verbose_name) for name in entry.get("fields", {}))
        counted.setdefault((str(model._meta.verbose_name), words[entry["op"]]), []).append(titles)
    return [
        {"label": label, "word": word, "count": len(titles), "fields": "，".join(sorted(set(titles) - {""}))}
        for (label, word), titles in counted.items()
    ]


@require_POST
@open_to("manage_institutions")
def merge_undo(request, pk: int):
    """Take a merge back."""
    made = _visible_merge(request, pk)
    try:
        merge.undo(made.pk, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"合并已撤销，“{made.gone}”恢复为单独的记录。")
    return redirect(made)
