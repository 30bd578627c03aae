"""What a leaver leaves behind (移交): each app declares its kinds of open work, registry knows none of them.

handover.declare(OpenWork("draft", "未完成的备案", drafts, hand_over_drafts))
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction

from registry import access, audit
from registry.errors import Refused
from registry.models import User
from registry.people import reach
from registry.roles import ROLES, roles_with


@dataclass(frozen=True)
class Item:
    """One piece of work, as the administrator may see it: a number or name without its content."""

    key: str
    title: str
    unit: object


@dataclass(frozen=True)
class OpenWork:
    """A kind of open work. `items(person)` lists it; `give(keys, person, to, by)` hands it over or raises Refused.

    `permission` is what the colleague must hold at the item's unit.
    """

    code: str
    label: str
    permission: str
    items: Callable[[User], list[Item]]
    give: Callable[..., int]


@dataclass(frozen=True)
class Left:
    """Items of one kind at one unit, with the colleagues who may take them."""

    work: OpenWork
    unit: object
    items: list[Item]
    colleagues: list[User]

    @property
    def key(self) -> str:
        """What the form calls it."""
        return f"{self.work.code}-{access.kind_of(self.unit)}-{self.unit.pk}"


_declared: dict[str, OpenWork] = {}


def declare(*kinds: OpenWork) -> None:
    """Called by each app when it is ready."""
    _declared.update({kind.code: kind for kind in kinds})


def open_work(person: User, *, by) -> list[Left]:
    """What the person would leave, by kind and unit, as far as it lies in the reach of the administrator."""
    found = []
    for work in _declared.values():
        groups: dict = {}
        for item in work.items(person):
            groups.setdefault(item.unit, []).append(item)
        for unit, items in groups.items():
            if reach.may_grant(by, _some_role(work.permission, unit), unit):
                found.append(Left(work, unit, items, _colleagues(work.permission, unit, person)))
    return found


def _some_role(permission: str, unit) -> str:
    """A role that carries the permission and is assigned at this kind of unit."""
    kind = access.kind_of(unit)
    return next(code for code in roles_with(permission) if ROLES[code].unit == kind)


def _colleagues(permission: str, unit, person: User) -> list[User]:
    return [one for one in access.people_with(permission, unit) if one.pk != person.pk]


@transaction.atomic
def hand_over(person_id: int, *, key: str, to_id: int, by) -> int:
    """移交: everything of one kind at one unit goes to a colleague of that unit; how many."""
    person = User.objects.select_for_update().get(pk=person_id)
    reach.require(by, person)
    left = next((left for left in open_work(person, by=by) if left.key == key), None)
    if left is None:
        raise Refused("这些工作已经移交或办结，请刷新后再看。")
    to = next((one for one in left.colleagues if one.pk == to_id), None)
    if to is None:
        raise Refused(f"请选择{left.unit}的一位同事接手。")
    with audit.acting(by, reason=f"{person}的工作移交{to}"):
        return left.work.give([item.key for item in left.items], person=person, to=to, by=by)
