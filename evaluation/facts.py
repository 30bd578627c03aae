"""Facts that only the evaluation knows (考核事实): of campaigns themselves, and added to consortia and places."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from django.utils import timezone

from evaluation.models import Campaign, Grade, Indicator, IndicatorValue, Participant, Scheme
from grids.facts import DivisionFacts
from registry.facts import ConsortiumFacts
from registry.facts.evaluation import EvaluationFacts, SchemeFacts
from registry.facts.institutions import places
from registry.facts.reach import of_levels, reach_of
from registry.policy.subjects import facts_of


@facts_of("evaluation")
@dataclass(frozen=True, slots=True)
class CampaignFacts:
    """年度考核: how many take part, and by provision how many of them have reported what measures it."""

    id: int | None = None
    name: str = ""
    year: int = 0
    ancestry: tuple[str, ...] = ()
    participants: int = 0
    reported: Mapping[str, int] = field(default_factory=dict)
    schemes: tuple[SchemeFacts, ...] = ()
    evaluations: tuple[EvaluationFacts, ...] = ()


def campaign_facts(ids: Iterable[int], as_of: date) -> list[CampaignFacts]:
    """Facts of one batch of campaigns, in the order of the ids; a fixed number of queries."""
    ids = list(ids)
    rows = Campaign.objects.select_related("authority__division", "authority__management_area__host").in_bulk(
        ids
    )
    schemes = _schemes(row.scheme_id for row in rows.values())
    taking_part = Counter(
        Participant.objects.filter(campaign__in=ids).order_by().values_list("campaign_id", flat=True)
    )
    measured = defaultdict(set)
    indicators = Indicator.objects.filter(scheme__in=schemes).exclude(provision="").order_by("pk")
    for scheme, provision, pk in indicators.values_list("scheme_id", "provision", "pk"):
        measured[scheme, provision].add(pk)
    filled = Counter(
        IndicatorValue.objects.filter(participant__campaign__in=ids)
        .order_by()
        .values_list("participant__campaign_id", "indicator_id")
    )
    return [
        CampaignFacts(
            id=pk,
            name=rows[pk].title,
            year=rows[pk].year,
            ancestry=places(_place(rows[pk].authority).path),
            participants=taking_part[pk],
            reported={
                provision: min(filled[pk, indicator] for indicator in measuring)
                for (scheme, provision), measuring in measured.items()
                if scheme == rows[pk].scheme_id
            },
            schemes=(schemes[rows[pk].scheme_id],),
        )
        for pk in ids
        if pk in rows
    ]


def _place(authority):
    return authority.division or authority.management_area.host


def _schemes(ids: Iterable[int]) -> dict[int, SchemeFacts]:
    ids = set(ids)
    found = defaultdict(lambda: (set(), set()))
    rows = Indicator.objects.filter(scheme__in=ids).order_by("pk")
    for scheme, provision, group in rows.values_list("scheme_id", "provision", "group"):
        provisions, groups = found[scheme]
        groups.add(group)
        if provision:
            provisions.add(provision)
    columns = Scheme.objects.filter(pk__in=ids).order_by("pk").values_list("pk", "title", "effective_from")
    return {
        pk: SchemeFacts(title, since, tuple(sorted(found[pk][0])), tuple(sorted(found[pk][1])))
        for pk, title, since in columns
    }


def with_evaluations(facts: Sequence[ConsortiumFacts], as_of: date) -> list[ConsortiumFacts]:
    """The same consortia with the yearly evaluations that took them in."""
    rows = Participant.objects.filter(
        consortium__in=[one.id for one in facts if one.id], campaign__year__lte=as_of.year
    )
    found = defaultdict(list)
    for consortium, title, year, published in rows.order_by("campaign__year", "pk").values_list(
        "consortium_id", "campaign__title", "campaign__year", "campaign__published_at"
    ):
        found[consortium].append(EvaluationFacts(title, year, _closed(published, as_of)))
    return [replace(one, evaluations=tuple(found[one.id])) for one in facts]


def _closed(published, as_of: date) -> date | None:
    day = timezone.localdate(published) if published else None
    return day if day and day <= as_of else None


def with_local_evaluations(facts: Sequence[DivisionFacts], as_of: date) -> list[DivisionFacts]:
    """The same places with the evaluations held by their authority or taking in a consortium of theirs."""
    codes = {one.code for one in facts}
    rows = Campaign.objects.filter(year__lte=as_of.year).order_by("year", "pk")
    held = {
        row.pk: row for row in rows.select_related("authority__division", "authority__management_area__host")
    }
    reach = defaultdict(set)
    for campaign, path in (
        Participant.objects.filter(campaign__in=held)
        .order_by()
        .values_list("campaign_id", "consortium__division__path")
        .distinct()
    ):
        for code in codes.intersection(places(path)):
            reach[code].add(campaign)
    own = defaultdict(set)
    for pk, row in held.items():
        own[_place(row.authority).code].add(pk)
    lowest = _lowest(held)
    applying = _applying({code for one in facts for code in one.ancestry}, as_of)
    return [
        replace(
            one,
            evaluations=tuple(
                EvaluationFacts(
                    held[pk].title, held[pk].year, _closed(held[pk].published_at, as_of),
                    pk in own[one.code], lowest.get(pk, ()),
                )
                for pk in sorted(reach[one.code] | own[one.code])
            ),
            schemes=tuple(scheme for code in one.ancestry for scheme in applying.get(code, ())),
        )
        for one in facts
    ]  # fmt: skip


def _lowest(campaigns: Mapping[int, Campaign]) -> dict[int, tuple[str, ...]]:
    """By campaign, those that came out in the last grade of its scheme."""
    last = {}
    for pk, grades in Scheme.objects.filter(pk__in={row.scheme_id for row in campaigns.values()}).values_list(
        "pk", "grades"
    ):
        if grades:
            last[pk] = grades[-1]["name"]
    found = defaultdict(list)
    rows = Grade.objects.filter(participant__campaign__in=campaigns).exclude(name="")
    for campaign, name, grade in rows.order_by("participant__name").values_list(
        "participant__campaign_id", "participant__name", "name"
    ):
        if last.get(campaigns[campaign].scheme_id) == grade:
            found[campaign].append(name)
    return {pk: tuple(names) for pk, names in found.items()}


def _applying(codes: set[str], as_of: date) -> dict[str, list[SchemeFacts]]:
    """Schemes in force by the place that they are for."""
    rows = Scheme.objects.in_force().filter(jurisdiction__in=codes, effective_from__lte=as_of)
    places_of = dict(rows.order_by("pk").values_list("pk", "jurisdiction"))
    found = defaultdict(list)
    for pk, scheme in _schemes(places_of).items():
        found[places_of[pk]].append(scheme)
    return found


reach_of("evaluated_yearly", "scheme_measures", "lowest_grade_noted")(of_levels)
