"""A filing as one value (备案内容): what the workbench and the print page show, and what each submission freezes.

Questions, option texts and the names of institutions are in it as they stood, so that a submission of years ago
prints as the hospital saw it.
"""

from datetime import date, datetime
from typing import Any

from django.utils import timezone

from filing import changes, materials, routing
from filing.answers import in_words, is_blank, raw_value
from filing.fields import Field
from filing.form import form_of
from filing.models import Filing, FilingVersion
from grids.models import Grid
from registry.models import Institution, TreatmentSubject


def describe(filing: Filing) -> dict[str, Any]:
    """Everything that the filing says now, as JSON-able values."""
    form = form_of(filing)
    contents = {section.key: section.content for section in filing.sections.all()}
    grids = _grids(contents.get("A", {}).get("grid_ids") or ())
    subject = TreatmentSubject.objects.filter(pk=contents.get("A", {}).get("specialty") or "").first()
    return {
        "form_version": form.version,
        "title": form.title,
        "kind": filing.kind,
        "kind_label": filing.get_kind_display(),
        "parts": [filing.Part(part).label for part in filing.parts],
        "effective_on": filing.effective_on.isoformat() if filing.effective_on else None,
        "name": filing.name,
        "consortium_kind": filing.consortium_kind,
        "applicant": str(filing.applicant or ""),
        "authority": filing.authority.name if filing.authority else "",
        "route_reason": routing.reason_of(filing),
        "founded_on": filing.founded_on.isoformat() if filing.founded_on else None,
        "sections": [
            {
                "key": section.key,
                "title": section.title,
                "kind": section.kind,
                "fields": [
                    _answer(filing, field, contents.get(section.key, {}), subject, grids)
                    for field in section.fields
                ],
            }
            for section in form.sections
        ],
        "changes": [
            {"label": d.label, "before": d.now, "after": d.after} for d in changes.differences(filing)
        ],
        "lead": institution_card(filing.lead) if filing.lead else None,
        "members": [_member(filing, member) for member in members_of(filing)],
        "materials": [_material(material) for material in materials.current(filing)],
    }


def members_of(filing: Filing):
    return filing.members.select_related("institution__institution_class", "institution__division").order_by(
        "pk"
    )


def _grids(ids) -> dict[int, str]:
    rows = Grid.objects.filter(pk__in=ids).select_related("division").order_by("pk")
    return {grid.pk: f"{grid}（{grid.division.name}）" for grid in rows} if ids else {}


def _answer(filing: Filing, field: Field, content: dict, subject, grids) -> dict[str, Any]:
    value = raw_value(filing, field, content)
    return {
        "key": field.key,
        "label": field.label,
        "clauses": list(field.clauses),
        "value": value,
        "text": _text(filing, field, value, subject, grids),
    }


def _text(filing: Filing, field: Field, value: Any, subject, grids) -> str:
    if not is_blank(value) and field.kind == "institution":
        return str(filing.lead)
    if not is_blank(value) and field.kind == "subject":
        return str(subject or value)
    if not is_blank(value) and field.kind == "grids":
        return "、".join(grids.get(pk, str(pk)) for pk in value)
    return in_words(field, value)


def institution_card(institution: Institution) -> dict[str, Any]:
    """The facts of the register about an institution that a reader of the form needs, in words."""
    return {
        "id": institution.pk,
        "name": institution.name,
        "uscc": institution.uscc,
        "licence_number": institution.licence_number,
        "class": institution.institution_class.name if institution.institution_class else "",
        "level": institution.get_level_display() + institution.get_grade_display(),
        "affiliation": institution.get_affiliation_display(),
        "ownership": institution.get_ownership_display(),
        "military": institution.is_military,
        "division": institution.division.name,
        "legal_representative": institution.legal_representative,
    }


def _member(filing: Filing, member) -> dict[str, Any]:
    since = member.joined_on or _joins_on(filing, member)
    return {
        **institution_card(member.institution),
        "role": member.get_role_display(),
        "joined_on": member.joined_on.isoformat() if member.joined_on else None,
        "since": since.isoformat() if since else None,
        "left_on": member.left_on.isoformat() if member.left_on else None,
        "functions": [member.Function(code).label for code in member.functions],
        "positioning": member.positioning,
        "remote_enabled_on": member.remote_enabled_on.isoformat() if member.remote_enabled_on else None,
    }


def _joins_on(filing: Filing, member) -> date | None:
    """The day on which a member without 加入日期 joins: with the consortium, or with the change that brings it."""
    if filing.kind != Filing.Kind.CHANGE:
        return filing.founded_on
    return None if f"{changes.MEMBER}{member.institution_id}" in filing.base else filing.effective_on


def _material(material) -> dict[str, Any]:
    return {
        "id": material.pk,
        "kind": material.kind,
        "label": material.get_kind_display(),
        "name": material.original_name,
        "size": material.size,
        "pages": material.pages,
        "sha256": material.sha256,
        "version": material.version,
        "content_type": material.content_type,
        "covers": str(material.covers) if material.covers else "",
        "uploaded_on": timezone.localdate(material.uploaded_at).isoformat(),
    }


def freeze(filing: Filing, *, by, at: datetime) -> FilingVersion:
    """Keep what is submitted now."""
    return FilingVersion.objects.create(
        filing=filing,
        number=filing.submissions,
        form_version=form_of(filing).version,
        content=describe(filing),
        submitted_by=by,
        submitted_at=at,
    )


def differences(old: dict, new: dict) -> dict[str, Any]:
    """What changed between two versions: answers by "section.field", members and files that came and went."""
    before = {f"{s['key']}.{f['key']}": f["text"] for s in old["sections"] for f in s["fields"]}
    answers = {
        key: before.get(key, "")
        for s in new["sections"]
        for f in s["fields"]
        if before.get(key := f"{s['key']}.{f['key']}", "") != f["text"]
    }
    return {
        "answers": answers,
        "members_added": _beyond(new["members"], old["members"], "id"),
        "members_removed": _beyond(old["members"], new["members"], "id"),
        "materials_added": _beyond(new["materials"], old["materials"], "id"),
        "materials_removed": _beyond(old["materials"], new["materials"], "id"),
    }


def _beyond(these: list[dict], those: list[dict], key: str) -> list[dict]:
    known = {row[key] for row in those}
    return [row for row in these if row[key] not in known]
