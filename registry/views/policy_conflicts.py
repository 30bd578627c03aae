"""Active rules that contradict each other (规定冲突), for those who may draft for the place."""

from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from registry import access
from registry.guards import open_to
from registry.policy.conflicts import conflicts_in, places_with_documents
from registry.policy.drafts import PERMISSION
from registry.policy.library import current_book


@require_safe
@open_to(PERMISSION)
def policy_conflicts(request):
    """Pairs of rules in force today on one topic that differ and do not say how they stand to each other."""
    book = current_book()
    places = places_with_documents(book).filter(access.area_of(request.user, PERMISSION, prefix=""))
    found = conflicts_in(book, places, timezone.localdate())
    return render(request, "registry/policy_conflicts.html", {"found": found, "places": len(places)})
