"""A filing as facts (备案件的事实): what checks judge, made from the rows of the form.

A draft gives the same dataclasses as a registered consortium, so that the same rules judge both. What the filer
declares counts as accepted or rejected once the reviewer has said so.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from django.utils import timezone

from filing import clock, materials, routing
from filing.facts import FilingFacts, MaterialFacts
from filing.form import ancestry, form_of
from filing.models import Filing, FilingMember, ReviewMark
from registry.facts import (
    ConsortiumFacts,
    DeclarationFacts,
    InstitutionFacts,
    LeadFacts,
    MemberFacts,
    WaiverFacts,
)
from registry.facts.consortia import consortium_facts
from registry.facts.institutions import credentials_of, institution_facts, places, rosters_of
from registry.facts.links import communities_led_by
from registry.models import Consortium, TreatmentSubject

D = ReviewMark.Decision


def subjects(
    filing: Filing, as_of: date, marks: Mapping[str, ReviewMark], accepted: Mapping[str, bool]
) -> tuple:
    """The consortium that the filing describes, and the filing itself.

    A change is judged by the consortium as it would then be; the rules about filing a new one do not bind it. An end
    is judged by no rule, a prior approval by those about the consortium.
    """
    if filing.kind == Filing.Kind.CLOSE:
        return ()
    members = list(filing.members.order_by("pk"))
    ids = {member.institution_id for member in members} | set(filter(None, [filing.lead_id]))
    institutions = institution_facts(ids)
    waivers = tuple(_waiver(mark) for mark in marks.values() if mark.decision == D.WAIVED)
    if filing.origin == Filing.Origin.IMPORTED and filing.consortium_id:
        registered = consortium_facts([filing.consortium_id], as_of)
        return (*registered, _filing(filing, as_of, members, institutions, waivers))
    if filing.kind == Filing.Kind.CHANGE:
        return (_after_change(filing, as_of, members, institutions, waivers, accepted),)
    proposed = _consortium(filing, as_of, members, institutions, waivers, accepted)
    if filing.kind == Filing.Kind.APPROVAL:
        return (proposed,)
    return (
        proposed,
        _filing(filing, as_of, members, institutions, waivers),
    )


def _consortium(
    filing: Filing,
    as_of: date,
    members: list[FilingMember],
    institutions: Mapping[int, InstitutionFacts],
    waivers: tuple[WaiverFacts, ...],
    accepted: Mapping[str, bool],
) -> ConsortiumFacts:
    contents = contents_of(filing)
    content = contents.get("A", {})
    subject = TreatmentSubject.objects.filter(pk=content.get("specialty") or "").first()
    lead = institutions.get(filing.lead_id)
    county = lead.county if lead else ""
    division = filing.lead.division if filing.lead else None
    credentials = credentials_of([filing.lead_id])[filing.lead_id] if filing.lead_id else ()
    rosters = rosters_of([county]) if filing.consortium_kind == Consortium.Kind.COUNTY_COMMUNITY else {}
    return ConsortiumFacts(
        name=filing.name,
        kind=filing.consortium_kind,
        scope=content.get("scope") or "",
        specialty_code=subject.code if subject else "",
        specialty_name=subject.name if subject else "",
        specialty_text=content.get("specialty_text") or "",
        specialty_focus=content.get("specialty_focus") or "",
        closeness=content.get("closeness") or "",
        founded_on=filing.founded_on,
        approved_on=filing.approval.registered_on if filing.approval else None,
        council_chair=contents.get("D", {}).get("council_chair") or "",
        ancestry=places(division.path) if division else (),
        county=county,
        county_is_urban=division.kind == "市辖区" if division and division.code == county else None,
        lead=LeadFacts(lead, credentials=credentials) if lead else LeadFacts(),
        members=tuple(
            MemberFacts(institutions[m.institution_id], m.role, m.remote_enabled_on)
            for m in members
            if _belongs_on(m, as_of) and m.institution_id != filing.lead_id
        ),
        roster=rosters.get(county),
        declarations=_declarations(filing, contents, accepted),
        waivers=waivers,
        partners=_partners(filing, members, as_of),
    )


def _after_change(
    filing: Filing,
    as_of: date,
    members: list[FilingMember],
    institutions: Mapping[int, InstitutionFacts],
    waivers: tuple[WaiverFacts, ...],
    accepted: Mapping[str, bool],
) -> ConsortiumFacts:
    """The registered consortium with what the change says in place of what stands."""
    (registered,) = consortium_facts([filing.consortium.pk], as_of)
    said = _consortium(filing, as_of, members, institutions, waivers, accepted)
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


def _belongs_on(member: FilingMember, day: date) -> bool:
    """The last day belongs to the membership; without a date it begins with the consortium."""
    return (member.joined_on is None or member.joined_on <= day) and (
        member.left_on is None or day <= member.left_on
    )


def _partners(filing: Filing, members: list[FilingMember], as_of: date) -> tuple:
    if filing.consortium_kind != Consortium.Kind.URBAN_RURAL_LINK:
        return ()
    parties = {member.institution_id for member in members} | {filing.lead_id}
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


def _filing(filing: Filing, as_of: date, members, institutions, waivers) -> FilingFacts:
    read = clock.read(filing)
    attached = list(materials.current(filing))
    return FilingFacts(
        id=filing.pk,
        name=filing.name,
        kind=filing.consortium_kind,
        scope=contents_of(filing).get("A", {}).get("scope") or "",
        ancestry=ancestry(filing),
        origin=filing.origin,
        lead=institutions.get(filing.lead_id),
        authority=filing.authority.code if filing.authority else "",
        authority_name=filing.authority.short_name if filing.authority else "",
        lead_bureaus=routing.local_bureaus(filing.lead) if filing.lead else (),
        filed_by=filing.applicant_id,
        filed_by_name=str(filing.applicant or ""),
        founded_on=filing.founded_on,
        submitted_on=read.submitted_on,
        accepted_on=filing.registered_on,
        due=clock.due_facts(read, as_of),
        materials=tuple(MaterialFacts(kind) for kind in sorted({material.kind for material in attached})),
        form_generated=filing.origin == Filing.Origin.ONLINE,
        uncovered=_uncovered(attached, members, institutions),
        private=tuple(
            institutions[m.institution_id].name
            for m in members
            if m.role == "member" and institutions[m.institution_id].ownership == "private"
        ),
        waivers=waivers,
        calendar_version=read.due.calendar_version if read.due else "",
    )


def _uncovered(
    attached, members: list[FilingMember], institutions: Mapping[int, InstitutionFacts]
) -> tuple[str, ...]:
    """Members that no agreement covers: one signed by several covers all, one of a single member only that one."""
    agreements = [material for material in attached if material.kind == "agreement"]
    if not agreements or any(material.covers_id is None for material in agreements):
        return ()
    covered = {material.covers_id for material in agreements}
    return tuple(institutions[m.institution_id].name for m in members if m.institution_id not in covered)
