"""Who may call which URL: every URL of ours stands in the table, for every kind of person.

A cell says "in" (the page or act answers, be it with a complaint about an empty form), "403" (may see, may not do),
"404" (does not exist for this person) or "sign-in". A method that a view does not know is not in the table.
"""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

import pytest
from django.conf import settings as project
from django.db import transaction
from django.test import Client
from django.urls import get_resolver, reverse

from tests.permissions import world as w
from tests.permissions.table import MATRIX

NAMESPACES = ("registry", "grids", "filing", "evaluation")
# Rows asked in one test: each test is one transaction, which grows slower with what was written and taken back in it.
SLICE = 12
SLICES = [sorted(MATRIX)[start : start + SLICE] for start in range(0, len(MATRIX), SLICE)]


def urls() -> set[str]:
    """Namespaced names of every URL of ours."""
    return {
        f"{resolver.namespace}:{pattern.name}"
        for resolver in get_resolver().url_patterns
        if getattr(resolver, "namespace", None) in NAMESPACES
        for pattern in resolver.url_patterns
    }


def session_of(user) -> str:
    """The session key of a person who has signed in; empty for one who has not."""
    client = Client()
    if user is None:
        return ""
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client.session.session_key


@contextmanager
def taken_back() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def cell(session: str, method: str, address: str) -> str:
    """What one person gets, in the words of the table; what an act wrote is taken back (reading writes nothing)."""
    client = Client()
    if session:
        client.cookies[project.SESSION_COOKIE_NAME] = session
    with taken_back() if method == "post" else nullcontext():
        response = getattr(client, method)(address)
        if response.streaming:
            list(response)  # a file is closed when it has been read
    if response.status_code == 302 and response["Location"].startswith(reverse("registry:sign_in")):
        return "sign-in"
    known = response.status_code in (200, 302, 409, 422)
    return "in" if known else str(response.status_code)


def wrong_cells(world, sessions: dict[str, str], url: str, method: str) -> list[str]:
    """The cells of one row that differ from the table."""
    row = MATRIX[url, method]
    with taken_back():
        arguments = row.arguments(world, url.split(":")[1]) if row.arguments else []
        address = reverse(url, args=arguments)
        found = {actor: cell(sessions[actor], method, address) for actor in w.ACTORS}
        # Proxies and link checkers ask for the head alone, of whoever gets the page.
        headed = {a: cell(sessions[a], "head", address) for a in row.inside[:1] if method == "get"}
    expected = row.expected()
    if url == "registry:sign_out":
        expected = dict.fromkeys(w.ACTORS, "sign-in")
    if url == "registry:components":
        expected = dict.fromkeys(w.ACTORS, "404")
    wrong = [a for a in w.ACTORS if found[a] != expected[a]]
    return [f"{method} {url}: {a} got {found[a]}, not {expected[a]}" for a in wrong] + [
        f"head {url}: {a} got {answer}, not {expected[a]}"
        for a, answer in headed.items()
        if answer != expected[a]
    ]


@pytest.mark.django_db
@pytest.mark.usefixtures("law")
@pytest.mark.parametrize("rows", SLICES, ids=lambda rows: rows[0][0])
def test_everybody_gets_what_the_table_says(rows, time_machine, settings):
    settings.PUBLIC_REGISTER = True
    time_machine.move_to("2020-10-09T02:00:00Z")  # inside the plan's period and the filing's deadline
    world = w.build()
    sessions = {actor: session_of(person) for actor, person in world.people.items()}
    assert [line for url, method in rows for line in wrong_cells(world, sessions, url, method)] == []


def test_every_url_stands_in_the_table():
    assert {url for url, _ in MATRIX} == urls()


@pytest.mark.django_db
def test_the_admin_is_closed_to_everybody_without_the_flag_for_it(client):
    user = w.build().people["system_admin"]
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    response = client.get(reverse("admin:index"))
    assert (response.status_code, response["Location"].split("?")[0]) == (302, reverse("admin:login"))
