"""Places (行政区划): the tree by date, one place with its history, and changes entered as dated events."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from registry import access
from registry.divisions import tree
from registry.divisions.apply import apply, permit
from registry.divisions.effects import effects
from registry.divisions.forms import FORMS, TreeFilter
from registry.divisions.plan import Plan
from registry.errors import Refused
from registry.guards import open_to
from registry.models import Division, DivisionChange
from registry.numbers import whole_number
from registry.paging import keyset_page

ABOVE = "parent__parent__parent"


def _place(pk: int) -> Division:
    return get_object_or_404(Division.objects.select_related(ABOVE, "physical_unit"), pk=pk)


@require_safe
@open_to("view_institutions")
def division_tree(request):
    """The places under one on a day, or those that a search finds."""
    form = TreeFilter(request.GET)
    form.is_valid()
    day = form.cleaned_data.get("day") or timezone.localdate()
    text = form.cleaned_data.get("q", "").strip()
    number = whole_number(request.GET.get("under", ""))
    place = _place(number) if number else None
    rows = tree.found(text, day) if text else tree.below(place, day)
    page = keyset_page(rows.select_related(ABOVE), request, order=("code", "id"), default_size=100)
    counts = tree.counts_below(page.rows, day)
    context = {
        "page": page,
        "lines": [(one, counts.get(one.path, 0)) for one in page],
        "place": place,
        "chain": [*tree.chain(place), place] if place else [],
        "day": day,
        "text": text,
        "vintages": tree.vintages(),
        "steps": tree.recent_steps(place, day, request.user),
        "filter_form": form,
        "unit": "个",
        "count": None,
    }
    return render(request, "registry/division_tree.html", context)


@require_safe
@open_to("view_institutions")
def division_detail(request, pk: int):
    """One place: its dates, what came before and after, its other codes, its bureau, and its changes."""
    place = _place(pk)
    context = {
        "place": place,
        "chain": tree.chain(place),
        "spans": Division.objects.filter(code=place.code).exclude(pk=pk).order_by("valid_from", "pk"),
        "before": place.succeeds.select_related("old").order_by("-on", "old__code"),
        "after": place.succeeded_by.select_related("new").order_by("-on", "new__code"),
        "foreign": place.foreign_codes.order_by("system", "code"),
        "doubles": place.same_units.select_related("parent").order_by("code"),
        "areas": place.in_management_areas.order_by("code"),
        "bureau": getattr(place, "authority", None),
        "changes": place.changes.select_related("by").order_by("-on", "-pk"),
        "may_change": place.valid_to is None and access.covers(request.user, "manage_institutions", place),
        "kinds": [(kind, DivisionChange.Kind(kind).label) for kind in _offered(place)],
    }
    return render(request, "registry/division_detail.html", context)


def _offered(place: Division) -> list[str]:
    """The kinds of change that make sense for a place of its level."""
    kinds = [kind for kind in FORMS if kind != DivisionChange.Kind.NEW]
    if place.level == Division.Level.PROVINCE:
        kinds = []
    return kinds if place.level == Division.Level.TOWNSHIP else [DivisionChange.Kind.NEW.value, *kinds]


@require_http_methods(["GET", "HEAD", "POST"])
@open_to("view_institutions")
def division_change_new(request, pk: int, kind: str):
    """Enter a change: what was typed, then the plan with what it touches, then the act."""
    place = _place(pk)
    access.require(request.user, "manage_institutions", place)
    if kind not in FORMS or kind not in _offered(place) or place.valid_to is not None:
        return redirect("registry:division_detail", pk)
    form = FORMS[kind](request.POST or None)
    corrected = _corrected(request.POST)
    context = {"place": place, "kind": DivisionChange.Kind(kind), "form": form, "chain": tree.chain(place)}
    if request.method == "POST" and form.is_valid():
        try:
            if request.POST.get("act") == "apply":
                change = apply(lambda: form.plan(_place(pk), corrected), by=request.user)
                messages.success(request, f"已录入：{change.summary}。")
                return redirect(change)
            plan = form.plan(place, corrected)
            permit(plan, request.user)
        except (Refused, access.Denied) as refusal:
            form.add_error(None, str(refusal))
        else:
            context |= {"plan": plan, "steps": _steps(plan), "effects": effects(plan)}
            context["choices"] = _choices(form, place, plan, corrected)
    return render(request, "registry/division_change_new.html", context, status=422 if form.errors else 200)


def _corrected(post) -> dict[int, str]:
    """What was typed beside places below: {old id: code or number of a part}."""
    found = {}
    for name, value in post.items():
        number = whole_number(name.removeprefix("below-")) if name.startswith("below-") else None
        if number and value.strip():
            found[number] = value.strip()
    return found


def _steps(plan: Plan) -> list[dict]:
    """What follows what, for the table of the preview; codes that were worked out may be corrected there."""
    return [
        {
            "old": plan.olds[pk],
            "new": new,
            "share": plan.shares[pk, id(new)],
            "ends": plan.olds[pk] in plan.ends,
            "editable": plan.shares[pk, id(new)] == "随上级变更" and plan.kind != DivisionChange.Kind.SPLIT,
        }
        for pk, heirs in plan.heirs.items()
        for new in heirs
    ]


def _choices(form, place: Division, plan: Plan, corrected: dict[int, str]) -> list[dict]:
    """For a split: each place below with the part that takes it."""
    if plan.kind != DivisionChange.Kind.SPLIT:
        return []
    parts = form.cleaned_data["parts"]
    names = [(str(number), f"{code} {name}") for number, (code, name) in enumerate(parts)]
    if form.cleaned_data["keeps"]:
        names.insert(0, ("", f"留在{place}"))
    return [
        {
            "child": child,
            "options": [(value, text, corrected.get(child.pk, "") == value) for value, text in names],
        }
        for child in place.children.current().order_by("code")
    ]


@require_safe
@open_to("view_institutions")
def division_change(request, pk: int):
    """A change as it was entered: places before and after, what it touched, who and on what grounds."""
    change = get_object_or_404(DivisionChange.objects.select_related("by"), pk=pk)
    places = change.places.select_related("division__parent").order_by("part", "division__code")
    return render(request, "registry/division_change.html", {"change": change, "places": places})
