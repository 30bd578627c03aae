"""Reading consortia into facts (读取医联体事实), as they stood on a day.

A fixed number of queries for a batch of any size, and a small one, for single consortia are judged again all day long:
what depends on the consortia alone is gathered by one, what is crossed between consortia (same specialty, links
between city and county) by the next.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Left

from registry.facts.alike import GroupFacts, traits
from registry.facts.consortium import (
    AllianceFacts,
    ConsortiumFacts,
    LeadFacts,
    MemberFacts,
)
from registry.facts.declarations import declaration_rows, declarations_from
from registry.facts.facilities import facilities_from, facility_rows
from registry.facts.institution import InstitutionFacts
from registry.facts.institutions import (
    COLUMNS,
    area,
    credential_values,
    credentials_from,
    facts_of_row,
    places,
    roster_rows,
    rosters_from,
    with_other_names,
)
from registry.facts.links import hospitals_from, led_community_rows, partners_from, party_rows
from registry.facts.waivers import waiver_rows, waivers_from
from registry.gather import composed, day, gather
from registry.models import Consortium, Credential, Lead, Membership

BATCH = 500
COUNTY_PATH = 22  # characters of a path down to the county: /110000/110100/110101/
OF_INSTITUTION = tuple(f"institution__{name}" for name in COLUMNS)
_Kind = Consortium.Kind


def each_consortium(consortia: QuerySet, as_of: date, batch: int = BATCH) -> Iterator[ConsortiumFacts]:
    """Facts of every consortium of a queryset that exists on the day, read and released batch by batch."""
    ids = list(consortia.active_on(as_of).order_by("division__path", "pk").values_list("pk", flat=True))
    for start in range(0, len(ids), batch):
        yield from consortium_facts(ids[start : start + batch], as_of)


def consortium_facts(
    ids: Iterable[int], as_of: date, *, left_out: frozenset[str] = frozenset()
) -> list[ConsortiumFacts]:
    """Facts of one batch, in the order of the ids; ``left_out`` names the parts that need not be read.

    Without members, those that are alike are counted. Of a link between two hospitals the parties are always read.
    """
    grouped = "members" in left_out
    ids = list(ids)
    consortia, leads, members, groups, repeated, credentials, declared, waivers = gather(
        _own_rows(ids),
        _lead_rows(ids, as_of),
        _member_rows(ids, as_of, *([_Kind.URBAN_RURAL_LINK] if grouped else [])),
        _group_rows(ids, as_of) if grouped else None,
        _repeated_rows(ids, as_of) if grouped else None,
        _credential_rows(ids, as_of),
        None if "declarations" in left_out else declaration_rows("consortium", ids),
        waiver_rows("consortium", ids, as_of),
    )
    batch = _Batch(as_of, {row[0]: _Row(*row) for row in consortia}, left_out)
    batch.take_leads(leads)
    batch.take_members(members)
    if grouped:
        batch.take_groups(groups, repeated)
    batch.credentials = credentials_from(credentials)
    batch.declarations = declarations_from(declared, as_of)
    batch.waivers = waivers_from(waivers)
    batch.read_crossings()
    return [batch.facts(pk) for pk in ids if pk in batch.rows]


class _Row(NamedTuple):
    """A consortium's own entry, with what its place says."""

    id: int
    name: str
    kind: str
    scope: str
    specialty_id: str | None
    specialty_name: str | None
    specialty_text: str
    specialty_focus: str
    closeness: str
    founded_on: str | None
    approved_on: str | None
    council_chair: str
    path: str
    place: str
    place_kind: str

    @classmethod
    def columns(cls) -> list[str]:
        elsewhere = {
            "specialty_name": "specialty__name", "path": "division__path", "place": "division__code",
            "place_kind": "division__kind",
        }  # fmt: skip
        return [elsewhere.get(name, name) for name in cls._fields]

    @property
    def market(self) -> str:
        """The city (or municipality) within which a specialty may have one alliance only."""
        codes = places(self.path)
        return area(codes, 1) or area(codes, 0)

    @property
    def market_path(self) -> str:
        """The path of that city."""
        return f"{self.path.partition(f'/{self.market}/')[0]}/{self.market}/"


@composed("ids")
def _own_rows(ids: Sequence[int]) -> QuerySet:
    return Consortium.objects.filter(pk__among=ids).order_by("pk").values_list(*_Row.columns())


def _leading(ids: Sequence[int], as_of: date) -> QuerySet:
    return Lead.objects.filter(consortium__among=ids, during__contains=as_of)


@composed("ids", "as_of")
def _lead_rows(ids: Sequence[int], as_of: date) -> QuerySet:
    rows = with_other_names(_leading(ids, as_of).order_by("pk"), "institution")
    return rows.values_list("consortium_id", "company_name", *OF_INSTITUTION, "names")


@composed("ids", "as_of")
def _credential_rows(ids: Sequence[int], as_of: date) -> QuerySet:
    """专科资质 of the leads."""
    leading = _leading(ids, as_of).order_by().values("institution")
    return credential_values(Credential.objects.filter(institution__in=leading))


@composed("ids", "as_of")
def _member_rows(ids: Sequence[int], as_of: date, *kinds: str) -> QuerySet:
    """The members of the day; of the consortia of some kinds, if any are given."""
    whose: Any = ids
    if kinds:  # found first: of all the members that the others have, none is read
        whose = ArraySubquery(Consortium.objects.filter(pk__among=ids, kind__in=kinds).values("pk"))
    rows = Membership.objects.filter(consortium__among=whose, during__contains=as_of).order_by("pk")
    return with_other_names(rows, "institution").values_list(
        "consortium_id", "role", "remote_enabled_on", *OF_INSTITUTION, "names"
    )


_ALIKE = (
    "consortium_id", "role", "remote_enabled_on", "institution__institution_class_id", "institution__affiliation",
    "institution__ownership", "institution__is_military", "county_path",
)  # fmt: skip


def _placed(ids: Sequence[int], as_of: date) -> QuerySet:
    rows = Membership.objects.filter(consortium__among=ids, during__contains=as_of).order_by()
    return rows.annotate(county_path=Left("institution__area_path", COUNTY_PATH))


@composed("ids", "as_of")
def _group_rows(ids: Sequence[int], as_of: date) -> QuerySet:
    """The members of the day, counted by all in which members of one group are alike; in no order."""
    return _placed(ids, as_of).values(*_ALIKE).annotate(number=Count("pk")).values_list(*_ALIKE, "number")


@composed("ids", "as_of")
def _repeated_rows(ids: Sequence[int], as_of: date) -> QuerySet:
    """Leads that are recorded as members, too, the same way."""
    leads = _leading(ids, as_of).filter(
        consortium=OuterRef("consortium"), institution=OuterRef("institution")
    )
    return _placed(ids, as_of).filter(Exists(leads)).values_list(*_ALIKE)


def _order(row: Sequence[Any]) -> tuple:
    """By the values of _ALIKE, those that are not known last."""
    return tuple([(value is None, value) for value in row])


class _Batch:
    """What the facts of a batch are made of, each part read once."""

    credentials: dict
    declarations: dict
    waivers: dict

    def __init__(self, as_of: date, rows: dict[int, _Row], left_out: frozenset[str]):
        self.as_of, self.rows, self.left_out = as_of, rows, left_out
        self.leads: dict[
            int, tuple[int | None, str]
        ] = {}  # by consortium: the institution, or the company's name
        self.members: dict[int, list[MemberFacts]] = defaultdict(list)
        self.institutions: dict[int, InstitutionFacts] = {}
        self.groups: dict[int, list[GroupFacts]] = {}

    def take_leads(self, rows: Iterable[Sequence[Any]]) -> None:
        for consortium, company, *row in rows:
            if row[0] is not None:
                self.institutions[row[0]] = facts_of_row(row)
            self.leads[consortium] = row[0], company

    def take_members(self, rows: Iterable[Sequence[Any]]) -> None:
        known = self.institutions
        for consortium, role, remote, *row in rows:
            pk = row[0]
            if self.lead_of(consortium) == pk:
                continue  # a lead repeated as a member counts once
            if pk not in known:
                known[pk] = facts_of_row(row)
            self.members[consortium].append(MemberFacts(known[pk], role, day(remote)))

    def take_groups(self, rows: Iterable[Sequence[Any]], repeated: Iterable[Sequence[Any]]) -> None:
        """Members of all but links in their groups; a lead repeated as a member counts once."""
        self.groups = {pk: [] for pk, row in self.rows.items() if row.kind != _Kind.URBAN_RURAL_LINK}
        leads = Counter(map(tuple, repeated))
        for *alike, number in sorted(rows, key=_order):
            consortium, role, remote, *common = alike
            number -= leads.get(tuple(alike), 0) if leads else 0
            if number and consortium in self.groups:
                self.groups[consortium].append(GroupFacts(traits(*common), number, role, day(remote)))

    def lead_of(self, consortium: int) -> int | None:
        """The institution that leads it, if one does."""
        return self.leads[consortium][0] if consortium in self.leads else None

    def read_crossings(self) -> None:
        """What other consortia, the rosters of the counties and the plans of the cities say."""
        self.counties = {pk: self._county(row) for pk, row in self.rows.items()}
        counties = {self.counties[pk] for pk in self._of_kind(_Kind.COUNTY_COMMUNITY)}
        markets = {row.market for row in self.rows.values()}
        cities = {self.rows[pk].market_path for pk in self._of_kind(_Kind.SPECIALTY_ALLIANCE)}
        parties = {
            pk: {self.lead_of(pk), *(member.institution.id for member in self.members[pk])} - {None}
            for pk in self._of_kind(_Kind.URBAN_RURAL_LINK)
        }
        communities = {pk: lead for pk in self._of_kind(_Kind.COUNTY_COMMUNITY) if (lead := self.lead_of(pk))}
        out = self.left_out
        rosters, facilities, others, led, linked = gather(
            None if "roster" in out else roster_rows(counties, self.as_of),
            None if "facilities" in out else facility_rows(markets),
            None if "same_specialty" in out else _alliance_rows(cities, self.as_of),
            None
            if "partners" in out
            else led_community_rows(sorted(set().union(*parties.values())), self.as_of),
            None if "linked_hospitals" in out else party_rows(sorted(communities.values()), self.as_of),
        )
        self.rosters = rosters_from(rosters)
        self.facilities = facilities_from(facilities, markets)
        self.alliances = _alliances(others)
        self.partners = partners_from(led, parties)
        self.hospitals = hospitals_from(linked, communities)

    def _of_kind(self, kind: str) -> list[int]:
        return [pk for pk, row in self.rows.items() if row.kind == kind]

    def _county(self, row: _Row) -> str:
        """The county that it works in: its own place, or that of its lead where it is recorded higher up."""
        lead = self.lead_of(row.id)
        return area(places(row.path), 2) or (self.institutions[lead].county if lead else "")

    def facts(self, pk: int) -> ConsortiumFacts:
        row, county = self.rows[pk], self.counties[pk]
        return ConsortiumFacts(
            id=pk, name=row.name, kind=row.kind, scope=row.scope,
            specialty_code=row.specialty_id or "", specialty_name=row.specialty_name or "",
            specialty_text=row.specialty_text, specialty_focus=row.specialty_focus, closeness=row.closeness,
            founded_on=day(row.founded_on), approved_on=day(row.approved_on), council_chair=row.council_chair,
            ancestry=places(row.path), county=county,
            # Told by its own record, and unknown where only the lead's place is known.
            county_is_urban=row.place_kind == "市辖区" if row.place == county else None,
            lead=self._lead(pk), members=tuple(self.members[pk]),
            roster=self.rosters.get(county), declarations=self.declarations[pk], waivers=self.waivers.get(pk, ()),
            same_specialty=tuple(a for other, a in self.alliances.get(row.market, ()) if other != pk),
            partners=self.partners.get(pk, ()), linked_hospitals=self.hospitals.get(pk, ()),
            facilities=self.facilities.get(row.market, ()),
            grouped=tuple(self.groups[pk]) if pk in self.groups else None,
            unread=tuple(sorted(self.left_out if pk in self.groups else self.left_out - {"members"})),
        )  # fmt: skip

    def _lead(self, pk: int) -> LeadFacts:
        if pk not in self.leads:
            return LeadFacts()
        institution, company = self.leads[pk]
        if institution is None:
            return LeadFacts(company_name=company)
        return LeadFacts(self.institutions[institution], credentials=self.credentials[institution])


def _alliance_rows(cities: Iterable[str], as_of: date) -> QuerySet:
    """Specialty alliances of the day in some cities, given by their paths."""
    reach = Q(pk__in=[])
    for path in cities:
        reach |= Q(division__path__startswith=path)
    rows = Consortium.objects.active_on(as_of).filter(reach, kind=_Kind.SPECIALTY_ALLIANCE)
    return rows.order_by("name", "pk").values_list(*_Row.columns())


def _alliances(rows: Iterable[Sequence[Any]]) -> dict[str, list[tuple[int, AllianceFacts]]]:
    """Alliances by city."""
    found = defaultdict(list)
    for row in (_Row(*values) for values in rows):
        facts = AllianceFacts(row.name, row.specialty_id or "", day(row.approved_on), day(row.founded_on))
        found[row.market].append((row.id, facts))
    return found
