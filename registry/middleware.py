"""Gives every write of a request its person and a request number, and every refusal to show something one page."""

import uuid

from django.http import Http404
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
