"""Production refuses to start unsafely: in every command, in the web server and in Celery."""

import os
import subprocess
import sys

import pytest
from django.conf import settings as project
from django.core import checks
from django.core.exceptions import ImproperlyConfigured

from config.checks import refuse_unsafe_start
from tests.factories import UserFactory

SAFE = {
    "PRODUCTION": "1",
    "SECRET_KEY": "x7Qm2vL9sT4wZ1nB8cR5yK3hJ6gF0dPaUeWiOoVtXqMzNbCl",
    "ALLOWED_HOSTS": "www.example.org",
    "DATABASE_URL": "postgres://nobody@127.0.0.1:1/nowhere",
    "REDIS_URL": "redis://127.0.0.1:1/0",
}
SAFE["SECRET_KEY"] += "-and-more-than-fifty"


def manage(*arguments: str, **changes: str) -> subprocess.CompletedProcess[str]:
    foreign = ("DATABASE_URL", "REDIS_URL", "DEBUG", "PYTEST_", "ALLOW_", "DJANGO_ALLOW_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    command = [sys.executable, project.BASE_DIR / "manage.py", *arguments]
    return subprocess.run(command, env=kept | SAFE | changes, capture_output=True, text=True, check=False)


@pytest.mark.machine
def test_the_deployment_check_is_clean_with_production_variables():
    checked = manage("check", "--deploy", "--fail-level", "WARNING")
    assert checked.returncode == 0, checked.stderr
    assert "no issues (0 silenced)" in checked.stdout


@pytest.mark.machine
@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"DEBUG": "1"}, "config.E001"),
        ({"SECRET_KEY": ""}, "SECRET_KEY"),
        ({"ALLOWED_HOSTS": ""}, "config.E003"),
        ({"DATABASE_URL": ""}, "config.E004"),
    ],
)
def test_a_command_refuses(changes, refusal):
    checked = manage("check", **changes)
    assert checked.returncode != 0
    assert refusal in checked.stderr


@pytest.mark.machine
def test_turning_debug_off_is_enough_to_be_production():
    checked = manage("check", PRODUCTION="", DEBUG="0", ALLOWED_HOSTS="")
    assert "config.E003" in checked.stderr


@pytest.mark.machine
def test_the_embedded_database_has_to_be_asked_for():
    assert manage("check", DATABASE_URL="", ALLOW_EMBEDDED_DATABASE="1").returncode == 0


@pytest.mark.machine
def test_without_redis_the_deployment_check_warns():
    assert "config.W001" in manage("check", "--deploy", REDIS_URL="").stderr


@pytest.fixture
def production(settings):
    settings.PRODUCTION, settings.DEBUG = True, False
    settings.SECRET_KEY = SAFE["SECRET_KEY"]
    settings.ALLOWED_HOSTS = ["www.example.org"]
    settings.EMBEDDED_DATABASE = False
    return settings


@pytest.mark.machine
def test_a_web_process_has_read_every_page_before_the_first_visitor():
    told = "import config.wsgi, gc, sys; print('registry.views.institutions' in sys.modules, gc.get_freeze_count() > 0)"
    started = subprocess.run(
        [sys.executable, "-c", told],
        cwd=project.BASE_DIR,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert started.stdout.split() == ["True", "True"]


@pytest.mark.django_db
def test_a_demo_account_is_refused_and_named(production):
    UserFactory(username="demo_filer", is_demo=True)
    with pytest.raises(ImproperlyConfigured, match="demo_filer"):
        refuse_unsafe_start()


@pytest.mark.django_db
def test_real_accounts_are_no_reason_to_refuse(production):
    UserFactory()
    refuse_unsafe_start()


@pytest.mark.django_db
def test_outside_production_demo_accounts_are_welcome():
    UserFactory(is_demo=True)
    refuse_unsafe_start()


def test_a_default_secret_is_refused(production):
    production.SECRET_KEY = production.DEVELOPMENT_SECRET
    assert "config.E002" in [error.id for error in checks.run_checks(tags=["production"])]


@pytest.mark.machine
@pytest.mark.parametrize(
    "program",
    [
        [sys.executable, "-c", "import config.wsgi"],
        [sys.executable, "-m", "celery", "-A", "config", "worker", "--pool", "solo"],
        # The schedule goes to a place of the test's own: beat deletes a schedule file that it cannot read.
        [sys.executable, "-m", "celery", "-A", "config", "beat", "--pidfile", "", "--schedule", "schedule"],
    ],
    ids=["web", "worker", "beat"],
)
def test_a_server_refuses_as_a_command_does(program, tmp_path):
    environment = os.environ | SAFE | {"DEBUG": "1", "LOCAL_DIR": str(tmp_path)}
    environment.pop("PYTEST_VERSION", None)
    program = [str(tmp_path / "schedule") if word == "schedule" else word for word in program]
    started = subprocess.run(
        program,
        env=environment,
        cwd=project.BASE_DIR,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert started.returncode != 0
    assert "config.E001" in started.stderr
