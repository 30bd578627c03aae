"""How many subjects stand at each verdict now, for the margin of a document's page (htmx, swapped out of band)."""

from collections import Counter, defaultdict

from django.db.models import Count
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from evaluation.models import Finding, Tally
from registry import access
from registry.models import PolicyDocument, Rule


@require_safe
def tallies(request, code: str):
    """The counts of one document's provisions over what the person may see.

    For a commission they are read from the kept counts; a hospital's few findings are counted.
    """
    document = get_object_or_404(PolicyDocument, code=code)
    rules = Rule.objects.in_force().filter(document=document)
    if handling := request.GET.get("handling"):
        # The page shows these alone: other counts would find no place on it.
        rules = rules.filter(handling=handling)
    if access.may(request.user, "view_compliance"):
        provisions = rules.order_by().values("provision")
        rows = Tally.objects.visible_to(request.user).filter(provision__in=provisions)
        rows = rows.totals("provision", "verdict")
    else:
        rows = Finding.objects.visible_to(request.user).standing().filter(rule__document=document).order_by()
        rows = rows.filter(provision__in=rules.order_by().values("provision"))
        rows = rows.values_list("provision", "verdict").annotate(total=Count("pk"))
    counts: dict[str, Counter] = defaultdict(Counter)
    for provision, verdict, number in rows:
        counts[provision][verdict] = number
    return render(request, "evaluation/_tallies.html", {"lines": sorted(counts.items())})
