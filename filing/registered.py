"""Reading the filings of registered consortia into facts (已登记医联体的备案事实), for a whole area on any day.

Drafts and filings on their way are read by filing/drafts.py; both give the same facts, so the same rules judge both.
A consortium that has never been filed has facts too: they say so.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from filing import clock
from filing.facts import DueFacts, FilingFacts, MaterialFacts
from filing.models import Filing, Material
from registry import workdays
from registry.facts import InstitutionFacts
from registry.facts.institutions import institution_facts, places
from registry.facts.waivers import waivers_of
from registry.models import Authority, Consortium, Institution, Lead, Membership
from registry.models.division import ManagementAreaDivision
from registry.policy.book import RuleBook
from registry.policy.library import book_on
from registry.workdays import CalendarMissing, WorkCalendar

# The filing that counts: a registration stands before a case on its way, and the newer before the older.
_RANK: dict[str, int] = {Filing.Status.REGISTERED: 2, Filing.Status.REVOKED: 0}
_NEVER_FILED = (Filing.Status.DRAFT, Filing.Status.WITHDRAWN)


def filing_facts(ids: Iterable[int], as_of: date) -> Iterator[tuple[int, FilingFacts]]:
    """Facts about the establishment filing of each consortium by its id; a fixed number of queries for the batch."""
    ids = list(ids)
    rows = Consortium.objects.select_related("division").in_bulk(ids)
    leads = {
        lead.consortium_id: lead
        for lead in Lead.objects.filter(consortium__in=ids, during__contains=as_of).order_by("pk")
    }
    filings = _filings(ids)
    institutions = institution_facts({lead.institution_id for lead in leads.values() if lead.institution_id})
    bureaus = bureaus_of(institutions)
    materials, uncovered = _materials(filings, as_of)
    private = _private(ids, as_of)
    waivers = waivers_of("consortium", ids, as_of)
    book, calendar = book_on(as_of), workdays.current_calendar()
    for pk in ids:
        if pk not in rows:
            continue
        row, filing, lead = rows[pk], filings.get(pk), leads.get(pk)
        institution = institutions.get(lead.institution_id) if lead else None
        submitted = clock.submitted_on(filing) if filing else None
        if filing and min(filter(None, [submitted, filing.registered_on]), default=as_of) > as_of:
            filing = submitted = None  # on that day nothing had been filed
        yield (
            pk,
            FilingFacts(
                id=filing.pk if filing else None, name=row.name, kind=row.kind, scope=row.scope,
                ancestry=places(row.division.path), exists=filing is not None,
                origin=filing.origin if filing else Filing.Origin.ONLINE.value,
                lead=institution, lead_company=lead.company_name if lead else "",
                authority=filing.authority.code if filing and filing.authority else "",
                authority_name=filing.authority.short_name if filing and filing.authority else "",
                lead_bureaus=bureaus.get(institution.id, ()) if institution else (),
                filed_by=filing.applicant_id if filing else None,
                filed_by_name=str(filing.applicant or "") if filing else "",
                founded_on=row.founded_on, submitted_on=submitted, accepted_on=_accepted_on(filing),
                due=_due(row, submitted or as_of, as_of, book, calendar),
                materials=materials[pk], form_generated=filing is not None and filing.origin == Filing.Origin.ONLINE,
                uncovered=uncovered[pk], private=private[pk], waivers=waivers.get(pk, ()), calendar_version=calendar.version,
            ),
        )  # fmt: skip


def _filings(ids: list[int]) -> dict[int, Filing]:
    filings = Filing.objects.filter(consortium__in=ids, kind=Filing.Kind.ESTABLISH).exclude(
        status__in=_NEVER_FILED
    )
    found: dict[int, Filing] = {}
    for filing in filings.select_related("authority", "applicant").order_by("pk"):
        known = found.get(filing.consortium_id)
        if known is None or _RANK.get(filing.status, 1) >= _RANK.get(known.status, 1):
            found[filing.consortium_id] = filing
    return found


def _accepted_on(filing: Filing | None) -> date | None:
    return filing.registered_on if filing and filing.status == Filing.Status.REGISTERED else None


def _due(
    row: Consortium, counted_to: date, as_of: date, book: RuleBook, calendar: WorkCalendar
) -> DueFacts | None:
    rules = book.rules_for(places(row.division.path), as_of)
    rule = next((rule for rule in rules if rule.spec.check == clock.CHECK), None)
    if rule is None or row.founded_on is None:
        return None
    try:
        due = calendar.due_date(row.founded_on, rule.spec.params["workdays"])
        earliest, latest = clock.bounds(due, calendar)
        late = max(1, calendar.workdays_between(due.due, counted_to)) if counted_to > due.due else 0
    except CalendarMissing:
        return None
    return DueFacts(due.due, earliest, latest, late)


def _materials(filings: Mapping[int, Filing], as_of: date) -> tuple[Mapping, Mapping]:
    """Kinds of material by consortium, and the members of the day that no agreement covers."""
    by_filing = {filing.pk: pk for pk, filing in filings.items()}
    kinds, agreements = defaultdict(set), defaultdict(set)
    rows = Material.objects.filter(filing__in=by_filing, removed_at__isnull=True).order_by("pk")
    for filing, kind, covers in rows.values_list("filing_id", "kind", "covers_id"):
        kinds[by_filing[filing]].add(kind)
        if kind == Material.Kind.AGREEMENT:
            agreements[by_filing[filing]].add(covers)
    partial = {pk: covered for pk, covered in agreements.items() if None not in covered}
    uncovered = defaultdict(list)
    members = Membership.objects.filter(
        consortium__in=partial, during__contains=as_of, role=Membership.Role.MEMBER
    )
    for consortium, institution, name in members.order_by("institution__name", "pk").values_list(
        "consortium_id", "institution_id", "institution__name"
    ):
        if institution not in partial[consortium]:
            uncovered[consortium].append(name)
    return (
        defaultdict(tuple, {pk: tuple(MaterialFacts(k) for k in sorted(held)) for pk, held in kinds.items()}),
        defaultdict(tuple, {pk: tuple(names) for pk, names in uncovered.items()}),
    )


def _private(ids: list[int], as_of: date) -> Mapping[int, tuple[str, ...]]:
    """民营成员单位 of the day by consortium, in one query."""
    found = defaultdict(list)
    rows = Membership.objects.filter(
        consortium__in=ids,
        during__contains=as_of,
        role=Membership.Role.MEMBER,
        institution__ownership=Institution.Ownership.PRIVATE,
    )
    for pk, name in rows.order_by("institution__name", "pk").values_list(
        "consortium_id", "institution__name"
    ):
        found[pk].append(name)
    return defaultdict(tuple, {pk: tuple(names) for pk, names in found.items()})


def bureaus_of(institutions: Mapping[int, InstitutionFacts]) -> dict[int, tuple[str, ...]]:
    """Codes of the bureaus of each institution's own county and zone (当地区县卫生健康行政部门), in three queries."""
    counties = {i.county for i in institutions.values() if i.county}
    known = set(
        Authority.objects.filter(
            division__code__in=counties, division__valid_to__isnull=True, level=Authority.Level.COUNTY
        ).values_list("code", "division__code")
    )
    own = {county: code for code, county in known}
    rows = Institution.objects.filter(pk__in=institutions).values_list("pk", "township_id", "division_id")
    places_of = {pk: {place for place in (township, division) if place} for pk, township, division in rows}
    zones = defaultdict(list)
    areas = ManagementAreaDivision.objects.filter(
        division__in={place for held in places_of.values() for place in held}
    )
    for place, code in areas.order_by("area__code").values_list("division_id", "area__authority__code"):
        if code:
            zones[place].append(code)
    return {
        pk: tuple(
            dict.fromkeys(
                [code for place in sorted(places_of.get(pk, ())) for code in zones[place]]
                + ([own[facts.county]] if facts.county in own else [])
            )
        )
        for pk, facts in institutions.items()
    }
