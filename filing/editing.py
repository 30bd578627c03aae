"""Filling in a filing (填报): start, sections, members. Every save asks, locks, and counts its section's version."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from filing import clock, routing
from filing.fields import Field
from filing.form import form_of
from filing.models import Filing, FilingEvent, FilingMember, FilingSection
from filing.sections import SECTIONS
from registry import access
from registry.errors import Refused, Stale
from registry.models import Institution
from registry.texts import named, said

MEMBERS = next(section.key for section in SECTIONS if section.kind == "members")
MATERIALS = next(section.key for section in SECTIONS if section.kind == "materials")


@transaction.atomic
def start(*, applicant: Institution, by, kind: str = Filing.Kind.ESTABLISH) -> Filing:
    """新建草稿. The hospital that files is proposed as the lead, and the bureau follows from it."""
    access.require(by, "edit_filing", applicant)
    filing = Filing(kind=kind, applicant=applicant, lead=applicant, created_by=by)
    set_route(filing)
    filing.save()
    FilingSection.objects.bulk_create(FilingSection(filing=filing, key=section.key) for section in SECTIONS)
    FilingEvent.objects.create(filing=filing, action="start", to_status=filing.status, by=by)
    return filing


def editable(filing_id: int, *, by) -> Filing:
    """The filing as the hospital has written it, locked, that this person may edit now."""
    rows = Filing.objects.select_for_update(of=("self",)).select_related(
        "applicant", "lead__division", "authority__division", "consortium"
    )
    filing = rows.get(pk=filing_id)
    access.require(by, "edit_filing", filing.applicant or "filing")
    if not filing.editable or filing.origin == Filing.Origin.IMPORTED:
        raise Refused(f"备案当前为“{filing.status_label}”，内容不能修改。")
    return filing.as_written()


def set_route(filing: Filing) -> list[str]:
    """Set the bureau that follows from the lead; a change, an end or an approval keeps the one it began with."""
    if filing.kind != Filing.Kind.ESTABLISH:
        return []
    filing.authority = routing.route(filing.lead).authority
    return ["authority"]


def keep(filing: Filing, columns: Sequence[str]) -> None:
    """Save answers that are columns of the filing: on itself, after a submission beside it until the next one."""
    if filing.submissions == 0:
        filing.save(update_fields=[*columns, *clock.set_deadline(filing)])
        return
    said = {name: storable(getattr(filing, name)) for name in columns}
    filing.unsent = {**filing.unsent, **said}
    filing.save(update_fields=["unsent"])


def take_over(filing: Filing) -> list[str]:
    """What was written since the last submission is now submitted; answers the fields to save."""
    written = [*filing.as_written().unsent]
    filing.unsent = {}
    return [*written, "unsent"]


def touch(filing: Filing, key: str, *, by) -> FilingSection:
    """Count a change of a section."""
    section = filing.sections.select_for_update().get(key=key)
    section.version += 1
    section.saved_by, section.saved_at = by, timezone.now()
    section.save(update_fields=["version", "saved_by", "saved_at"])
    unprepare(filing)
    return section


def unprepare(filing: Filing) -> None:
    """What was sent to the signer has changed: it is prepared no longer."""
    if filing.prepared_at:
        filing.prepared_at = filing.prepared_by = None
        filing.save(update_fields=["prepared_at", "prepared_by"])


@transaction.atomic
def save_section(filing_id: int, key: str, values: Mapping[str, Any], *, version: int, by) -> FilingSection:
    """Save the answers of one section. Raises Stale, with the section as it stands, when another save came first."""
    filing = editable(filing_id, by=by)
    section = filing.sections.select_for_update(of=("self",)).select_related("saved_by").get(key=key)
    if section.version != version:
        raise Stale(f"{_saved(section)}已保存过这一部分。", section)
    part = form_of(filing).section(key)
    if part and any(field.key == "consortium_kind" for field in part.fields):
        filing.consortium_kind = values.get("consortium_kind") or filing.consortium_kind
        part = form_of(filing).section(key)  # another kind is asked other questions
    if part is None:
        raise Refused("这件备案不填这一部分。")
    values = {field.key: readable(field, values[field.key]) for field in part.fields if field.key in values}
    columns = {
        field.column: values[field.key] for field in part.fields if field.column and field.key in values
    }
    for column, value in columns.items():
        setattr(filing, column, value)
    kept = {field.key for field in part.fields if not field.column}
    section.content = {**section.content, **{k: storable(v) for k, v in values.items() if k in kept}}
    section.version += 1
    section.saved_by, section.saved_at = by, timezone.now()
    section.save(update_fields=["content", "version", "saved_by", "saved_at"])
    unprepare(filing)
    if columns:
        keep(filing, [*columns, *(set_route(filing) if "lead" in columns else [])])
    return section


def readable(field: Field, value: Any) -> Any:
    """What a person typed without the signs that nobody sees: they turn or hide what stands beside them."""
    if field.kind in ("text", "phone") and isinstance(value, str):
        return named(value)
    return said(value, field.label, field.max_length) if field.kind == "long" and value else value


def _saved(row: FilingSection | FilingMember) -> str:
    """Who saved it last, and when; what was filled in by a start or an update from the register has nobody."""
    return f"{row.saved_by} 在 {timezone.localtime(row.saved_at):%H:%M} " if row.saved_at else "别人刚才"


def storable(value: Any) -> Any:
    """An answer as JSON keeps it."""
    if isinstance(value, date):
        return value.isoformat()
    return getattr(value, "pk", value)


# -- Members ------------------------------------------------------------------------------------------------
def _with_members(filing_id: int, *, by) -> Filing:
    filing = editable(filing_id, by=by)
    if form_of(filing).section(MEMBERS) is None:
        raise Refused("这件备案不涉及成员单位。需要变更成员的，请另行发起成员单位变更。")
    return filing


@transaction.atomic
def add_members(filing_id: int, institutions: Iterable[int], *, by) -> list[FilingMember]:
    """Add institutions that the person may see; those already named are left as they are."""
    filing = _with_members(filing_id, by=by)
    known = set(filing.members.values_list("institution", flat=True))
    found = Institution.objects.visible_to(by).live().filter(pk__in=list(institutions)).order_by("pk")
    if any(institution.pk == filing.lead_id for institution in found):
        raise Refused("牵头医院不列入成员单位。")
    added = FilingMember.objects.bulk_create(
        FilingMember(filing=filing, institution=institution)
        for institution in found
        if institution.pk not in known
    )
    if added:
        touch(filing, MEMBERS, by=by)
    return added


def _member(member_id: int, *, by) -> tuple[Filing, FilingMember]:
    """A member's line and its filing, locked; the line may have been taken off while this waited for the filing."""
    filing = _with_members(FilingMember.objects.get(pk=member_id).filing_id, by=by)
    return filing, FilingMember.objects.select_related("institution", "saved_by").get(pk=member_id)


@transaction.atomic
def save_member(member_id: int, values: Mapping[str, Any], *, version: int, by) -> FilingMember:
    """Change a member's line. Raises Stale, with the line as it stands, when another save came first."""
    filing, member = _member(member_id, by=by)
    if member.version != version:
        raise Stale(f"{_saved(member)}已保存过“{member}”这一行。", member)
    for name, value in values.items():
        setattr(member, name, named(value) if isinstance(value, str) else value)
    member.version += 1
    member.saved_by, member.saved_at = by, timezone.now()
    try:
        with transaction.atomic():
            member.save(update_fields=[*values, "version", "saved_by", "saved_at"])
    except IntegrityError:
        raise Refused("退出日期不能早于加入日期。") from None
    touch(filing, MEMBERS, by=by)
    return member


@transaction.atomic
def remove_member(member_id: int, *, by, version: int | None = None) -> None:
    """Take a member off the list; not a line that has been written anew since the person saw it."""
    filing, member = _member(member_id, by=by)
    if version is not None and member.version != version:
        raise Stale(f"{_saved(member)}改过“{member}”这一行，没有移除。核对后仍要移除的，再移除一次。", member)
    member.delete()
    touch(filing, MEMBERS, by=by)
