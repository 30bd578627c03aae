"""A real Chromium on a live server: one browser a process, a fresh and watched page for each test."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path
from threading import Event

import pytest
from axe_playwright_python.sync_playwright import Axe
from celery import current_app
from celery.contrib.testing.worker import start_worker
from django.conf import settings as project
from django.db import connections
from django.test import Client
from playwright.sync_api import Browser, Error, Page, expect, sync_playwright

from tests import machine
from tests.browser import kept

# The first three are what a container without display and user namespaces needs; the rest keeps it from calling home.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
LAPTOP = {"width": 1366, "height": 768}
# Milliseconds: what does not come fails either way, and a machine that does other work stands still now and then.
PATIENCE = 60_000
FAILED = pytest.StashKey[bool]()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("browser")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    report = yield
    item.stash[FAILED] = item.stash.get(FAILED, False) or report.failed
    return report


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    program = machine.browser()
    if program is None:
        pytest.fail("There is no Chromium or Chrome: run `make test`, which installs it or says how.")
    # While a loop runs, Django gives this thread other connections than before and after it: neither sees the other's.
    connections.close_all()
    with pytest.MonkeyPatch.context() as monkeypatch, sync_playwright() as playwright:
        # Playwright's loop runs in this thread and Django would take every query here for an asynchronous one.
        monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        chromium = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield chromium
        chromium.close()
        connections.close_all()


@pytest.fixture
def open_page(browser: Browser, live_server, request) -> Iterator[Callable[[], Page]]:
    """Call it for each person of the story: a page with cookies of its own, on the live server.

    Whatever the browser complains about (script errors, blocked content, failed requests of ours) fails the test.
    """
    expect.set_options(timeout=PATIENCE)
    complaints: list[str] = []
    contexts = []

    def open_() -> Page:
        context = browser.new_context(
            base_url=live_server.url, viewport=LAPTOP, locale="zh-CN", timezone_id="Asia/Shanghai"
        )
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(f"script: {error}"))
        page.on("console", lambda line: line.type == "error" and complaints.append(f"console: {line.text}"))
        page.on(
            "response",
            lambda answer: answer.status >= 500 and complaints.append(f"{answer.status} {answer.url}"),
        )
        return page

    yield open_
    for number, context in enumerate(contexts):
        if request.node.stash.get(FAILED, False) and context.pages:
            picture = project.LOCAL_DIR / "browser" / f"{request.node.name}-{number}.png"
            with suppress(Error):  # a browser that hangs gives no picture, and the test has failed already
                context.pages[-1].screenshot(path=picture, full_page=True)
        context.close()
    expected = request.node.get_closest_marker("complaints")
    allowed = expected.args if expected else ()
    assert not [line for line in complaints if not any(word in line for word in allowed)]


@pytest.fixture
def page(open_page) -> Page:
    return open_page()


@pytest.fixture
def sign_in(live_server) -> Callable[..., Page]:
    """Put a person behind a page without the sign-in form, which has tests of its own."""

    def enter(page: Page, user) -> Page:
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        cookie = client.cookies[project.SESSION_COOKIE_NAME]
        page.context.clear_cookies()
        page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
        return page

    return enter


@pytest.fixture
def assert_accessible() -> Callable[[Page], None]:
    """No violation that axe-core can find on the page as it is now."""

    def check(page: Page) -> None:
        page.wait_for_load_state("load")  # with its styles: what they hide is not judged
        violations = Axe().run(page).response["violations"]
        assert not violations, "\n".join(
            f"{violation['id']} ({violation['impact']}): {violation['help']}: {violation['nodes'][0]['html'][:200]}"
            for violation in violations
        )

    return check


@pytest.fixture
def keep(transactional_db, shared_folder) -> Callable[[str, kept.Build], None]:
    """`keep("rosters", kept.rosters)`: committed data made once a run (tests/browser/kept.py)."""
    return lambda name, build: kept.put_back(name, build, shared_folder)


@pytest.fixture
def reference(keep) -> None:
    """Divisions of two provinces, calendar, codes, packs."""
    keep("reference", kept.reference)


@pytest.fixture
def rosters(keep) -> None:
    """The reference data with the institutions of the demonstration rosters."""
    keep("rosters", kept.rosters)


@pytest.fixture
def register(keep) -> None:
    """The same with their consortia, grids and registered filings."""
    keep("register", kept.register)


@pytest.fixture
def worker(transactional_db) -> Iterator[None]:
    """A real Celery worker in a thread of its own, taking the messages of this test."""
    current_app.loader.import_default_modules()
    with start_worker(
        current_app, pool="solo", perform_ping_check=False, shutdown_timeout=60, loglevel="error"
    ):
        yield


@pytest.fixture
def hold(monkeypatch) -> Callable[[object, str, int], Event]:
    """`seen = hold(runs, "check_next", 3)`: work stops before that step until `seen.set()`, so a bar can be looked at."""

    def stop_before(module, name: str, step: int) -> Event:
        seen, work, steps = Event(), getattr(module, name), count(1)

        def waiting(*args, **kwargs):
            if next(steps) == step and not seen.wait(PATIENCE / 1000):
                raise AssertionError("nobody looked at the progress")
            return work(*args, **kwargs)

        monkeypatch.setattr(module, name, waiting)
        return seen

    return stop_before
