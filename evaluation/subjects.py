"""What rules are about (检查对象): for each kind of subject, which there are in an area and how their facts are read.

A kind of subject is one `Source`; a new kind is added to `SOURCES` and needs nothing else here.
"""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce

from evaluation.areas import EVERYWHERE, Area
from evaluation.facts import campaign_facts, with_evaluations, with_local_evaluations
from evaluation.models import Campaign
from filing.registered import filing_facts
from grids.facts import division, grid
from grids.facts.divisions import division_facts
from grids.facts.grids import grid_facts
from grids.facts.shares import with_districts, with_grids_led
from grids.models import Grid
from registry.facts import NotRead, consortium, institution
from registry.facts.consortia import consortium_facts
from registry.facts.facilities import facility_facts
from registry.facts.institutions import places
from registry.facts.reach import within_reach
from registry.facts.services import served_facts
from registry.facts.waivers import with_waivers
from registry.models import Consortium, Division, Institution, PlannedFacility
from registry.policy.book import BoundRule, RuleBook
from registry.policy.check import find_check
from registry.policy.engine import Judgement, judge

Given = TypeVar("Given")
Parts = frozenset[str] | None  # the parts of the facts that matter; None: all
Reach = Callable[[Iterable[BoundRule], Area, dt.date], Q | None]

# Subjects judged in one transaction. Each is locked in it: a server as it comes has room for 6,400 locks in all.
BATCH = 1000
# Codes that stand between a municipality and its districts and are no places of their own.
PLACEHOLDERS = ("直辖占位",)


@dataclass(frozen=True, slots=True)
class Subject:
    """One subject as lists and findings name it; `code` tells namesakes apart, `path` says which rules bind it."""

    id: int
    name: str
    code: str
    division_id: int
    path: str
    consortium_id: int | None = None
    kind: str = ""

    @property
    def ancestry(self) -> tuple[str, ...]:
        """Codes of its place and of all above it."""
        return places(self.path)


@dataclass(frozen=True)
class Source:
    """How one kind of subject is found, named and read; each call costs a fixed number of queries.

    `read` gives whole facts, or where it is told the parts that matter, those alone. A kind that has no such parts is
    always read whole.
    """

    subject: str
    inside: Callable[[Area, dt.date], QuerySet]
    named: Callable[[QuerySet], dict[int, Subject]]
    read: Callable[..., Iterable[tuple[int, Any]]]
    in_parts: bool = False
    reach: Reach | None = None  # outside of it every rule says NA
    obliged: Callable[[QuerySet, dt.date], QuerySet] | None = None  # those that have duties; None: all
    shown_as: str = ""
    path: str = "division__path"

    @property
    def reported(self) -> str:
        """The kind of subject under which results are reported: a filing's on its consortium."""
        return self.shown_as or self.subject

    def describe(self, ids: Sequence[int], day: dt.date) -> dict[int, Subject]:
        """Those of the subjects that are there on a day and have duties, by id."""
        rows = self.inside(EVERYWHERE, day).filter(pk__among=ids).order_by("pk")
        return self.named(self.obliged(rows, day) if self.obliged else rows)

    def ids(self, area: Area, day: dt.date) -> list[int]:
        """Ids of the subjects in an area on a day, place by place."""
        return list(self.inside(area, day).values_list("pk", flat=True))


def left_out(known: frozenset[str], parts: Parts) -> frozenset[str]:
    """Those of the known parts of some facts that need not be read."""
    return frozenset() if parts is None else known - parts


# -- Consortia ----------------------------------------------------------------------------------------------
def consortia_in(area: Area, day: dt.date) -> QuerySet:
    """Registered consortia of an area that exist on a day."""
    rows = Consortium.objects.filter(area.condition("division")).active_on(day)
    return rows.order_by("division__path", "pk")


def describe_consortia(rows: QuerySet) -> dict[int, Subject]:
    """Consortia by id; the division's code tells namesakes apart."""
    return {
        pk: Subject(pk, name, code, division, path, pk, kind)
        for pk, name, code, division, path, kind in rows.values_list(
            "pk", "name", "division__code", "division", "division__path", "kind"
        )
    }


def read_consortia(ids: Sequence[int], day: dt.date, parts: Parts = None) -> Iterator[tuple[int, Any]]:
    """Facts of the consortia, with their ids."""
    out = left_out(consortium.PARTS, parts)
    facts = consortium_facts(ids, day, left_out=out)
    if "districts" not in out:
        facts = with_districts(facts, day)
    if "evaluations" not in out:
        facts = with_evaluations(facts, day)
    return ((one.id, one) for one in facts)


# -- Institutions -------------------------------------------------------------------------------------------
def institutions_in(area: Area, day: dt.date) -> QuerySet:
    """Institutions of an area that had been founded by a day."""
    rows = Institution.objects.live().filter(area.condition("division", path="area_path")).founded_by(day)
    return rows.order_by("area_path", "pk")


def open_institutions(rows: QuerySet, day: dt.date) -> QuerySet:
    """Those open on a day: of one that is 筹建, 停业 or 注销 no document asks anything."""
    return rows.open_on(day)


def describe_institutions(rows: QuerySet) -> dict[int, Subject]:
    """Institutions by id; the credit code or licence number tells namesakes apart."""
    return {
        pk: Subject(pk, name, uscc or licence or place, division, path)
        for pk, name, uscc, licence, place, division, path in rows.values_list(
            "pk", "name", "uscc", "licence_number", "division__code", "division", "division__path"
        )
    }


def read_institutions(ids: Sequence[int], day: dt.date, parts: Parts = None) -> Iterator[tuple[int, Any]]:
    """Facts of the institutions, with their ids."""
    out = left_out(institution.PARTS, parts)
    facts = with_grids_led(served_facts(ids, day, left_out=out), day).items()
    return with_waivers("institution", facts, ids, day)


def reach_of_institutions(rules: Iterable[BoundRule], area: Area, day: dt.date) -> Q | None:
    """Institutions of the area of which any of the rules may say anything else than NA."""
    return within_reach(rules, area.condition("division", path="area_path"), day)


# -- Grids --------------------------------------------------------------------------------------------------
def grids_in(area: Area, day: dt.date) -> QuerySet:
    """Grids of an area that have begun by a day; an abolished grid is still told to be so."""
    begun = Q(during__startswith__isnull=True) | Q(during__startswith__lte=day)
    return Grid.objects.filter(begun, area.condition("division")).order_by("division__path", "name", "pk")


def describe_grids(rows: QuerySet) -> dict[int, Subject]:
    """Grids by id; the division's code tells namesakes apart."""
    return {
        pk: Subject(pk, name, code, division, path)
        for pk, name, code, division, path in rows.values_list(
            "pk", "name", "division__code", "division", "division__path"
        )
    }


def read_grids(ids: Sequence[int], day: dt.date, parts: Parts = None) -> Iterator[tuple[int, Any]]:
    """Facts of the grids, with their ids."""
    facts = ((one.id, one) for one in grid_facts(ids, day, left_out=left_out(grid.PARTS, parts)))
    return with_waivers("grid", facts, ids, day)


# -- Places -------------------------------------------------------------------------------------------------
def divisions_in(area: Area, day: dt.date) -> QuerySet:
    """Provinces, cities and counties of an area on a day; a province's placeholder for its districts is none."""
    places = Division.objects.on(day).filter(area.condition("")).exclude(level=Division.Level.TOWNSHIP)
    return places.exclude(kind__in=PLACEHOLDERS).order_by("path", "pk")


def describe_divisions(rows: QuerySet) -> dict[int, Subject]:
    """Places by id, with their codes."""
    columns = rows.values_list("pk", "name", "code", "path")
    return {pk: Subject(pk, name, code, pk, path) for pk, name, code, path in columns}


def read_divisions(ids: Sequence[int], day: dt.date, parts: Parts = None) -> Iterator[tuple[int, Any]]:
    """Facts of the places, with their ids."""
    out = left_out(division.PARTS, parts)
    facts = division_facts(ids, day, left_out=out)
    if not {"evaluations", "schemes"} <= out:
        facts = with_local_evaluations(facts, day)
    return with_waivers("division", ((one.id, one) for one in facts), ids, day)


def reach_of_divisions(rules: Iterable[BoundRule], area: Area, day: dt.date) -> Q | None:
    """Places of the area of which any of the rules may say anything else than NA."""
    return within_reach(rules, area.condition(""), day)


# -- Planned facilities -------------------------------------------------------------------------------------
def facilities_in(area: Area, day: dt.date) -> QuerySet:
    """Planned facilities of an area."""
    return PlannedFacility.objects.filter(area.condition("division")).order_by("division__path", "name", "pk")


def describe_facilities(rows: QuerySet) -> dict[int, Subject]:
    """Planned facilities by id; the document that plans them tells namesakes apart."""
    columns = rows.values_list("pk", "name", "document__code", "division", "division__path")
    return {pk: Subject(pk, name, code, division, path) for pk, name, code, division, path in columns}


def read_facilities(ids: Sequence[int], day: dt.date) -> Iterator[tuple[int, Any]]:
    """Facts of the facilities, with their ids."""
    facts = ((one.id, one) for one in facility_facts(ids))
    return with_waivers("planned_facility", facts, ids, day)


# -- Yearly evaluations -------------------------------------------------------------------------------------
def campaigns_in(area: Area, day: dt.date) -> QuerySet:
    """Yearly evaluations held by the authorities of an area, up to the year of a day."""
    held_in = area.condition("authority__division") | area.condition("authority__management_area__host")
    place = Coalesce("authority__division__path", "authority__management_area__host__path")
    rows = Campaign.objects.filter(held_in, year__lte=day.year).annotate(place_path=place)
    return rows.order_by("authority__path", "year", "pk")


def describe_campaigns(rows: QuerySet) -> dict[int, Subject]:
    """Yearly evaluations by id, with their year."""
    columns = rows.values_list(
        "pk", "title", "year", "authority__division", "authority__management_area__host", "place_path"
    )
    return {
        pk: Subject(pk, title, str(year), place or host, path)
        for pk, title, year, place, host, path in columns
    }


def read_campaigns(ids: Sequence[int], day: dt.date) -> Iterator[tuple[int, Any]]:
    """Facts of the evaluations, with their ids."""
    return ((facts.id, facts) for facts in campaign_facts(ids, day))


SOURCES = (
    Source("consortium", consortia_in, describe_consortia, read_consortia, in_parts=True),
    Source("filing", consortia_in, describe_consortia, filing_facts, shown_as="consortium"),
    Source(
        "institution",
        institutions_in,
        describe_institutions,
        read_institutions,
        in_parts=True,
        reach=reach_of_institutions,
        obliged=open_institutions,
        path="area_path",
    ),
    Source("grid", grids_in, describe_grids, read_grids, in_parts=True),
    Source(
        "division",
        divisions_in,
        describe_divisions,
        read_divisions,
        in_parts=True,
        reach=reach_of_divisions,
        path="path",
    ),
    Source("planned_facility", facilities_in, describe_facilities, read_facilities),
    Source("evaluation", campaigns_in, describe_campaigns, read_campaigns, path="place_path"),
)
BY_SUBJECT = {source.subject: source for source in SOURCES}


def judged(
    source: Source, ids: Sequence[int], book: RuleBook, day: dt.date
) -> Iterator[tuple[Subject, list[Judgement]]]:
    """Every subject of a batch with what each of its rules says about it on the day.

    Where no rule is about this kind of subject, nothing is read.
    """
    known = source.describe(ids, day)
    bound = [pk for pk in ids if pk in known and book.decided_for(known[pk].ancestry, day, source.subject)]
    ancestries = {known[pk].ancestry for pk in bound}
    rules = {rule.id: rule for one in ancestries for rule in book.decided_for(one, day, source.subject)}
    judging = partial(_judged_by, book=book, day=day)
    for pk, found in given(source, bound, day, rules.values(), judging):
        yield known[pk], found


def _judged_by(facts: Any, *, book: RuleBook, day: dt.date) -> list[Judgement]:
    return list(judge([facts], book, day))


def given(
    source: Source,
    ids: Sequence[int],
    day: dt.date,
    rules: Iterable[BoundRule],
    judging: Callable[[Any], Given],
) -> Iterator[tuple[int, Given]]:
    """What a judging by these rules gives for each subject.

    Only the parts are read that the checks of the rules declare. A subject of which a check asks for more, a member's
    name for one, is read once more with it.
    """
    asked = (find_check(rule.spec.check) for rule in rules)
    parts = frozenset[str]().union(*(check.reads for check in asked if check))
    while ids:
        again, missing = [], set()
        for pk, facts in source.read(ids, day, parts) if source.in_parts else source.read(ids, day):
            try:
                found = judging(facts)
            except NotRead as more:
                again.append(pk)
                missing.add(more.part)
            else:
                yield pk, found
        if missing <= parts and again:
            raise LookupError(f"{source.subject} {again}: not read although asked for: {sorted(missing)}")
        ids, parts = again, parts | missing


def namesakes(source: Source, ids: Sequence[int], day: dt.date) -> set[str]:
    """Names that more than one of the subjects bears."""
    counted = Counter(
        subject.name
        for start in range(0, len(ids), 5000)
        for subject in source.describe(ids[start : start + 5000], day).values()
    )
    return {name for name, number in counted.items() if number > 1}


def batches(ids: Sequence[int], size: int = BATCH) -> Iterator[Sequence[int]]:
    """The ids in runs of at most `size`."""
    return (ids[start : start + size] for start in range(0, len(ids), size))
