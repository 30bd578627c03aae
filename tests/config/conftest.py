"""Every test here that starts processes owns them: a cluster, a folder and an environment of its own."""

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from config.embedded.cluster import Cluster
from config.embedded.place import place_for
from tests.servers import temporary_home


@pytest.fixture
def local_dir() -> Iterator[Path]:
    """A folder in the place of the checkout's `.local`; its cluster is stopped and removed afterwards."""
    with temporary_home() as folder:
        yield folder
        place = place_for(folder)
        Cluster(place).stop()
        for path in (place.home, place.sockets):
            if folder not in path.parents:
                shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def cluster(local_dir) -> Cluster:
    return Cluster(place_for(local_dir))


@pytest.fixture
def environment(local_dir) -> dict[str, str]:
    """The environment of a person who starts the program in a fresh checkout."""
    foreign = ("DATABASE_URL", "REDIS_URL", "PYTEST_", "DJANGO_", "PG")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    return kept | {"LOCAL_DIR": str(local_dir)}


@pytest.fixture
def manage() -> list[str]:
    return [sys.executable, str(settings.BASE_DIR / "manage.py")]
