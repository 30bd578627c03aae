"""One sender or reader of numbers on the broker without a server, as a process: `python -m tests.config.traffic`."""

import sys
from pathlib import Path
from queue import Empty

from tests.config.posting import broker_of


def send(folder: Path, first: int, count: int) -> None:
    with broker_of({"BROKER_DIR": str(folder)}) as broker, broker.SimpleQueue("numbers") as queue:
        for number in range(first, first + count):
            queue.put({"number": number, "filler": "x" * (number % 5000)})


def read(folder: Path) -> None:
    """Print every number taken, until there is none and `all_sent` says that none will come."""
    with broker_of({"BROKER_DIR": str(folder)}) as broker, broker.SimpleQueue("numbers") as queue:
        while True:
            ended = (folder / "all_sent").exists()
            try:
                message = queue.get(timeout=0.05)
            except Empty:
                if ended:
                    return
                continue
            print(message.payload["number"])
            message.ack()


if __name__ == "__main__":
    import config  # noqa: F401  knows the broker's scheme

    place = Path(sys.argv[2])
    if sys.argv[1] == "send":
        send(place, int(sys.argv[3]), int(sys.argv[4]))
    else:
        read(place)
