"""Makes silent faults loud: each function here turns one of them into a failing test."""

import random
import re
import socket
import sys
from contextlib import contextmanager

from django.conf import settings
from django.core.handlers.base import BaseHandler
from django.db import connection
from django.db.models import QuerySet
from django.template import engines
from django.template.base import UNKNOWN_SOURCE

_WRITES = re.compile(r'\b(?:INSERT INTO|UPDATE|DELETE FROM|TRUNCATE)\s+"?(\w+)', re.IGNORECASE)
READ_LOG = {"registry_accesslog"}


@contextmanager
def reading_requests_write_nothing(monkeypatch):
    """A GET that writes anything but the read log fails."""
    inner = BaseHandler.get_response

    def refuse(execute, sql, params, many, context):
        table = _WRITES.search(str(sql))
        if table and table.group(1) not in READ_LOG:
            raise AssertionError(f"a reading request wrote: {sql}")
        return execute(sql, params, many, context)

    def get_response(self, request):
        if request.method not in ("GET", "HEAD"):
            return inner(self, request)
        # Connecting adds the audit's wrapper; execute_wrapper takes off whichever came last, so ours must be it.
        connection.ensure_connection()
        with connection.execute_wrapper(refuse):
            return inner(self, request)

    monkeypatch.setattr(BaseHandler, "get_response", get_response)
    yield


def lists_without_order_come_shuffled(monkeypatch) -> None:
    """An unordered list comes in another order each time; a lock over a join must name its table."""
    fetch = QuerySet._fetch_all

    def _fetch_all(self):
        fresh = self._result_cache is None
        query = self.query
        if query.select_for_update and query.select_related and not query.select_for_update_of:
            raise AssertionError(f"select_for_update over a join must name of=: {query}")
        fetch(self)
        if fresh and not self.ordered and isinstance(self._result_cache, list):
            random.shuffle(self._result_cache)

    monkeypatch.setattr(QuerySet, "_fetch_all", _fetch_all)


def network_is_off(monkeypatch) -> None:
    """Nothing but this machine can be reached."""
    connect = socket.socket.connect

    def guarded(self, address):
        if isinstance(address, tuple) and address[0] not in ("127.0.0.1", "::1", "localhost"):
            raise AssertionError(f"a test tried to reach {address}")
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


class Undefined(str):
    """What Django prints for an undefined variable: it fails in our templates and is empty in those of packages."""

    __slots__ = ()
    OWN = (str(settings.BASE_DIR / "templates"), UNKNOWN_SOURCE)

    def __contains__(self, item):
        return True

    def __mod__(self, name):
        context = sys._getframe(1).f_locals["context"]
        template = context.render_context.template or context.template
        if template.origin.name.startswith(self.OWN):
            raise AssertionError(f"undefined variable {name} in {template.origin.name}")
        return ""


def undefined_template_variables_fail(monkeypatch) -> None:
    """A misspelt variable in a template of ours fails instead of printing nothing."""
    monkeypatch.setattr(engines["django"].engine, "string_if_invalid", Undefined("%s"))
