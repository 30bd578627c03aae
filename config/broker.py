"""The folders of Celery's filesystem broker, which the transport expects to exist."""

from pathlib import Path

from django.conf import settings


def prepare_folders() -> None:
    """Make the folders; nothing to do with Redis."""
    for folder in _folders():
        folder.mkdir(parents=True, exist_ok=True)


def sweep() -> int:
    """Remove control messages and reply queues of workers that were killed; how many. Only while none runs."""
    stale = [path for folder in _folders() for path in folder.glob("*pidbox*")]
    for path in stale:
        path.unlink(missing_ok=True)
    return len(stale)


def _folders() -> list[Path]:
    options = getattr(settings, "CELERY_BROKER_TRANSPORT_OPTIONS", {})
    return [Path(options[name]) for name in ("data_folder_in", "control_folder") if name in options]
