"""The component sheet (组件表), in development only: every component once, for screenshots and the accessibility check."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import render
from django.views.decorators.http import require_safe

from registry.ui import samples


@require_safe
@login_not_required
def components(request):
    """404 outside DEBUG."""
    if not settings.DEBUG:
        raise Http404
    return render(request, "registry/components.html", samples.context(request))
