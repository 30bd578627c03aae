"""Writes rows of the workbook into the register: create what is new, fill in what was unknown, leave the rest.

A blank cell says nothing, so it never erases; a row that contradicts what stands in the register becomes a
decision and overwrites nothing. Every function answers "create", "update" or "unchanged".
"""

import datetime as dt

from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone

from filing import clock
from filing.imports.rows import ConsortiumRow, CredentialRow, MemberRow
from filing.models import Filing
from registry.models import Consortium, Credential, Lead, Membership

CREATE, UPDATE, UNCHANGED = "create", "update", "unchanged"
NOON = dt.time(12)
_PLAIN = ("founded_on", "approved_on", "registered_on", "closed_on", "specialty", "authority")


def _fill(record, values: dict) -> list[str]:
    """Set what the sheet says and the record does not say yet; the names of the fields changed."""
    changed = [
        name for name, value in values.items() if value not in (None, "") and getattr(record, name) != value
    ]
    for name in changed:
        setattr(record, name, values[name])
    return changed


# -- 医联体 --------------------------------------------------------------------------------------------------
def write_consortium(read: ConsortiumRow, *, by) -> tuple[Consortium | None, str]:
    """The consortium of a row with its lead and its filing; None when a decision keeps the row out."""
    values = {name: getattr(read, name) for name in _PLAIN} | read.values | {"local_kind": read.local_kind}
    consortium = _existing(read)
    if consortium is None:
        consortium = Consortium(name=read.name, kind=read.kind, division=read.division)
        _fill(consortium, values)
        consortium.save()
        outcome = CREATE
    elif consortium.kind != read.kind:
        read.row.decide(
            "kind",
            "kind-conflict",
            f"名录中“{read.name}”的类型是{consortium.get_kind_display()}，与表中不同。",
            "请核对；确需改变类型的，走变更备案。",
        )
        return None, UNCHANGED
    else:
        outcome = _update(consortium, values)
    lead = _write_lead(consortium, read)
    filing = _write_filing(consortium, read, by) if read.row.ok else UNCHANGED
    if not read.row.ok:
        return None, UNCHANGED
    if outcome == UNCHANGED and (lead, filing) != (UNCHANGED, UNCHANGED):
        outcome = UPDATE
    return consortium, outcome


def _existing(read: ConsortiumRow) -> Consortium | None:
    named = Consortium.objects.filter(name=read.name, division=read.division).order_by("-closed_on", "-pk")
    return named.filter(closed_on=None).first() or named.first()


def _update(record, values: dict) -> str:
    changed = _fill(record, values)
    if not changed:
        return UNCHANGED
    if hasattr(record, "version"):
        record.version += 1
        changed.append("version")
    record.save(update_fields=changed)
    return UPDATE


def _write_lead(consortium: Consortium, read: ConsortiumRow) -> str:
    name, code = read.company
    if read.lead is None and not name:
        return UNCHANGED
    held = consortium.leads.order_by("-during").first()
    if held is None:
        during = DateRange(consortium.founded_on, consortium.closed_on)
        if during.lower and during.lower == during.upper:
            during = DateRange(None, during.upper)
        Lead.objects.create(
            consortium=consortium, institution=read.lead, company_name=name, company_code=code, during=during
        )
        return CREATE
    if (held.institution, held.company_name) == (read.lead, name):
        return UNCHANGED
    read.row.decide(
        "lead",
        "lead-conflict",
        f"名录中“{read.name}”的牵头单位是“{held}”，与表中不同。",
        "请核对；牵头单位确已更换的，走变更备案。",
    )
    return UNCHANGED


def _write_filing(consortium: Consortium, read: ConsortiumRow, by) -> str:
    """A row with 备案日期 is a registered filing, one with 首次提交日期 alone is submitted and undecided."""
    if not read.registered_on and not read.first_submitted_on:
        return UNCHANGED
    filings = Filing.objects.filter(consortium=consortium, kind=Filing.Kind.ESTABLISH)
    filing = filings.order_by("pk").first()
    if filing is not None and filing.origin == Filing.Origin.ONLINE:
        read.row.warn("registered_on", "filed-online", "该医联体已在线备案，表中的备案信息没有导入。")
        return UNCHANGED
    created = filing is None
    if created:
        filing = Filing(consortium=consortium, origin=Filing.Origin.IMPORTED, created_by=by)
    changed = _fill(filing, _filing_values(consortium, read))
    if _number_taken(filing, read) or not (changed or created):
        return UNCHANGED
    clock.set_deadline(filing)
    if not created:
        filing.version += 1
    filing.save()
    return CREATE if created else UPDATE


def _filing_values(consortium: Consortium, read: ConsortiumRow) -> dict:
    submitted = read.first_submitted_on
    moment = timezone.make_aware(dt.datetime.combine(submitted, NOON)) if submitted else None
    return {
        "status": Filing.Status.REGISTERED if read.registered_on else Filing.Status.SUBMITTED,
        "name": consortium.name,
        "consortium_kind": consortium.kind,
        "lead": read.lead,
        "authority": read.authority,
        "founded_on": consortium.founded_on,
        "first_submitted_at": moment,
        "submitted_at": moment,
        "registered_on": read.registered_on,
        "registration_number": read.registration_number,
    }


def _number_taken(filing: Filing, read: ConsortiumRow) -> bool:
    if not read.registration_number or filing.authority is None:
        return False
    others = Filing.objects.filter(authority=filing.authority, registration_number=read.registration_number)
    other = others.exclude(pk=filing.pk).first()
    if other is None:
        return False
    read.row.note(
        "registration_number",
        "number-taken",
        f"备案编号“{read.registration_number}”已用于“{other}”。",
        "同一备案机关的编号不能重复，请核对。",
    )
    return True


# -- 成员单位 -------------------------------------------------------------------------------------------------
def write_member(read: MemberRow, consortium: Consortium) -> str:
    """The membership of a row. Without 加入日期 it begins with the consortium."""
    joined = read.joined_on or consortium.founded_on
    after = read.left_on + dt.timedelta(days=1) if read.left_on else None
    if joined and after and after <= joined:
        read.row.note(
            "left_on", "dates-out-of-order", f"退出日期早于医联体成立日期 {joined}。", "请核对两个日期。"
        )
        return UNCHANGED
    during = DateRange(joined, after)
    if consortium.leads.filter(institution=read.institution, during__overlap=during).exists():
        read.row.warn(
            "institution",
            "lead-as-member",
            f"“{read.institution}”是本医联体的牵头单位，列为成员予以保留，但不计入成员单位的家数和类别。",
        )
    held = Membership.objects.filter(
        consortium=consortium, institution=read.institution, during__overlap=during
    )
    rows = list(held.order_by("during")[:2])
    if not rows:
        Membership.objects.create(
            consortium=consortium,
            institution=read.institution,
            role=read.role,
            during=during,
            remote_enabled_on=read.remote_enabled_on,
        )
        return CREATE
    if len(rows) > 1 or (read.joined_on and rows[0].during.lower != joined):
        read.row.decide(
            "institution",
            "membership-overlap",
            f"“{read.institution}”在“{consortium}”中已有期间重叠的成员记录（{_said(rows[0].during)}）。",
            "请核对加入、退出日期。",
        )
        return UNCHANGED
    values = {
        "role": read.role if read.row.shown("role").strip() else "",
        "remote_enabled_on": read.remote_enabled_on,
    }
    if read.left_on:
        values["during"] = DateRange(rows[0].during.lower, after)
    return _update(rows[0], values)


def _said(during: DateRange) -> str:
    last = during.upper - dt.timedelta(days=1) if during.upper else None
    return f"{during.lower or '起始不详'} 至 {last or '今'}"


# -- 专科资质 -------------------------------------------------------------------------------------------------
def write_credential(read: CredentialRow) -> str:
    """A key specialty of an institution; the same subject, level and kind is the same credential."""
    text = "" if read.subject else read.subject_text
    values = {"society_level": read.society_level, "society_post": read.society_post}
    held = Credential.objects.filter(
        institution=read.institution,
        subject=read.subject,
        subject_text=text,
        level=read.level,
        kind=read.kind,
    ).first()
    if held is not None:
        return _update(held, values)
    Credential.objects.create(
        institution=read.institution,
        subject=read.subject,
        subject_text=text,
        level=read.level,
        kind=read.kind,
        **values,
    )
    return CREATE
