"""Acts on declared facts (申报事实): filled in, handed in, accepted or rejected; one function each.

A consortium's are filled in by its lead hospital and decided by the commission over its place. A place's own are
filled in by its commission and decided by somebody else there or above.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from registry import access, uploads
from registry.errors import Refused
from registry.facts.institutions import places
from registry.models import Consortium, Declaration, Division, Lead
from registry.policy.items import Item, items_for
from registry.policy.library import current_book

S = Declaration.State
EARLIEST = 2018


@dataclass(frozen=True)
class Owner:
    """Whose return it is: a consortium or a place."""

    kind: str
    row: Consortium | Division

    @property
    def filter(self) -> dict[str, Any]:
        return {self.kind: self.row}

    @property
    def place(self) -> Division:
        return self.row.division if isinstance(self.row, Consortium) else self.row


def may_fill_in(owner: Owner, user) -> bool:
    """The lead hospital's own staff; for a place, its commission's evaluators."""
    if owner.kind == "division":
        return access.covers(user, "evaluate", owner.row)
    lead = _lead(owner.row)
    return lead is not None and access.covers(user, "report_values", lead)


def may_decide(owner: Owner, user) -> bool:
    return access.covers(user, "evaluate", owner.place)


def led_by(user):
    """Consortia whose lead hospital the person reports for."""
    leads = Lead.objects.filter(
        institution__in=access.institutions_of(user, "report_values"), during__contains=timezone.localdate()
    )
    return Consortium.objects.filter(pk__in=leads.values("consortium"), closed_on__isnull=True)


def _lead(consortium: Consortium):
    today = timezone.localdate()
    lead = consortium.leads.filter(during__contains=today).select_related("institution__division").first()
    return lead.institution if lead else None


def items_of(owner: Owner, year: int) -> list[Item]:
    """What the rules in force in the year ask of the owner."""
    rules = current_book().rules_for(places(owner.place.path), min(date(year, 12, 31), timezone.localdate()))
    if isinstance(owner.row, Consortium):
        return items_for(rules, "consortium", kind=owner.row.kind)
    return items_for(rules, "division", level=owner.row.level)


def given(owner: Owner, year: int) -> dict[str, Declaration]:
    """What has been declared for the year, or stands, by item."""
    rows = Declaration.objects.filter(Q(year=year) | Q(year__isnull=True), **owner.filter)
    rows = rows.select_related("declared_by", "decided_by").order_by(F("year").asc(nulls_first=True), "pk")
    return {row.key: row for row in rows}


# -- Filling in ---------------------------------------------------------------------------------------------
@transaction.atomic
def save(
    owner: Owner,
    year: int,
    item: Item,
    value: Mapping[str, Any],
    *,
    by,
    evidence: str = "",
    upload: UploadedFile | None = None,
) -> Declaration:
    """Keep an answer. A changed answer has to be decided anew; what is handed in already stays handed in."""
    _may(owner, by)
    period = year if item.yearly else None
    row = _locked(owner, item.key, period) or Declaration(
        **owner.filter, key=item.key, year=period, state=S.DRAFT if owner.kind == "consortium" else S.DECLARED
    )
    if not _filled(value) and not evidence and upload is None and not row.evidence_file:
        if row.pk and row.state == S.DRAFT:
            row.delete()
        return row
    changed = row.value != dict(value) or row.evidence != evidence or upload is not None
    row.value, row.evidence = dict(value), evidence
    if upload is not None:
        content = uploads.receive(upload)
        row.evidence_name = uploads.clean_name(upload.name or "", content.extension)
        row.evidence_type = content.content_type
        row.evidence_file.save(upload.name, upload, save=False)
    if changed:
        if row.state in (S.ACCEPTED, S.REJECTED):
            row.state = S.DRAFT if owner.kind == "consortium" else S.DECLARED
        row.decided_by = row.decided_at = None
        row.reason = ""
        row.declared_by, row.declared_at = by, timezone.now()
        row.save()
    return row


def _filled(value: Mapping[str, Any]) -> bool:
    return any(part not in ("", None, []) for part in _flat(value))


def _flat(value: Mapping[str, Any]):
    for part in value.values():
        yield from part if isinstance(part, list) else [part]


def _locked(owner: Owner, key: str, year: int | None) -> Declaration | None:
    rows = Declaration.objects.select_for_update(of=("self",)).filter(key=key, year=year, **owner.filter)
    return rows.first()


def _may(owner: Owner, by) -> None:
    if owner.kind == "division":
        access.require(by, "evaluate", owner.row)
    elif lead := _lead(owner.row):
        access.require(by, "report_values", lead)
    else:
        raise access.Denied("该医联体现在没有牵头医院，不能填报。")


@transaction.atomic
def copy_last_year(owner: Owner, year: int, *, by) -> int:
    """与去年相同: fill what is still blank with the answers of the year before; how many. Evidence is asked anew."""
    _may(owner, by)
    asked = {item.key for item in items_of(owner, year) if item.yearly}
    there = set(Declaration.objects.filter(year=year, **owner.filter).values_list("key", flat=True))
    before = Declaration.objects.filter(year=year - 1, key__in=asked - there, **owner.filter).order_by("pk")
    rows = [
        Declaration(
            **owner.filter, key=row.key, year=year, value=row.value, declared_by=by,
            state=S.DRAFT if owner.kind == "consortium" else S.DECLARED,
        )
        for row in before
    ]  # fmt: skip
    Declaration.objects.bulk_create(rows)
    return len(rows)


@transaction.atomic
def hand_in(owner: Owner, year: int, *, by) -> int:
    """提交: everything filled in so far goes to the commission; how many items."""
    _may(owner, by)
    drafts = Declaration.objects.select_for_update(of=("self",)).filter(
        Q(year=year) | Q(year__isnull=True), state=S.DRAFT, **owner.filter
    )
    rows = list(drafts.order_by("pk"))
    if not rows:
        raise Refused("没有新填报的事项。先填写，再提交。")
    asks = {item.key: item.asks for item in items_of(owner, year)}
    if bare := [asks.get(row.key, row.key) for row in rows if not row.evidenced and _asserts(row.value)]:
        raise Refused(f"还没有佐证：{'、'.join(bare[:5])}。写明依据或上传材料后再提交。")
    now = timezone.now()
    for row in rows:
        row.state, row.declared_by, row.declared_at = S.DECLARED, by, now
    Declaration.objects.bulk_update(rows, ["state", "declared_by", "declared_at"])
    return len(rows)


def _asserts(value: Any) -> bool:
    """Saying that something is not there needs no evidence."""
    return not (isinstance(value, Mapping) and value.get("answer") == "no")


# -- Deciding -----------------------------------------------------------------------------------------------
@transaction.atomic
def decide(declaration_id: int, *, accept: bool, by, reason: str = "") -> Declaration:
    """采信 or 不采信 what has been handed in. Nobody decides what he has declared himself."""
    rows = Declaration.objects.select_related("consortium__division", "division")
    row = rows.select_for_update(of=("self",)).get(pk=declaration_id)
    access.require(by, "evaluate", row.division or row.consortium.division)
    if row.state == S.DRAFT:
        raise Refused("该事项还在填写，尚未提交。")
    if row.declared_by_id == by.pk:
        raise Refused("不能采信自己申报的事项，请由另一位考核人决定。")
    if not accept and not reason.strip():
        raise Refused("不采信须写明理由。")
    row.state = S.ACCEPTED if accept else S.REJECTED
    row.reason = "" if accept else reason.strip()[:300]
    row.decided_by, row.decided_at = by, timezone.now()
    row.save(update_fields=["state", "reason", "decided_by", "decided_at"])
    return row


def waiting_for(user):
    """What has been handed in and not decided, in the area of the person's right to evaluate."""
    area = access.area_of(user, "evaluate", prefix="consortium__division")
    area |= access.area_of(user, "evaluate", prefix="division")
    return Declaration.objects.filter(area, state=S.DECLARED)


def years() -> range:
    """Years that a return can be for: those that have ended, newest first."""
    return range((timezone.localdate() - timedelta(days=1)).year - 1, EARLIEST - 1, -1)
