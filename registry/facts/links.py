"""Links between city hospitals and county communities (城乡医联体), crossed over the whole register."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

from django.db.models import Count, Q

from registry.facts.institution import LinkFacts
from registry.models import Consortium, Institution, Lead, Membership

_Kind = Consortium.Kind


def communities_led_by(
    parties: Mapping[int, Iterable[int | None]], as_of: date
) -> dict[int, tuple[LinkFacts, ...]]:
    """The county communities that the parties of each link lead on the day; ``parties`` are ids by link."""
    wanted = {pk for ids in parties.values() for pk in ids if pk}
    if not wanted:
        return {}
    led = defaultdict(list)
    rows = list(_leads(as_of, _Kind.COUNTY_COMMUNITY).filter(institution__in=wanted))
    reached = _members_reached([lead.consortium_id for lead in rows], as_of)
    for lead in rows:
        members, remote = reached[lead.consortium_id]
        link = replace(_link(lead.consortium.name, lead.institution), members=members, remote=remote)
        led[lead.institution_id].append(link)
    return {
        link: tuple(one for pk in sorted(filter(None, ids)) for one in led[pk])
        for link, ids in parties.items()
    }


def hospitals_linked_with(
    communities: Mapping[int, int | None], as_of: date
) -> dict[int, tuple[LinkFacts, ...]]:
    """The city side of the links that each community's lead takes part in; ``communities`` are lead ids.

    A link may join one hospital with several communities: their leads are not each other's city hospital.
    """
    by_lead = {lead: community for community, lead in communities.items() if lead}
    if not by_lead:
        return {}
    parties = _parties(by_lead, as_of)
    others = {i.pk for listed in parties.values() for i in listed}
    leads = _leads(as_of, _Kind.COUNTY_COMMUNITY).filter(institution__in=others)
    rural = set(leads.values_list("institution", flat=True))
    found = defaultdict(dict)
    for listed in parties.values():
        for institution in listed:
            if community := by_lead.get(institution.pk):
                found[community] |= {other.pk: _link("", other) for other in listed if other.pk not in rural}
    return {community: tuple(link for _, link in sorted(links.items())) for community, links in found.items()}


def communities_linked_with(hospitals: Iterable[int], as_of: date) -> dict[int, tuple[LinkFacts, ...]]:
    """The county communities that each hospital is linked with, with the lead of each."""
    wanted = set(hospitals)
    if not wanted:
        return {}
    parties = _parties(wanted, as_of)
    others = {i.pk for listed in parties.values() for i in listed}
    led = {
        lead.institution_id: lead
        for lead in _leads(as_of, _Kind.COUNTY_COMMUNITY).filter(institution__in=others)
    }
    found = defaultdict(dict)
    for listed in parties.values():
        for institution in listed:
            if institution.pk not in wanted:
                continue
            for other in listed:
                if other.pk != institution.pk and (lead := led.get(other.pk)):
                    found[institution.pk][lead.consortium_id] = _link(lead.consortium.name, other)
    return {pk: tuple(link for _, link in sorted(links.items())) for pk, links in found.items()}


def _members_reached(communities: list[int], as_of: date) -> dict[int, tuple[int, int]]:
    """By community: its 成员单位 on the day, and how many of them are reached by telemedicine."""
    rows = Membership.objects.filter(
        consortium__in=communities, during__contains=as_of, role=Membership.Role.MEMBER
    )
    reached = Count("pk", filter=Q(remote_enabled_on__lte=as_of))
    counted = rows.order_by().values_list("consortium_id").annotate(members=Count("pk"), remote=reached)
    return defaultdict(lambda: (0, 0), {pk: (members, remote) for pk, members, remote in counted})


def _leads(as_of: date, kind: str):
    active = Consortium.objects.active_on(as_of).filter(kind=kind)
    rows = Lead.objects.filter(consortium__in=active, during__contains=as_of)
    return rows.select_related("consortium", "institution").order_by("pk")


def _parties(touching: Iterable[int], as_of: date) -> dict[int, list[Institution]]:
    """All parties (lead and members) of the urban-rural links in which any of the institutions takes part."""
    touching = set(touching)
    links = _leads(as_of, _Kind.URBAN_RURAL_LINK)
    rows = Membership.objects.filter(
        consortium__in=Consortium.objects.active_on(as_of).filter(kind=_Kind.URBAN_RURAL_LINK),
        during__contains=as_of,
        role=Membership.Role.MEMBER,
    )
    parties = defaultdict(dict)
    for row in [*links.filter(institution__isnull=False), *rows.select_related("institution").order_by("pk")]:
        parties[row.consortium_id][row.institution_id] = row.institution
    return {
        pk: [listed[i] for i in sorted(listed)] for pk, listed in parties.items() if touching & listed.keys()
    }


def _link(consortium: str, institution: Institution) -> LinkFacts:
    return LinkFacts(consortium, institution.name, institution.institution_class_id or "", institution.level)
