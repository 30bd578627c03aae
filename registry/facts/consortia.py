"""Reading consortia into facts (读取医联体事实), as they stood on a day.

A fixed number of queries for a batch of any size: what is crossed between consortia (same specialty, links between
city and county) is read for the whole batch as well.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date

from django.db.models import Q, QuerySet

from registry.facts.consortium import (
    AllianceFacts,
    ConsortiumFacts,
    LeadFacts,
    MemberFacts,
    WaiverFacts,
)
from registry.facts.declarations import declarations_of
from registry.facts.facilities import facilities_of
from registry.facts.institutions import area, credentials_of, institution_facts, places, rosters_of
from registry.facts.links import communities_led_by, hospitals_linked_with
from registry.models import Consortium, Lead, Membership, Waiver

BATCH = 500


def each_consortium(consortia: QuerySet, as_of: date, batch: int = BATCH) -> Iterator[ConsortiumFacts]:
    """Facts of every consortium of a queryset that exists on the day, read and released batch by batch."""
    ids = list(consortia.active_on(as_of).order_by("division__path", "pk").values_list("pk", flat=True))
    for start in range(0, len(ids), batch):
        yield from consortium_facts(ids[start : start + batch], as_of)


def consortium_facts(ids: Iterable[int], as_of: date) -> list[ConsortiumFacts]:
    """Facts of one batch, in the order of the ids."""
    ids = list(ids)
    rows = Consortium.objects.select_related("division", "specialty").in_bulk(ids)
    leads = {
        lead.consortium_id: lead
        for lead in Lead.objects.filter(consortium__in=ids, during__contains=as_of).order_by("pk")
    }
    members = defaultdict(list)
    for row in Membership.objects.filter(consortium__in=ids, during__contains=as_of).order_by("pk"):
        lead = leads.get(row.consortium_id)
        if (
            lead is None or lead.institution_id != row.institution_id
        ):  # a lead repeated as a member counts once
            members[row.consortium_id].append(row)
    led_by = {lead.institution_id for lead in leads.values() if lead.institution_id}
    parties = led_by | {row.institution_id for listed in members.values() for row in listed}
    institutions = institution_facts(parties)
    shared = _Shared(ids, rows, leads, members, led_by, institutions, as_of)
    return [_facts(rows[pk], leads.get(pk), members[pk], institutions, shared) for pk in ids if pk in rows]


class _Shared:
    """What the facts of a batch are completed with, each part read once."""

    def __init__(self, ids, rows, leads, members, led_by, institutions, as_of: date):
        self.credentials = credentials_of(led_by)
        self.declarations = declarations_of("consortium", ids, as_of)
        self.waivers = waivers_of(ids, as_of)
        self.facilities = facilities_of({_market(row) for row in rows.values()})
        self.counties = {pk: _county(rows[pk], leads.get(pk), institutions) for pk in rows}
        self.rosters = rosters_of(
            county
            for pk, county in self.counties.items()
            if rows[pk].kind == Consortium.Kind.COUNTY_COMMUNITY
        )
        self.alliances = _alliances(rows.values(), as_of)
        links = {
            pk: {row.institution_id for row in members[pk]}
            | {leads[pk].institution_id if pk in leads else None}
            for pk in rows
            if rows[pk].kind == Consortium.Kind.URBAN_RURAL_LINK
        }
        self.partners = communities_led_by(links, as_of)
        communities = {
            pk: leads[pk].institution_id
            for pk in rows
            if rows[pk].kind == Consortium.Kind.COUNTY_COMMUNITY and pk in leads
        }
        self.hospitals = hospitals_linked_with(communities, as_of)


def _facts(row: Consortium, lead: Lead | None, members, institutions, shared: _Shared) -> ConsortiumFacts:
    county = shared.counties[row.pk]
    return ConsortiumFacts(
        id=row.pk, name=row.name, kind=row.kind, scope=row.scope,
        specialty_code=row.specialty_id or "", specialty_name=row.specialty.name if row.specialty else "",
        specialty_text=row.specialty_text, specialty_focus=row.specialty_focus, closeness=row.closeness,
        founded_on=row.founded_on, approved_on=row.approved_on, council_chair=row.council_chair,
        ancestry=places(row.division.path), county=county, county_is_urban=_urban(row, county),
        lead=_lead(lead, institutions, shared.credentials),
        members=tuple(
            MemberFacts(institutions[m.institution_id], m.role, m.remote_enabled_on) for m in members
        ),
        roster=shared.rosters.get(county), declarations=shared.declarations[row.pk],
        waivers=shared.waivers.get(row.pk, ()),
        same_specialty=tuple(a for pk, a in shared.alliances.get(_market(row), ()) if pk != row.pk),
        partners=shared.partners.get(row.pk, ()), linked_hospitals=shared.hospitals.get(row.pk, ()),
        facilities=shared.facilities.get(_market(row), ()),
    )  # fmt: skip


def _lead(lead: Lead | None, institutions, credentials) -> LeadFacts:
    if lead is None:
        return LeadFacts()
    if lead.institution_id is None:
        return LeadFacts(company_name=lead.company_name)
    return LeadFacts(institutions[lead.institution_id], credentials=credentials[lead.institution_id])


def _county(row: Consortium, lead: Lead | None, institutions) -> str:
    """The county that it works in: its own place, or that of its lead where it is recorded higher up."""
    own = area(places(row.division.path), 2)
    return own or (institutions[lead.institution_id].county if lead and lead.institution_id else "")


def _urban(row: Consortium, county: str) -> bool | None:
    """Whether the county is a 市辖区; told by its own record, and unknown where only the lead's place is known."""
    return row.division.kind == "市辖区" if row.division.code == county else None


def _market(row: Consortium) -> str:
    """The city (or municipality) within which a specialty may have one alliance only."""
    codes = places(row.division.path)
    return area(codes, 1) or area(codes, 0)


def _alliances(rows, as_of: date) -> dict[str, list[tuple[int, AllianceFacts]]]:
    """Specialty alliances of the day in the cities of the batch, by city."""
    markets = {_market(row) for row in rows if row.kind == Consortium.Kind.SPECIALTY_ALLIANCE}
    if not markets:
        return {}
    reach = Q()
    for code in markets:
        reach |= Q(division__path__contains=f"/{code}/")
    found = defaultdict(list)
    alliances = Consortium.objects.active_on(as_of).filter(reach, kind=Consortium.Kind.SPECIALTY_ALLIANCE)
    for a in alliances.select_related("division").order_by("name", "pk"):
        facts = AllianceFacts(a.name, a.specialty_id or "", a.approved_on, a.founded_on)
        found[_market(a)].append((a.pk, facts))
    return found


def waivers_of(ids: Iterable[int], as_of: date) -> dict[int, tuple[WaiverFacts, ...]]:
    """豁免 in force on a day by consortium, in one query."""
    found = defaultdict(list)
    rows = Waiver.objects.filter(consortium__in=ids).holding_on(as_of)
    for w in rows.select_related("granted_by").order_by("pk"):
        found[w.consortium_id].append(
            WaiverFacts(
                w.provision,
                w.reason,
                w.official,
                w.granted_on,
                w.document,
                w.until,
                w.replaced or {},
                w.kind,
            )
        )
    return {pk: tuple(listed) for pk, listed in found.items()}
