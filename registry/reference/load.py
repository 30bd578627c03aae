"""Loading the reference data in order, part by part, skipping what has not changed since (参考数据)."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from psycopg2 import sql

from registry import access, audit
from registry.models import Assignment, ReferenceLoad
from registry.policy.load import load_packs
from registry.reference.authorities import load_authorities
from registry.reference.calendar import load_calendar
from registry.reference.codes import load_codes
from registry.reference.places import load_places


@dataclass(frozen=True)
class Part:
    """One part: what a person calls it, the function that loads it (answering how many rows it wrote), its files."""

    name: str
    label: str
    load: Callable[[], int]
    sources: tuple[str, ...]

    def fingerprint(self) -> str:
        """Digest of the files that decide the outcome: the data and the code that reads it."""
        digest = hashlib.sha256()
        for source in self.sources:
            root: Path = settings.BASE_DIR / source
            files = [path for path in root.rglob("*") if path.is_file()] if root.is_dir() else [root]
            for path in sorted(files):
                if path.suffix != ".pyc":
                    digest.update(str(path.relative_to(settings.BASE_DIR)).encode() + b"\0")
                    digest.update(path.read_bytes())
        return digest.hexdigest()


def _packs() -> int:
    counts = load_packs()
    return counts["changed"] + counts["published"] + counts["retired"]


def _roles() -> int:
    """What a role permits is code; object permissions derived from earlier code are made to follow it."""
    units = {(a.user, a.unit) for a in Assignment.objects.select_related("user", "authority", "institution")}
    for user, unit in units:
        access.derive_permissions(user, unit)
    return len(units)


def _check_modules() -> list[str]:
    """Where each app keeps its checks: what they declare decides how a pack is read."""
    roots = [settings.BASE_DIR / app for app in settings.INSTALLED_APPS]
    found = [path for root in roots for path in (root / "checks", root / "checks.py") if path.exists()]
    return [str(path.relative_to(settings.BASE_DIR)) for path in found]


PARTS = [
    Part("calendar", "工作日历", load_calendar, ("fixtures/calendar", "registry/reference/calendar.py")),
    Part("codes", "代码表", load_codes, ("fixtures/codes", "registry/reference/codes.py")),
    Part("places", "行政区划", load_places, ("fixtures/divisions", "registry/reference")),
    Part("authorities", "卫生健康行政部门", load_authorities, ("fixtures/divisions", "registry/reference")),
    Part("packs", "政策包", _packs, ("fixtures/policies", "registry/policy", *_check_modules())),
    Part("roles", "角色", _roles, ("registry/access.py",)),
]


def register(part: Part) -> None:
    """Add a part that an app above the registry owns (from its AppConfig.ready)."""
    if all(known.name != part.name for known in PARTS):
        PARTS.append(part)


def load_all(*, force: bool = False) -> Iterator[tuple[Part, int | None]]:
    """Load every part, one transaction each; yields the rows written, or None where nothing has changed."""
    stamps = dict(ReferenceLoad.objects.values_list("part", "fingerprint"))
    changed = False
    for part in PARTS:
        fingerprint = part.fingerprint()
        if stamps.get(part.name) == fingerprint and not force:
            yield part, None
            continue
        with transaction.atomic(), audit.acting(reason=f"载入参考数据：{part.label}"):
            written = part.load()
            if stamps.get(part.name) != fingerprint:
                ReferenceLoad.objects.update_or_create(part=part.name, defaults={"fingerprint": fingerprint})
        changed = True
        yield part, written
    if changed:
        _count_rows_anew()


def _count_rows_anew() -> None:
    """Tell the planner of tables that were empty a moment ago: without it the first joins over them took a minute."""
    tables = sorted({model._meta.db_table for model in apps.get_app_config("registry").get_models()})
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("ANALYZE {}").format(sql.SQL(", ").join(map(sql.Identifier, tables))))
