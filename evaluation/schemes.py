"""Loading evaluation schemes (考核方案) from TOML; a scheme with a missing citation or target does not load.

Loading the same text again changes nothing. A changed text becomes a new version, and the old one, with which earlier
years were scored, stays as it was.
"""

import hashlib
import json
import tomllib
from decimal import Decimal, InvalidOperation
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from evaluation.models import Indicator, Scheme
from registry.models import PolicyDocument

FOLDER = Path("fixtures") / "schemes"
REQUIRED = ("code", "title", "jurisdiction", "effective_from", "grade", "indicator")
INDICATOR_FIELDS = {
    "code": True,
    "group": True,
    "name": True,
    "formula": True,
    "numerator": True,
    "denominator": False,
    "direction": True,
    "unit": True,
    "decimals": False,
    "points": True,
    "target": True,
    "zero": True,
    "target_basis": True,
    "clause": True,
    "quote": True,
    "provision": False,
    "subject": True,
    "reporter": True,
    "note": False,
}
NUMBERS = ("points", "target", "zero")


class BadScheme(Exception):
    """A scheme file is wrong (方案文件有误); the message names file, indicator and field."""


def load_all(folder: Path | None = None) -> list[Scheme]:
    """Load every scheme file of a folder (fixtures/schemes); returns the versions now in force."""
    folder = folder or settings.BASE_DIR / FOLDER
    return [load(path) for path in sorted(folder.glob("*.toml"))]


def load_shipped() -> int:
    """Load the shipped schemes as a part of the reference data; answers how many versions are new."""
    before = Scheme.objects.count()
    load_all()
    return Scheme.objects.count() - before


@transaction.atomic
def load(path: Path) -> Scheme:
    """Load one file; returns the version in force, which is the old one when nothing changed."""
    body = read(path)
    version = hashlib.sha256(json.dumps(body, sort_keys=True, default=str).encode()).hexdigest()[:16]
    standing = Scheme.objects.select_for_update().in_force().filter(code=body["code"]).first()
    if standing and standing.version == version:
        return standing
    if standing:
        standing.retired_at = timezone.now()
        standing.save(update_fields=["retired_at"])
    scheme = Scheme.objects.create(
        code=body["code"],
        title=body["title"],
        document=PolicyDocument.objects.filter(code=body.get("document", "")).first(),
        jurisdiction=body["jurisdiction"],
        effective_from=body["effective_from"],
        note=body.get("note", ""),
        grades=body["grade"],
        version=version,
    )
    Indicator.objects.bulk_create(
        _indicator(scheme, position, row) for position, row in enumerate(body["indicator"], start=1)
    )
    return scheme


def read(path: Path) -> dict:
    """Parse and check a scheme file. Raises BadScheme."""
    try:
        body = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise BadScheme(f"{path.name}：不是有效的 TOML（{error}）") from None
    if lacking := [name for name in REQUIRED if not body.get(name)]:
        raise BadScheme(f"{path.name}：缺少 {lacking[0]}")
    floors = [band["at_least"] for band in body["grade"]]
    if floors != sorted(floors, reverse=True) or floors[-1] != 0:
        raise BadScheme(f"{path.name}：等级须从高到低排列，最低一级从 0 起")
    codes = [row.get("code") for row in body["indicator"]]
    if len(set(codes)) != len(codes):
        raise BadScheme(f"{path.name}：指标编号重复")
    for row in body["indicator"]:
        _check(path.name, row)
    return body


def _check(name: str, row: dict) -> None:
    place = f"{name}：指标 {row.get('code', '（无编号）')}"
    if unknown := sorted(set(row) - set(INDICATOR_FIELDS)):
        raise BadScheme(f"{place} 有不认识的项 {unknown[0]}")
    if lacking := [key for key, needed in INDICATOR_FIELDS.items() if needed and row.get(key) in (None, "")]:
        raise BadScheme(f"{place} 缺少 {lacking[0]}")
    for key, known in (("formula", Indicator.Formula), ("direction", Indicator.Direction)):
        if row[key] not in known.values:
            raise BadScheme(f"{place} 的 {key} 应为 {'、'.join(known.values)} 之一")
    if (row["formula"] != Indicator.Formula.AMOUNT) != bool(row.get("denominator")):
        raise BadScheme(f"{place} 的算法与分母不相配")
    try:
        points, target, zero = (Decimal(str(row[key])) for key in NUMBERS)
    except InvalidOperation:
        raise BadScheme(f"{place} 的分值、目标值或零分值不是数") from None
    better = target > zero if row["direction"] == Indicator.Direction.HIGHER else target < zero
    if points <= 0 or not better:
        raise BadScheme(f"{place} 的目标值、零分值与方向不相配")


def _indicator(scheme: Scheme, position: int, row: dict) -> Indicator:
    values = {key: value for key, value in row.items() if key not in ("numerator", "denominator", *NUMBERS)}
    return Indicator(
        scheme=scheme,
        position=position,
        numerator_label=row["numerator"],
        denominator_label=row.get("denominator", ""),
        **{key: Decimal(str(row[key])) for key in NUMBERS},
        **values,
    )
