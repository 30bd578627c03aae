"""What has to be in the database before the first page: tables, reference data and, once, the demo province."""

import hashlib
from collections.abc import Callable
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.core.management import call_command, get_commands


def prepare_database(say: Callable[[str], None], *, demo: bool) -> None:
    """Migrate; load reference data when it is new or has changed; load the demo province into an empty register."""
    call_command("migrate", interactive=False, verbosity=0)
    division, institution = apps.get_model("registry.Division"), apps.get_model("registry.Institution")
    stamp = settings.LOCAL_DIR / "reference.sha256"
    digest = fixtures_digest()
    if not division.objects.exists() or not stamp.exists() or stamp.read_text() != digest:
        say("正在载入行政区划、工作日历、代码表与政策包……")
        "load_reference" in get_commands() and call_command("load_reference", verbosity=0)
        stamp.write_text(digest)
    if demo and not institution.objects.exists():
        say("正在载入演示省份……")
        "load_demo" in get_commands() and call_command("load_demo", verbosity=0)


def fixtures_digest() -> str:
    """A digest of the reference data on disk; the demo rosters do not count."""
    digest = hashlib.sha256()
    folder: Path = settings.BASE_DIR / "fixtures"
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "demo" not in path.relative_to(folder).parts:
            digest.update(str(path.relative_to(folder)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
