"""What a hospital has declared, as the register keeps it (申报事实入册)."""

from django.utils import timezone

from filing.form import form_of
from filing.models import Filing, ReviewMark
from registry.models import Consortium, Credential, Declaration

CREDENTIAL = (
    "credential_level",
    "credential_kind",
    "credential_year",
    "leader_name",
    "society_level",
    "society_post",
)


def write_declarations(filing: Filing, consortium: Consortium, *, by) -> None:
    """Enter or renew the declarations that this filing asks for, each with the reviewer's decision."""
    contents = {section.key: section.content for section in filing.sections.all()}
    marks = {mark.provision: mark for mark in filing.marks.all()}
    now = timezone.now()
    for section in form_of(filing).sections:
        for field in section.fields:
            value = contents.get(section.key, {}).get(field.key)
            if not field.declares:
                continue
            known = consortium.declarations.filter(key=field.declares)
            if not value:
                known.delete()
                continue
            if known.filter(value=value).exists():
                continue
            decision = next((marks[clause].decision for clause in field.clauses if clause in marks), "")
            state = _state(decision)
            decided = state != Declaration.State.DECLARED
            Declaration.objects.update_or_create(
                consortium=consortium,
                key=field.declares,
                defaults={
                    "value": value,
                    "evidence": f"备案 {filing.case_number}",
                    "state": state,
                    "decided_by": by if decided else None,
                    "decided_at": now if decided else None,
                },
            )


def _state(decision: str) -> str:
    if decision == ReviewMark.Decision.MET:
        return Declaration.State.ACCEPTED
    return (
        Declaration.State.REJECTED if decision == ReviewMark.Decision.NOT_MET else Declaration.State.DECLARED
    )


def write_credential(filing: Filing) -> None:
    """Enter the lead's key specialty and its leader's post (专科资质), where the form asks for them."""
    contents = {section.key: section.content for section in filing.sections.all()}
    said = {name: contents.get("B", {}).get(name) or "" for name in CREDENTIAL}
    if form_of(filing).find("B", "credential_level") is None or not said["credential_level"]:
        return
    about = contents.get("A", {})
    subject = about.get("specialty") or None
    Credential.objects.update_or_create(
        institution=filing.lead,
        subject_id=subject,
        subject_text="" if subject else about.get("specialty_text") or "",
        level=said["credential_level"],
        kind=said["credential_kind"],
        defaults={
            "year": said["credential_year"] or None,
            "leader": said["leader_name"],
            "society_level": said["society_level"],
            "society_post": said["society_post"],
        },
    )
