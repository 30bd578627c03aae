"""Gives every write of a request its person and a request number, and every refusal to show something one page."""

import uuid
from urllib.parse import urlsplit

from django.contrib import messages
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.defaults import page_not_found
from django_htmx.http import HttpResponseClientRedirect

from registry import access_log, audit, navigation
from registry.people import second_step


def page_before(request) -> str:
    """The page from which an act was sent, to come back to it: the act itself cannot be repeated by going there."""
    if request.method in ("GET", "HEAD"):
        return request.get_full_path()
    before = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(before, {request.get_host()}, request.is_secure()):
        return ""
    return urlsplit(before)._replace(scheme="", netloc="").geturl()


class SignInMiddleware(LoginRequiredMiddleware):
    """Who is signed out meanwhile comes back to the page he acted from, and hears that the act was not done."""

    def handle_no_permission(self, request, view_func):
        in_page = request.htmx or "X-Autosave" in request.headers  # static/js/session.js says it there
        if request.method in ("GET", "HEAD") or in_page:
            return super().handle_no_permission(request, view_func)
        messages.warning(request, "登录已到期，刚才的操作没有完成。请登录后重新办理。")
        before = page_before(request)
        return redirect(reverse("registry:sign_in", query={"next": before} if before else None))


class NotFoundMiddleware:
    """What a person may not see looks the same in development as in production: the page that says how to ask."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_exception(self, request, exception):
        return page_not_found(request, exception) if isinstance(exception, Http404) else None


class ZeroByteMiddleware:
    """A zero byte in an address or a field cannot be stored nor searched by PostgreSQL; nobody types one."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        typed = (
            value for data in (request.GET, request.POST) for _, values in data.lists() for value in values
        )
        if "\0" in request.path or any("\0" in value for value in typed):
            return render(request, "400_zero_byte.html", status=400)
        return None


class WrongMethodMiddleware:
    """An address that takes submissions alone, opened as a page (typed anew, or reloaded), is not left blank."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if response.status_code != 405 or request.method == "HEAD":
            return response
        page = render(request, "405.html", status=405)
        page["Allow"] = response["Allow"]
        return page


class SecondStepMiddleware:
    """Until the second step is done, or set up where it is asked for, every page leads to it."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        if not getattr(view, "login_required", True) or getattr(view, "before_second_step", False):
            return None
        user = request.user
        if not user.is_authenticated or user.is_verified():
            return None
        if second_step.PENDING in request.session:
            page = "registry:second_step_check"
        elif second_step.required(user):
            page = "registry:second_step"
        else:
            return None
        before = page_before(request)
        address = reverse(page, query={"next": before} if before else None)
        return HttpResponseClientRedirect(address) if request.htmx else redirect(address)


class AuditContextMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.audit_id = uuid.uuid4().hex
        user = request.user if request.user.is_authenticated else None
        with audit.acting(user, request=request.audit_id, path=request.path):
            try:
                return self.get_response(request)
            finally:
                access_log.flush()
                if user and request.method not in ("GET", "HEAD"):
                    navigation.forget_waiting(
                        user.pk
                    )  # the person has done something: the bar shows it at once
