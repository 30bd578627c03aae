"""Links between city hospitals and county communities (城乡医联体), crossed over the whole register.

Each crossing is a query to be gathered and a function that reads its rows.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from registry.facts.institution import LinkFacts
from registry.gather import composed, gather
from registry.models import Consortium, Lead, Membership

_Kind = Consortium.Kind
_INSTITUTION = (
    "institution_id",
    "institution__name",
    "institution__institution_class_id",
    "institution__level",
)
Rows = Iterable[Sequence[Any]]


def communities_led_by(
    parties: Mapping[int, Iterable[int | None]], as_of: date
) -> dict[int, tuple[LinkFacts, ...]]:
    """The county communities that the parties of each link lead on the day; ``parties`` are ids by link."""
    known = {link: set(ids) - {None} for link, ids in parties.items()}
    (rows,) = gather(led_community_rows(sorted(set().union(*known.values())), as_of))
    return partners_from(rows, known)


@composed("leads", "as_of")
def led_community_rows(leads: Sequence[int], as_of: date) -> QuerySet:
    """County communities led by any of the institutions, with their 成员单位 and those of them reached by telemedicine."""
    members = _members(as_of).filter(consortium=OuterRef("consortium")).order_by().values("consortium")
    reached = Count("pk", filter=Q(remote_enabled_on__lte=as_of))
    rows = _leads(as_of, _Kind.COUNTY_COMMUNITY).filter(institution__among=leads)
    return rows.annotate(
        members=Coalesce(Subquery(members.annotate(number=Count("pk")).values("number")), 0),
        remote=Coalesce(Subquery(members.annotate(number=reached).values("number")), 0),
    ).values_list("consortium__name", *_INSTITUTION, "members", "remote")


def partners_from(rows: Rows, parties: Mapping[int, Iterable[int]]) -> dict[int, tuple[LinkFacts, ...]]:
    """By link, the communities that its parties lead; ``parties`` are institutions by link."""
    led = defaultdict(list)
    for consortium, pk, name, class_code, level, members, remote in rows:
        led[pk].append(LinkFacts(consortium, name, class_code or "", level, members, remote))
    return {link: tuple(one for pk in sorted(ids) for one in led[pk]) for link, ids in parties.items()}


class _Party(NamedTuple):
    """An institution that takes part in a link, with the county community that it leads, if it leads one."""

    link: int
    id: int
    name: str
    class_code: str | None
    level: str
    community: int | None
    community_name: str | None

    def fact(self, consortium: str) -> LinkFacts:
        return LinkFacts(consortium, self.name, self.class_code or "", self.level)


@composed("touching", "as_of")
def party_rows(touching: Sequence[int], as_of: date) -> QuerySet:
    """All parties (lead and members) of the urban-rural links in which any of the institutions takes part."""
    leads = _leads(as_of, _Kind.URBAN_RURAL_LINK).filter(institution__isnull=False).order_by()
    links = Consortium.objects.active_on(as_of).filter(kind=_Kind.URBAN_RURAL_LINK)
    members = _members(as_of).filter(consortium__in=links).order_by()
    # Found from the institutions, not from all links or all members of a nation.
    led = Lead.objects.filter(institution__among=touching, during__contains=as_of).order_by()
    joined = _members(as_of).filter(institution__among=touching).order_by()
    touched = Q(consortium__in=led.values("consortium").union(joined.values("consortium")))
    own = _leads(as_of, _Kind.COUNTY_COMMUNITY).filter(institution=OuterRef("institution")).order_by("-pk")
    community = {
        "community": Subquery(own.values("consortium")[:1]),
        "community_name": Subquery(own.values("consortium__name")[:1]),
    }
    columns = ("consortium_id", *_INSTITUTION, *community)
    first, second = (
        rows.filter(touched).annotate(**community).values_list(*columns) for rows in (leads, members)
    )
    return first.union(second)


def hospitals_from(rows: Rows, communities: Mapping[int, int]) -> dict[int, tuple[LinkFacts, ...]]:
    """The city side of the links that each community's lead takes part in; ``communities`` are leads by community.

    A link may join one hospital with several communities: their leads are not each other's city hospital.
    """
    links = _by_link(rows)
    found: dict[int, dict[int, LinkFacts]] = {}
    for community, lead in communities.items():
        sides = [parties for parties in links.values() if lead in parties]
        if sides:
            found[community] = {
                pk: party.fact("")
                for parties in sides
                for pk, party in parties.items()
                if not party.community
            }
    return {community: tuple(one for _, one in sorted(sides.items())) for community, sides in found.items()}


def communities_linked_with(hospitals: Iterable[int], as_of: date) -> dict[int, tuple[LinkFacts, ...]]:
    """The county communities that each hospital is linked with, with the lead of each."""
    wanted = set(hospitals)
    if not wanted:
        return {}
    found: dict[int, dict[int, LinkFacts]] = defaultdict(dict)
    for parties in _by_link(*gather(party_rows(sorted(wanted), as_of))).values():
        for pk in wanted & parties.keys():
            for other in parties.values():
                if other.id != pk and other.community:
                    found[pk][other.community] = other.fact(other.community_name or "")
    return {pk: tuple(link for _, link in sorted(links.items())) for pk, links in found.items()}


def _by_link(rows: Rows) -> dict[int, dict[int, _Party]]:
    """The parties of each link by their id."""
    found: dict[int, dict[int, _Party]] = defaultdict(dict)
    for party in (_Party(*row) for row in rows):
        found[party.link][party.id] = party
    return found


def _leads(as_of: date, kind: str) -> QuerySet:
    active = Consortium.objects.active_on(as_of).filter(kind=kind)
    return Lead.objects.filter(consortium__in=active, during__contains=as_of).order_by("pk")


def _members(as_of: date) -> QuerySet:
    return Membership.objects.filter(during__contains=as_of, role=Membership.Role.MEMBER)
