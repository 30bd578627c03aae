"""Back to the list from which an act was sent (回到原来的列表): its filter, view and page stand in its address."""

from django.http import HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme


def back_to(request, fallback, *arguments):
    """To the address of this site that the form names as `next`, else to the page named."""
    target = request.POST.get("next", "")
    if target and url_has_allowed_host_and_scheme(target, {request.get_host()}, request.is_secure()):
        return HttpResponseRedirect(target)
    return redirect(fallback, *arguments)
