"""Gives every write of a request its person and a request number."""

import uuid

from registry import access_log, audit


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
