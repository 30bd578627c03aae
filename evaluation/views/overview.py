"""The overview page for leadership."""

from django.shortcuts import render
from django.views.decorators.http import require_safe

from evaluation.filters import places_of
from evaluation.overview import overview
from registry.guards import open_to


@require_safe
@open_to("view_compliance")
def overview_page(request):
    """The state of one's area, or of a place in it, on one screen and one printed page."""
    places = list(places_of(request.user, "view_compliance"))
    if not places:
        return render(request, "evaluation/overview_nothing.html")
    chosen = next((place for place in places if place.code == request.GET.get("area")), places[0])
    return render(
        request, "evaluation/overview.html", {"state": overview(chosen, request.user), "places": places}
    )
