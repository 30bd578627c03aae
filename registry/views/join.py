"""The page behind a one-time link (启用账户): the person sets the password."""

from django.contrib import auth, messages
from django.contrib.auth.decorators import login_not_required
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from registry.errors import Refused
from registry.passwords import SetPasswordForm
from registry.people import links


@sensitive_post_parameters()
@never_cache
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def join(request, token: str):
    """Set the password; the link is used up by that alone, not by looking at it."""
    link = links.usable(token)
    if link is None:
        return render(request, "registry/join.html", {"dead": links.DEAD}, status=410)
    form = SetPasswordForm(link.person, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            person = links.redeem(token, form.cleaned_data["new_password1"])
        except Refused as refusal:
            return render(request, "registry/join.html", {"dead": str(refusal)}, status=410)
        auth.logout(request)
        messages.success(request, f"密码已设置，请用账号 {person.username} 登录。")
        return redirect("registry:sign_in")
    context = {"link": link, "form": form}
    return render(request, "registry/join.html", context, status=422 if form.errors else 200)
