"""Gives every write of a request its person and a request number, and every refusal to show something one page."""

import uuid

from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.defaults import page_not_found
from django_htmx.http import HttpResponseClientRedirect

from registry import access_log, audit
from registry.people import second_step


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
            return render(request, "400.html", status=400)
        return None


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
        address = reverse(page, query={"next": request.get_full_path()} if request.method == "GET" else None)
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
