"""The floor that pages are held against: a page of the same frame, signed in, with one query and twenty rows."""

import importlib

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connection
from django.http import HttpResponse
from django.template import engines
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import include, path

from registry.models import Institution

TIMES, SIZE = 20, 20
ADDRESS = "/floor/"
PAGE = '{% extends "base.html" %}{% block content %}<table>{% for one in rows %}<tr><td>{{ one.name }}</td></tr>{% endfor %}</table>{% endblock %}'


def floor_page(request):
    """A page of the same frame, with one query and twenty rows."""
    rows = list(Institution.objects.only("name").order_by("pk")[:SIZE])
    return HttpResponse(engines["django"].from_string(PAGE).render({"rows": rows}, request))


urlpatterns = [path(ADDRESS.lstrip("/"), floor_page), path("", include("config.urls"))]


def repeat(clock, work) -> dict:
    """The work TIMES over, after once for the first connection and the imports."""
    work()
    with clock:
        for _ in range(TIMES):
            answer = work()
    return {"rows": len(answer) if hasattr(answer, "__len__") else answer}


def whole_page(clock, address: str, username: str) -> dict:
    """A signed-in request through every middleware, rendered, by a process that has begun as a server's does."""
    importlib.import_module("config.wsgi")
    settings.ALLOWED_HOSTS, settings.SECURE_SSL_REDIRECT = ["*"], False
    with override_settings(ROOT_URLCONF=__name__):
        client = Client()
        person = get_user_model().objects.get(username=username)
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        assert client.get(address).status_code == 200
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        asked = len(queries)  # the next request begins to count anew
        told = repeat(clock, lambda: client.get(address).content)
    return told | {"queries": asked}
