"""Gives every write of a request its person and a request number, and every refusal to show something one page."""

import uuid

from django.http import Http404
from django.shortcuts import render
from django.views.defaults import page_not_found

from registry import access_log, audit


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
