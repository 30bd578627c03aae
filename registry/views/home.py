"""The first page after signing in: the work that waits for the person, which is the first entry of the bar."""

from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from registry import navigation


@require_safe
def home(request):
    """Go to the person's first page; someone without an assignment sees the account page, which says so."""
    entries = navigation.menu(request.user, request.path)
    return redirect(entries[0]["url"] if entries else "registry:account")
