"""What a change of places touches (区划变更的影响), found in every app's models, and how each follows.

A foreign key to a place follows to the main heir unless the app that owns it says otherwise with `register`.
Apps above the registry declare their own followers from their AppConfig.ready.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.apps import apps
from django.db import models
from django.db.models import Count

from registry.divisions.plan import Plan
from registry.errors import Refused
from registry.models import Division


@dataclass(frozen=True)
class Effect:
    """How many records of a kind a change touches, and what happens to them."""

    label: str
    count: int
    what: str


@dataclass(frozen=True)
class Follower:
    """One kind of record: `count` says how many a plan touches, `follow(plan, placed, by)` carries them over.

    `placed` gives the stored division of each Begun of the plan.
    """

    model: str
    field: str
    what: str
    count: Callable[[Plan], int]
    follow: Callable[[Plan, dict, object], None]


_followers: dict[tuple[str, str], Follower] = {}
# The places' own structure, which `apply` writes itself.
_OWN = {
    ("registry.Division", "parent"),
    ("registry.Division", "physical_unit"),
    ("registry.DivisionSuccession", "old"),
    ("registry.DivisionSuccession", "new"),
    ("registry.DivisionChangePlace", "division"),
}


def register(follower: Follower) -> None:
    """Declare how records of one foreign key follow; the last declaration counts."""
    _followers[follower.model, follower.field] = follower


def leave(model: str, field: str, what: str = "保持原记录") -> Follower:
    """Records of the past that keep the place as it was."""
    return Follower(model, field, what, lambda plan: 0, lambda plan, placed, by: None)


def references(target: type[models.Model]) -> list[models.Field]:
    """Every foreign key of every app to a model, hidden and automatic ones included; proxies and copies once.

    A key that may name what is not there (DO_NOTHING, without a constraint) is none.
    """
    found = {}
    for model in apps.get_models(include_auto_created=True):
        if model._meta.proxy or not model._meta.managed:
            continue
        for one in model._meta.local_fields:
            may_dangle = one.is_relation and one.remote_field.on_delete is models.DO_NOTHING
            if one.related_model is target and (one.db_constraint or not may_dangle):
                found[model._meta.label, one.name] = one
    return [found[key] for key in sorted(found)]


def followers() -> list[Follower]:
    """One for each foreign key to a place."""
    return [
        _followers.get((one.model._meta.label, one.name)) or _to_main_heir(one)
        for one in references(Division)
        if (one.model._meta.label, one.name) not in _OWN
    ]


def effects(plan: Plan) -> list[Effect]:
    """What a plan touches, largest first; kinds of which there is nothing are left out."""
    found = {}
    for one in followers():
        model = apps.get_model(one.model)
        key = (model._meta.verbose_name, one.what)
        found[key] = found.get(key, 0) + one.count(plan)
    counted = [Effect(label, count, what) for (label, what), count in found.items() if count]
    return sorted(counted, key=lambda effect: (-effect.count, effect.label))


def _to_main_heir(field: models.Field) -> Follower:
    manager, label = field.model._base_manager, field.model._meta.label

    def count(plan: Plan) -> int:
        return manager.filter(**{f"{field.name}__in": plan.ends}).count()

    def follow(plan: Plan, placed: dict, by) -> None:
        _refuse_doubles(field, plan, placed)
        for old in plan.ends:
            manager.filter(**{field.name: old}).update(**{field.name: placed[plan.main_heir(old)]})

    return Follower(label, field.name, "改属继任区划", count, follow)


def _refuse_doubles(field: models.Field, plan: Plan, placed: dict) -> None:
    """Two records that would be the same once their places are one are named before the database refuses."""
    model = field.model
    groups: dict[Division, list[Division]] = {}
    for old in plan.ends:
        heir = placed[plan.main_heir(old)]
        groups.setdefault(heir, [heir]).append(old)
    for constraint in model._meta.constraints:
        if not isinstance(constraint, models.UniqueConstraint) or field.name not in constraint.fields:
            continue
        others = [name for name in constraint.fields if name != field.name]
        for heir, group in groups.items():
            rows = model._base_manager.filter(**{f"{field.name}__in": group})
            if constraint.condition:
                rows = rows.filter(constraint.condition)
            double = (
                rows.order_by(*others).values(*others).annotate(rows=Count("pk")).filter(rows__gt=1).first()
            )
            if double:
                same = rows.filter(**{name: double[name] for name in others}).order_by("pk")[:2]
                names = "”和“".join(f"{one}（{getattr(one, field.name)}）" for one in same)
                raise Refused(
                    f"{model._meta.verbose_name}“{names}”在{heir}会重复。请先处理其中一个，再录入区划变更。"
                )
