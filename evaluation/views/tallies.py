"""How many subjects stand at each verdict now, for the margin of a document's page (htmx, swapped out of band)."""

from collections import Counter, defaultdict

from django.db.models import Count
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from evaluation.models import Finding
from registry.models import PolicyDocument


@require_GET
def tallies(request, code: str):
    """The counts of one document's provisions over what the person may see."""
    document = get_object_or_404(PolicyDocument, code=code)
    rows = Finding.objects.visible_to(request.user).standing().filter(rule__document=document).order_by()
    counts: dict[str, Counter] = defaultdict(Counter)
    for provision, verdict, number in rows.values_list("provision", "verdict").annotate(number=Count("pk")):
        counts[provision][verdict] = number
    return render(request, "evaluation/_tallies.html", {"lines": sorted(counts.items())})
