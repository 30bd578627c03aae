"""Whoever may use a page may also send it nonsense: an answer in words, never a server error.

A form that is refused answers 422, so that whoever keeps the answers (a proxy, a script of ours) knows it from a done act.
"""

import re
from functools import cache
from pathlib import Path

import pytest
from django import forms
from django.conf import settings as project
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import get_resolver, reverse

from tests.permissions import world as w
from tests.permissions.table import MATRIX

APPS = ("registry", "grids", "filing", "evaluation")
READ = re.compile(r"(?:GET|POST|FILES)\.get(?:list)?\(\s*\"([\w-]+)\"")
NONSENSE = {
    "a digit that is none": "²",
    "a number beyond all columns": "9" * 30,
    "the last of all days": "9999-12-31",
    "more than a column holds": "<script>'; DROP TABLE --" + "超" * 400,
}

# Asked of pages alone: what counts back from a day that the address names must not fall off the calendar.
FIRST_DAY = {"the first of all days": "0001-01-01"}

# Asked of acts alone: what the button sends when nothing has been filled in.
EMPTY = "a form left empty"


def _forms(base=forms.BaseForm):
    for one in base.__subclasses__():
        yield one
        yield from _forms(one)


@cache
def names() -> set[str]:
    """Every field of every form of ours, and whatever else a view reads from a request."""
    assert get_resolver().url_patterns, "all views are read, and with them their forms"
    found = {name for form in _forms() for name, _ in _fields(form)}
    for app in APPS:
        for source in Path(project.BASE_DIR, app).rglob("*.py"):
            found |= set(READ.findall(source.read_text()))
    return found - {"csrfmiddlewaretoken", "username", "password"}


@cache
def files() -> set[str]:
    """Those of the fields that take a file."""
    taken = {name for form in _forms() for name, field in _fields(form) if isinstance(field, forms.FileField)}
    return taken | {"evidence"}


def _fields(form):
    return getattr(form, "base_fields", {}).items()


def upload() -> SimpleUploadedFile:
    """Its name turns around, has parts of a path, and an ending longer than a file system takes."""
    name = f"../../etc/密\u202efdp.xlsx.{'超' * 200}"
    return SimpleUploadedFile(name, b"PK\x03\x04" + b"\xff" * 200, "text/html")


ROWS = [
    key
    for key, row in MATRIX.items()
    if row.inside and key not in {("registry:sign_in", "post"), ("registry:sign_out", "post")}
]
SLICES = [ROWS[start : start + 12] for start in range(0, len(ROWS), 12)]


@pytest.mark.django_db
@pytest.mark.usefixtures("law")
@pytest.mark.parametrize("rows", SLICES, ids=lambda rows: rows[0][0])
def test_nonsense_is_answered_in_words_and_a_refused_form_with_422(rows, time_machine, settings):
    settings.PUBLIC_REGISTER = True
    time_machine.move_to("2020-10-09T02:00:00Z")
    world, fields = w.build(), names()
    for url, method in rows:
        with transaction.atomic():
            row = MATRIX[url, method]
            arguments = row.arguments(world, url.split(":")[1]) if row.arguments else []
            sent = send(world.people[row.inside[0]], method, reverse(url, args=arguments), fields)
            transaction.set_rollback(True)
        assert not {what: answer for what, answer in sent.items() if answer.status_code >= 500}, (url, method)
        unsaid = {what: faulty(answer) for what, answer in sent.items() if answer.status_code == 200}
        if method == "post":
            assert not any(unsaid.values()), f"{url} shows faults with status 200 instead of 422: {unsaid}"


def faulty(answer) -> set[str]:
    """What the page calls its forms that came back with faults."""
    contexts = (
        answer.context if isinstance(answer.context, list) else [answer.context]
    )  # of one template or of many
    shown = [pair for context in contexts if context for pair in context.flatten().items()]
    return {
        name for name, form in shown if isinstance(form, forms.BaseForm) and form.is_bound and form.errors
    }


def send(person, method: str, address: str, fields: set[str]) -> dict[str, HttpResponse]:
    """The answer that each kind of nonsense gets; whatever it wrote is taken back."""
    client, found = Client(), {}
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    for what, value in (NONSENSE | (FIRST_DAY if method == "get" else {EMPTY: ""})).items():
        data: dict = {"csrfmiddlewaretoken": "-"} if what == EMPTY else dict.fromkeys(fields, value)
        if method == "post" and what != EMPTY:
            data |= {name: upload() for name in files()}
        with transaction.atomic():
            response = getattr(client, method)(address, data)
            if response.streaming:
                list(response)
            transaction.set_rollback(True)
        found[what] = response
    return found
