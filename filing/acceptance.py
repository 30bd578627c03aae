"""What a registration writes into the register (备案入册): consortium, lead, members and facts, all or nothing."""

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from filing.models import Filing, ReviewMark
from filing.sections import SECTIONS
from registry.errors import Refused
from registry.models import Consortium, Declaration, Lead, Membership, Waiver


def write(filing: Filing, *, by) -> Consortium:
    """Enter the consortium of a registered filing; called inside the registering transaction."""
    if filing.origin == Filing.Origin.IMPORTED:
        return _confirm(filing)
    contents = {section.key: section.content for section in filing.sections.all()}
    consortium = _consortium(filing, contents["A"], contents["D"])
    Lead.objects.create(consortium=consortium, institution=filing.lead, during=(filing.founded_on, None))
    Membership.objects.bulk_create(_membership(filing, member, consortium) for member in filing.members.all())
    marks = {mark.provision: mark for mark in filing.marks.all()}
    _declarations(filing, consortium, contents, marks, by)
    _waivers(consortium, marks, by)
    filing.consortium = consortium
    return consortium


def _confirm(filing: Filing) -> Consortium:
    """An imported consortium is in the register already; only its 备案日期 is new."""
    consortium = Consortium.objects.select_for_update(of=("self",)).get(pk=filing.consortium_id)
    consortium.registered_on = filing.registered_on
    consortium.version += 1
    consortium.save(update_fields=["registered_on", "version"])
    return consortium


def _consortium(filing: Filing, content: dict, governance: dict) -> Consortium:
    division = filing.lead.division
    if Consortium.objects.filter(name=filing.name, division=division, closed_on=None).exists():
        raise Refused(
            f"{division}已有名为“{filing.name}”的医联体，不能重复备案。如为同一医联体，请办理变更。"
        )
    try:
        with transaction.atomic():
            return _create(filing, content, governance)
    except IntegrityError:  # registered by somebody else since we looked
        raise Refused(f"{division}已有名为“{filing.name}”的医联体，不能重复备案。") from None


def _create(filing: Filing, content: dict, governance: dict) -> Consortium:
    return Consortium.objects.create(
        name=filing.name,
        kind=filing.consortium_kind,
        scope=content.get("scope") or "",
        specialty_id=content.get("specialty") or None,
        specialty_text=content.get("specialty_text") or "",
        specialty_focus=content.get("specialty_focus") or "",
        closeness=content.get("closeness") or "",
        council_chair=governance.get("council_chair") or "",
        division=filing.lead.division,
        authority=filing.authority,
        founded_on=filing.founded_on,
        registered_on=filing.registered_on,
        is_demo=filing.lead.is_demo,
    )


def _membership(filing: Filing, member, consortium: Consortium) -> Membership:
    """The last day belongs to a membership, so the stored end is the day after (readings A39)."""
    end = member.left_on + timedelta(days=1) if member.left_on else None
    return Membership(
        consortium=consortium,
        institution_id=member.institution_id,
        role=member.role,
        during=(member.joined_on or filing.founded_on, end),
        remote_enabled_on=member.remote_enabled_on,
    )


def _declarations(filing: Filing, consortium: Consortium, contents: dict, marks: dict, by) -> None:
    now = timezone.now()
    rows = []
    for section in SECTIONS:
        for field in section.fields_for(filing.consortium_kind):
            value = contents.get(section.key, {}).get(field.key)
            if not field.declares or not value:
                continue
            decision = next((marks[clause].decision for clause in field.clauses if clause in marks), "")
            state = _state(decision)
            decided = state != Declaration.State.DECLARED
            rows.append(
                Declaration(
                    consortium=consortium,
                    key=field.declares,
                    value=value,
                    evidence=f"备案 {filing.case_number}",
                    state=state,
                    decided_by=by if decided else None,
                    decided_at=now if decided else None,
                )
            )
    Declaration.objects.bulk_create(rows)


def _state(decision: str) -> str:
    if decision == ReviewMark.Decision.MET:
        return Declaration.State.ACCEPTED
    return (
        Declaration.State.REJECTED if decision == ReviewMark.Decision.NOT_MET else Declaration.State.DECLARED
    )


def _waivers(consortium: Consortium, marks: dict, by) -> None:
    Waiver.objects.bulk_create(
        Waiver(
            provision=mark.provision,
            consortium=consortium,
            reason=mark.note,
            document=mark.document,
            granted_by=mark.by,
            granted_on=timezone.localdate(mark.at),
        )
        for mark in marks.values()
        if mark.decision == ReviewMark.Decision.WAIVED
    )


def take_back(filing: Filing, *, by) -> None:
    """Undo the entry: the consortium then exists on no day; its rows remain in the audit and in the frozen version."""
    consortium = Consortium.objects.select_for_update().get(pk=filing.consortium_id)
    later = consortium.filings.exclude(pk=filing.pk).exclude(status=Filing.Status.WITHDRAWN)
    if later.exists():
        raise Refused("这家医联体已有后续备案，不能撤销。请办理终止。")
    consortium.memberships.all().delete()
    consortium.leads.all().delete()
    consortium.declarations.all().delete()
    consortium.closed_on, consortium.registered_on = consortium.founded_on, None
    consortium.save(update_fields=["closed_on", "registered_on"])
