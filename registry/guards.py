"""Pages that exist only for some people (页面准入)."""

from collections.abc import Callable
from functools import wraps

from django.http import Http404

from registry import access


def open_to(*permissions: str) -> Callable:
    """A view for whoever holds one of the permissions at any unit; for everybody else the page does not exist."""

    def decorate(view):
        @wraps(view)
        def guarded(request, *args, **kwargs):
            if not any(access.may(request.user, permission) for permission in permissions):
                raise Http404("没有打开这一页的任职")
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def before_second_step(view: Callable) -> Callable:
    """A view that a person reaches with the password alone, while the second step is still to be done."""
    view.before_second_step = True
    return view
