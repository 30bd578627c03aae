"""A filing as facts (备案件的事实): what checks judge, made from the rows of the form.

A draft gives the same dataclasses as a registered consortium, so that the same rules judge both. What the filer
declares counts as accepted or rejected once the reviewer has said so.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from django.utils import timezone

from filing import clock, dossier
from filing.clock import Clock
from filing.dossier import Dossier
from filing.facts import FilingFacts, MaterialFacts
from filing.form import ancestry, form_of
from filing.models import Filing, Material, ReviewMark
from registry.facts import (
    ConsortiumFacts,
    DeclarationFacts,
    LeadFacts,
    MemberFacts,
    WaiverFacts,
)
from registry.facts.consortia import consortium_facts
from registry.facts.institutions import places
from registry.facts.links import communities_led_by
from registry.models import Consortium

D = ReviewMark.Decision


def subjects(
    filing: Filing,
    as_of: date,
    marks: Mapping[str, ReviewMark],
    accepted: Mapping[str, bool],
    contents: Mapping[str, dict],
    timed: Clock | None = None,
) -> tuple:
    """The consortium that the filing describes, and the filing itself.

    A change is judged by the consortium as it would then be; the rules about filing a new one do not bind it. An end
    is judged by no rule, a prior approval by those about the consortium. ``contents`` are the sections as saved,
    ``timed`` the clock where it has been read already.
    """
    if filing.kind == Filing.Kind.CLOSE:
        return ()
    own = dossier.read(filing, contents.get("A", {}).get("specialty") or "", as_of)
    waivers = tuple(_waiver(mark) for mark in marks.values() if mark.decision == D.WAIVED)
    if filing.origin == Filing.Origin.IMPORTED and filing.consortium_id:
        registered = consortium_facts([filing.consortium_id], as_of)
        return (*registered, _filing(filing, as_of, own, contents, waivers, timed))
    if filing.kind == Filing.Kind.CHANGE:
        return (_after_change(filing, as_of, own, contents, waivers, accepted),)
    proposed = replace(
        _consortium(filing, as_of, own, contents, waivers, accepted), partners=_partners(filing, own, as_of)
    )
    if filing.kind == Filing.Kind.APPROVAL:
        return (proposed,)
    return (proposed, _filing(filing, as_of, own, contents, waivers, timed))


def _consortium(
    filing: Filing,
    as_of: date,
    own: Dossier,
    contents: Mapping[str, dict],
    waivers: tuple[WaiverFacts, ...],
    accepted: Mapping[str, bool],
) -> ConsortiumFacts:
    content = contents.get("A", {})
    division = filing.lead.division if filing.lead else None
    county = own.lead.county if own.lead else ""
    return ConsortiumFacts(
        name=filing.name,
        kind=filing.consortium_kind,
        scope=content.get("scope") or "",
        specialty_code=own.specialty_code,
        specialty_name=own.specialty_name,
        specialty_text=content.get("specialty_text") or "",
        specialty_focus=content.get("specialty_focus") or "",
        closeness=content.get("closeness") or "",
        founded_on=filing.founded_on,
        approved_on=own.approved_on,
        council_chair=contents.get("D", {}).get("council_chair") or "",
        ancestry=places(division.path) if division else (),
        county=county,
        county_is_urban=division.kind == "市辖区" if division and division.code == county else None,
        lead=LeadFacts(own.lead, credentials=own.credentials) if own.lead else LeadFacts(),
        members=tuple(
            MemberFacts(member.institution, member.role, member.remote_enabled_on)
            for member in own.members
            if member.belongs_on(as_of) and member.institution.id != filing.lead_id
        ),
        roster=own.roster,
        declarations=_declarations(filing, contents, accepted),
        waivers=waivers,
    )


def _after_change(
    filing: Filing,
    as_of: date,
    own: Dossier,
    contents: Mapping[str, dict],
    waivers: tuple[WaiverFacts, ...],
    accepted: Mapping[str, bool],
) -> ConsortiumFacts:
    """The registered consortium with what the change says in place of what stands."""
    (registered,) = consortium_facts(filter(None, [filing.consortium_id]), as_of)
    said = _consortium(filing, as_of, own, contents, waivers, accepted)
    taken = [name for part in filing.parts for name in OF_PART.get(part, ())]
    declarations = {**registered.declarations, **said.declarations}
    return replace(
        registered,
        **{name: getattr(said, name) for name in taken},
        declarations=declarations,
        waivers=(*registered.waivers, *waivers),
    )


P = Filing.Part
OF_PART: dict[str, tuple[str, ...]] = {
    P.NAME: ("name",),
    P.LEAD: ("lead", "ancestry", "county", "county_is_urban"),
    P.MEMBERS: ("members",),
    P.GRIDS: ("specialty_focus",),
    P.GOVERNANCE: ("closeness", "council_chair"),
}


def contents_of(filing: Filing) -> dict[str, dict]:
    return {section.key: section.content for section in filing.sections.all()}


def _partners(filing: Filing, own: Dossier, as_of: date) -> tuple:
    if filing.consortium_kind != Consortium.Kind.URBAN_RURAL_LINK:
        return ()
    parties = {member.institution.id for member in own.members} | {filing.lead_id}
    return communities_led_by({filing.pk: parties}, as_of)[filing.pk]


def declared(filing: Filing, contents: Mapping[str, dict]) -> dict[str, Any]:
    """What the hospital has declared, by the key of the fact."""
    return {
        field.declares: value
        for section in form_of(filing).sections
        for field in section.fields
        if field.declares and (value := contents.get(section.key, {}).get(field.key))
    }


def _declarations(filing: Filing, contents: Mapping[str, dict], accepted: Mapping[str, bool]) -> dict:
    return {
        key: DeclarationFacts(
            value="、".join(value) if isinstance(value, list) else str(value),
            evidenced=True,
            accepted=accepted.get(key),
        )
        for key, value in declared(filing, contents).items()
    }


def _waiver(mark: ReviewMark) -> WaiverFacts:
    return WaiverFacts(
        rule=mark.provision,
        reason=mark.note,
        granted_by=mark.approver,
        granted_on=timezone.localdate(mark.at),
        document=mark.document,
    )


def _filing(
    filing: Filing,
    as_of: date,
    own: Dossier,
    contents: Mapping[str, dict],
    waivers: tuple[WaiverFacts, ...],
    timed: Clock | None,
) -> FilingFacts:
    read = timed or clock.read(filing)
    return FilingFacts(
        id=filing.pk,
        name=filing.name,
        kind=filing.consortium_kind,
        scope=contents.get("A", {}).get("scope") or "",
        ancestry=ancestry(filing),
        origin=filing.origin,
        lead=own.lead,
        authority=filing.authority.code if filing.authority else "",
        authority_name=filing.authority.short_name if filing.authority else "",
        lead_bureaus=own.lead_bureaus,
        filed_by=filing.applicant_id,
        filed_by_name=str(filing.applicant or ""),
        founded_on=filing.founded_on,
        submitted_on=read.submitted_on,
        accepted_on=filing.registered_on,
        due=clock.due_facts(read, as_of),
        materials=tuple(MaterialFacts(kind) for kind in sorted({kind for kind, _ in own.files})),
        form_generated=filing.origin == Filing.Origin.ONLINE,
        uncovered=_uncovered(own),
        private=tuple(
            member.institution.name
            for member in own.members
            if member.role == "member" and member.institution.ownership == "private"
        ),
        waivers=waivers,
        calendar_version=read.due.calendar_version if read.due else "",
    )


def _uncovered(own: Dossier) -> tuple[str, ...]:
    """Members that no agreement covers: one signed by several covers all, one of a single member only that one."""
    covered = {covers for kind, covers in own.files if kind == Material.Kind.AGREEMENT}
    if not covered or None in covered:
        return ()
    return tuple(member.institution.name for member in own.members if member.institution.id not in covered)
