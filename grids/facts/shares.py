"""Adding to the facts of consortia and institutions what only the grids know (医联体、机构事实中的网格部分)."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from grids.models import GridAssignment, GridUnit, Standing
from registry.facts import ConsortiumFacts, DistrictShareFacts, InstitutionFacts
from registry.facts.reach import belongs_to, reach_of
from registry.gather import composed, gather
from registry.models import Division, Lead


def with_districts(facts: Iterable[ConsortiumFacts], as_of: date) -> list[ConsortiumFacts]:
    """The same consortia with the counties that their grids reach into; one query for a batch of any size."""
    facts = list(facts)
    ids = [one.id for one in facts if one.id]
    rows, size = gather(_held_rows(ids, as_of), _size_rows(ids, as_of))
    townships: dict[int, dict[int, int]] = defaultdict(dict)
    names = {}
    for consortium, division, physical, parent, name in rows:
        townships[consortium][physical or division] = parent
        names[parent] = name
    known = defaultdict(int, dict(size))
    return [replace(one, districts=_shares(townships[one.id], names, known)) for one in facts]


@composed("consortia", "as_of")
def _held_rows(consortia: list[int], as_of: date) -> QuerySet:
    return _townships_held(consortia, as_of).values_list(
        "grid__assignments__consortium", "division", "division__physical_unit", "division__parent",
        "division__parent__name",
    )  # fmt: skip


@composed("consortia", "as_of")
def _size_rows(consortia: list[int], as_of: date) -> QuerySet:
    """How many townships the counties have into which they reach."""
    parents = _townships_held(consortia, as_of).values("division__parent")
    below = Division.objects.on(as_of).filter(parent__in=parents, level=Division.Level.TOWNSHIP)
    # One physical place counts once, under the code that stands for it.
    counted = below.filter(physical_unit__isnull=True).order_by().values("parent")
    return counted.annotate(number=Count("pk")).values_list("parent", "number")


def _townships_held(consortia: list[int], as_of: date) -> QuerySet:
    """The townships in the grids of some consortia on the day."""
    standing = [Standing.IN_FORCE, Standing.CLAIMED]
    return GridUnit.objects.filter(
        grid__assignments__consortium__among=consortia,
        grid__assignments__during__contains=as_of,
        grid__assignments__status__in=standing,
        status__in=standing,
        during__contains=as_of,
        division__in=Division.objects.on(as_of).values("pk"),
    ).order_by("pk")


def _shares(townships: dict[int, int], names: dict[int, str], size) -> tuple[DistrictShareFacts, ...]:
    count = defaultdict(int)
    for parent in townships.values():
        count[parent] += 1
    shares = (DistrictShareFacts(names[pk], size[pk], number) for pk, number in count.items())
    return tuple(sorted(shares, key=lambda share: share.district))


def with_grids_led(facts: dict[int, InstitutionFacts], as_of: date) -> dict[int, InstitutionFacts]:
    """The same institutions; of the consortia that each leads it is said whether they hold a grid. One query."""
    holding = GridAssignment.objects.filter(
        consortium=OuterRef("consortium"), during__contains=as_of
    ).exclude(status=Standing.DISMISSED)
    leads = Lead.objects.filter(Exists(holding), institution__among=list(facts), during__contains=as_of)
    led = set(leads.order_by().values_list("institution_id", "consortium__name"))
    told = dict(facts)
    for pk in {pk for pk, _ in led}:
        services = (replace(s, holds_grid=s.leads and (pk, s.consortium) in led) for s in facts[pk].services)
        told[pk] = replace(facts[pk], services=tuple(services))
    return told


@reach_of("leads_no_grid")
def _reach_of_leads_no_grid(params, inside: Q, day: date) -> Q:
    return belongs_to(params["affiliations"])
