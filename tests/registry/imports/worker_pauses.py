"""Makes a worker of the tests stop dead at one point of an import: the function named in PAUSE_AT runs, then nothing.

The worker says so by making the file PAUSED, so that the test can kill it there.
"""

import os
import time
from importlib import import_module
from pathlib import Path


def _pause_after(path: str) -> None:
    module, name = path.rsplit(".", 1)
    owner = import_module(module)
    inner = getattr(owner, name)

    def stopping(*args, **kwargs):
        answer = inner(*args, **kwargs)
        Path(os.environ["PAUSED"]).touch()
        time.sleep(600)
        return answer

    setattr(owner, name, stopping)


if target := os.environ.get("PAUSE_AT"):
    _pause_after(target)
