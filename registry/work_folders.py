"""Folders for what a job writes on its way to a file (临时文件): a worker that is killed leaves its own behind."""

import datetime as dt
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir

PREFIX = "yilianti-job-"
ABANDONED_AFTER = dt.timedelta(days=1)


@contextmanager
def work_folder() -> Iterator[Path]:
    """A folder that is gone afterwards. Those that were abandoned on this machine go first."""
    _remove_abandoned()
    with TemporaryDirectory(prefix=PREFIX) as folder:
        yield Path(folder)


def _remove_abandoned() -> None:
    oldest = time.time() - ABANDONED_AFTER.total_seconds()
    for folder in Path(gettempdir()).glob(f"{PREFIX}*"):
        with suppress(OSError):  # another worker was first
            status = folder.lstat()
            if status.st_uid == os.geteuid() and status.st_mtime < oldest:
                shutil.rmtree(folder)
