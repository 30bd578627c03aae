"""Makes a worker of the tests stop dead at one point: the function named in PAUSE_AT runs, the PAUSE_CALL-th time, then nothing.

The worker says so by making the file PAUSED, so that the test can kill it there.
"""

import os
import time
from importlib import import_module
from itertools import count
from pathlib import Path


def _pause_after(path: str) -> None:
    module, name = path.rsplit(".", 1)
    owner = import_module(module)
    inner = getattr(owner, name)
    calls = count(1)

    def stopping(*args, **kwargs):
        answer = inner(*args, **kwargs)
        if next(calls) < int(os.environ.get("PAUSE_CALL", "1")):
            return answer
        Path(os.environ["PAUSED"]).touch()
        time.sleep(600)
        return answer

    setattr(owner, name, stopping)


if target := os.environ.get("PAUSE_AT"):
    _pause_after(target)
