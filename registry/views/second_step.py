"""The second step of signing in (第二步验证): asked after the password, set up and looked after by oneself."""

import django_otp
from django import forms
from django.contrib import messages
from django.http import HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from registry import qr
from registry.errors import Refused
from registry.guards import before_second_step
from registry.people import second_step


class CodeForm(forms.Form):
    """One code."""

    code = forms.CharField(
        label="验证码",
        max_length=40,
        error_messages={"required": "请输入验证码。"},
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "autofocus": True, "spellcheck": "false"}
        ),
    )


def _onward(request) -> str:
    """Where the person was going."""
    target = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if safe else reverse("registry:home")


def _verified(request, device) -> None:
    """This session has done the second step; its number changes, as after every gain of rights."""
    django_otp.login(request, device)
    request.session.pop(second_step.PENDING, None)
    request.session.cycle_key()


@sensitive_post_parameters()
@never_cache
@before_second_step
@require_http_methods(["GET", "HEAD", "POST"])
def second_step_check(request):
    """The code after the password."""
    form = CodeForm(request.POST if request.method == "POST" else None)
    onward = request.POST.get("next", "") or request.GET.get("next", "")
    if request.method == "POST" and form.is_valid():
        try:
            device = second_step.check(form.cleaned_data["code"], by=request.user)
        except Refused as refusal:
            form.add_error("code", str(refusal))
        else:
            _verified(request, device)
            return HttpResponseRedirect(_onward(request))
    context = {"form": form, "next": onward}
    return render(request, "registry/second_step_check.html", context, status=422 if form.errors else 200)


def _settled(request) -> bool:
    """Whether this session may change the person's second step: it has done it, or there is none yet."""
    return request.user.is_verified() or not second_step.device_of(request.user)


def _to_check(request):
    return redirect(reverse("registry:second_step_check", query={"next": reverse("registry:second_step")}))


@never_cache
@before_second_step
@require_safe
def second_step_page(request):
    """What one has: nothing, a telephone waiting for its first code, or a telephone and backup codes."""
    if not _settled(request):
        return _to_check(request)
    return _page(request, CodeForm())


def _page(request, form: CodeForm, status: int = 200):
    waiting = second_step.being_set_up(request.user)
    context = {
        "form": form,
        "device": second_step.device_of(request.user),
        "left": second_step.codes_left(request.user),
        "required": second_step.required(request.user),
        "waiting": waiting,
        "code": qr.svg(waiting.config_url) if waiting else "",
        "key": second_step.key_of(waiting) if waiting else "",
        "next": request.POST.get("next", "") or request.GET.get("next", ""),
    }
    context["closed"] = context["required"] and not request.user.is_verified()
    return render(request, "registry/second_step.html", context, status=status)


@require_POST
@before_second_step
def second_step_start(request):
    """A new key to read."""
    if not _settled(request):
        return _to_check(request)
    second_step.start(by=request.user)
    onward = request.POST.get("next", "")
    return redirect(reverse("registry:second_step", query={"next": onward} if onward else None))


@sensitive_post_parameters()
@never_cache
@require_POST
@before_second_step
def second_step_confirm(request):
    """The first code; then the backup codes, this once."""
    if not _settled(request):
        return _to_check(request)
    form = CodeForm(request.POST)
    if form.is_valid():
        try:
            device, codes = second_step.confirm(form.cleaned_data["code"], by=request.user)
        except Refused as refusal:
            form.add_error("code", str(refusal))
        else:
            _verified(request, device)
            context = {"codes": codes, "onward": _onward(request)}
            return render(request, "registry/second_step_codes.html", context)
    return _page(request, form, status=422)


@never_cache
@require_POST
def second_step_codes(request):
    """New backup codes, shown this once."""
    if not _settled(request):
        return _to_check(request)
    try:
        codes = second_step.renew_codes(by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("registry:second_step")
    context = {"codes": codes, "onward": reverse("registry:second_step")}
    return render(request, "registry/second_step_codes.html", context)


@require_POST
def second_step_off(request):
    """停用."""
    if not _settled(request):
        return _to_check(request)
    try:
        second_step.turn_off(by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "第二步验证已停用，备用码已作废。")
    return redirect("registry:second_step")
