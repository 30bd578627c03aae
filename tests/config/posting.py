"""Messages for a worker of the tests, on the broker without a server; the tests' own broker is in memory."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from kombu import Connection


@contextmanager
def broker_of(environment: Mapping[str, str]) -> Iterator[Connection]:
    """The broker that a worker with this environment takes its messages from."""
    folder = Path(environment["BROKER_DIR"])
    queue, control = folder / "queue", folder / "control"
    for place in (queue, control):
        place.mkdir(parents=True, exist_ok=True)
    options = {
        "data_folder_in": str(queue),
        "data_folder_out": str(queue),
        "control_folder": str(control),
        "polling_interval": 0.01,
    }
    with Connection("folders://localhost", transport_options=options) as connection:
        yield connection
