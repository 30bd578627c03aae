"""The folders of the broker without a server, which its transport (config/folders.py) expects to exist."""

from pathlib import Path

from django.conf import settings

from config.folders import UNFINISHED


def prepare_folders() -> None:
    """Make the folders; nothing to do with Redis."""
    for folder in _folders():
        folder.mkdir(parents=True, exist_ok=True)


def sweep() -> int:
    """Remove what killed workers left: control messages, reply queues, halves of files; how many. Only while none runs."""
    stale = [
        path
        for folder in _folders()
        for pattern in ("*pidbox*", f"*{UNFINISHED}")
        for path in folder.glob(pattern)
    ]
    for path in stale:
        path.unlink(missing_ok=True)
    return len(stale)


def _folders() -> list[Path]:
    options = getattr(settings, "CELERY_BROKER_TRANSPORT_OPTIONS", {})
    return [Path(options[name]) for name in ("data_folder_in", "control_folder") if name in options]
