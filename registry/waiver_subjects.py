"""For whom a rule can be lifted (豁免对象): every kind of subject that rules judge, as the register names it.

An app above declares its own kinds from its AppConfig.ready (grids: 网格). A filing is judged with its consortium.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, Q, QuerySet

from registry import access
from registry.models import Consortium, Division, Institution, PlannedFacility
from registry.policy.subjects import SUBJECTS

CONSORTIUM = "consortium"


@dataclass(frozen=True)
class LiftableKind:
    """One kind: the records that are there on a day, and through which field they stand in a place."""

    subject: str
    model: type[Model]
    there: Callable[[dt.date], QuerySet]
    place: str = "division"

    @property
    def word(self) -> str:
        """机构, 网格 …"""
        return SUBJECTS[self.subject]

    def inside(self, user, permission: str, day: dt.date) -> QuerySet:
        """Those of the day in the person's area, with their places, by name."""
        rows = self.there(day).filter(access.area_of(user, permission, prefix=self.place))
        return (rows.select_related(self.place) if self.place else rows).order_by("name", "pk")

    def place_of(self, one: Any) -> Division:
        return getattr(one, self.place) if self.place else one


_kinds: dict[str, LiftableKind] = {}


def declare(kind: LiftableKind) -> None:
    """Called by the app that owns the records when it is ready."""
    _kinds[kind.subject] = kind


def kind_of(subject: str) -> LiftableKind | None:
    """The records that rules about this kind of subject are lifted for; None where there are none to lift them for."""
    return _kinds.get(CONSORTIUM if subject == "filing" else subject)


def kind_of_record(one: Any) -> LiftableKind:
    """The kind that a record belongs to."""
    return next(kind for kind in _kinds.values() if isinstance(one, kind.model))


def declare_own() -> None:
    """The kinds that the registry itself holds."""
    declare(LiftableKind(CONSORTIUM, Consortium, lambda day: Consortium.objects.active_on(day)))
    declare(LiftableKind("institution", Institution, lambda day: Institution.objects.live()))
    places = ~Q(level=Division.Level.TOWNSHIP)
    declare(LiftableKind("division", Division, lambda day: Division.objects.on(day).filter(places), place=""))
    declare(LiftableKind("planned_facility", PlannedFacility, lambda day: PlannedFacility.objects.all()))
