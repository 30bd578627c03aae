"""Whom a check can concern at all (检查所及): a condition on institutions, or on places, outside of which it answers NA.

A register holds a million institutions, and of nearly all of them every rule says 不适用. A check that is told here
needs to read only the subjects within its reach; one that is not told reads them all. A condition may let too
many in, never too few: a test judges those outside as well.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q

from registry.checks.common import GRID_KINDS, plain
from registry.facts.kinds import CLASSES
from registry.models import Consortium, Institution, InstitutionName, Lead, Membership
from registry.policy.book import BoundRule

Condition = Callable[[Mapping[str, Any], Q, date], Q]

_conditions: dict[str, Condition] = {}


def reach_of(*checks: str) -> Callable[[Condition], Condition]:
    """Register what gives the reach of these checks from a rule's parameters, a condition on places and a day."""

    def register(condition: Condition) -> Condition:
        _conditions.update(dict.fromkeys(checks, condition))
        return condition

    return register


def within_reach(rules: Iterable[BoundRule], inside: Q, day: date) -> Q | None:
    """Subjects of which any of the rules may say something else than NA; None: nobody can be left out."""
    reached = Q(pk__in=[])
    for rule in rules:
        condition = _conditions.get(rule.spec.check)
        if condition is None or (rule.pack.is_undated and rule.spec.decides_lateness):
            return None
        if rule.spec.kinds or rule.spec.scope:  # a blank kind or scope is answered before the check
            return None
        reached |= condition(rule.spec.params, inside, day)
    return reached


def belongs_to(affiliations: Iterable[str]) -> Q:
    """隶属关系 is one of these, or blank."""
    return Q(affiliation__in=["", *affiliations])


def may_be_hospital() -> Q:
    """医院, or of no known class."""
    found = Q(institution_class=None)
    for prefix in CLASSES["hospital"]:
        found |= Q(institution_class__code__startswith=prefix)
    return found


@reach_of(
    "declared",
    "declared_choices",
    "declared_figures",
    "declared_days",
    "facilities_completed",
    "facility_modes",
)
def of_levels(params: Mapping[str, Any], inside: Q, day: date) -> Q:
    """Places of the levels for which the rule is made; of any level where it names none."""
    return Q(level__in=params["levels"]) if params["levels"] else Q()


@reach_of("named_lead_leads", "remote_hospitals_joined")
def _named(params: Mapping[str, Any], inside: Q, day: date) -> Q:
    wanted = {
        plain(str(name)) for entry in params["named"] for name in (entry["name"], *entry.get("also", ()))
    }
    here = Institution.objects.live().filter(inside)
    names = [*here.order_by().values_list("pk", "name")]
    names += (
        InstitutionName.objects.filter(institution__in=here).order_by().values_list("institution_id", "name")
    )
    return Q(pk__in={pk for pk, name in names if plain(name) in wanted})


@reach_of("leads_kind", "has_partnership")
def _hospitals(params: Mapping[str, Any], inside: Q, day: date) -> Q:
    return may_be_hospital() & belongs_to(params["affiliations"])


@reach_of("by_reference")
def _referred(params: Mapping[str, Any], inside: Q, day: date) -> Q:
    found = Q()
    if params["affiliations"]:
        found &= may_be_hospital() & belongs_to(params["affiliations"])
    if params["levels"]:
        found &= Q(level__in=["", *params["levels"]])
    return found


@reach_of("several_memberships")
def _several(params: Mapping[str, Any], inside: Q, day: date) -> Q:
    # Asked of each institution of the area: counted over all, a nation's memberships would be read for every province.
    # Hardly any has a second membership of any day at all, which an index tells; only of these few more is looked up.
    every = Membership.objects.filter(institution=OuterRef("pk")).order_by()
    joined = every.filter(during__contains=day, role=Membership.Role.MEMBER, consortium__kind__in=GRID_KINDS)
    return Q(Exists(every[1:2])) & Q(Exists(joined[1:2]))


@reach_of("joins_wider")
def _joined(params: Mapping[str, Any], inside: Q, day: date) -> Q:
    rows = Membership.objects.filter(consortium__kind__in=params["kinds"], during__contains=day)
    return Q(pk__in=rows.order_by().values("institution"))


@reach_of("linked_communities_at_most")
def _linked(params: Mapping[str, Any], inside: Q, day: date) -> Q:
    link = {"consortium__kind": Consortium.Kind.URBAN_RURAL_LINK, "during__contains": day}
    return Q(pk__in=Membership.objects.filter(**link).order_by().values("institution")) | Q(
        pk__in=Lead.objects.filter(**link, institution__isnull=False).order_by().values("institution")
    )
