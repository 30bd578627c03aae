"""Doing a change of places (执行区划变更): all of it in one transaction, or nothing."""

from collections.abc import Callable

from django.db import connection, transaction

from registry import access, audit
from registry.divisions.effects import effects, followers
from registry.divisions.plan import Begun, Plan
from registry.errors import Refused
from registry.models import Division, DivisionChange, DivisionChangePlace, DivisionSuccession

LOCK = 5_153  # advisory lock: changes of places follow one another
Part = DivisionChangePlace.Part


@transaction.atomic
def apply(work_out: Callable[[], Plan], *, by) -> DivisionChange:
    """Work the plan out again under the lock, so that it stands on places as they are now, and write it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    plan = work_out()
    permit(plan, by)
    held = [*plan.ends, *plan.staying]
    list(
        Division.objects.select_for_update(of=("self",))
        .filter(pk__in=[one.pk for one in held])
        .order_by("pk")
    )
    with audit.acting(by, reason=f"区划变更：{plan.summary}"[:300]):
        counted = effects(plan)
        placed = _write_places(plan)
        for follower in followers():
            follower.follow(plan, placed, by)
        return _record(plan, placed, counted, by)


def permit(plan: Plan, by) -> None:
    """Whoever changes a place manages it, and the place that it is to belong to; Denied names what he does not."""
    touched = [*plan.ends, *plan.staying]
    touched += [new.parent for new in plan.begins if isinstance(new.parent, Division)]
    if any(new.parent is None for new in plan.begins):
        raise Refused("省级区划随参考数据更新，不在这里变更。")
    for place in touched:
        if not access.covers(by, "manage_institutions", place):
            told = f"{place}不在您维护的范围内，这项变更请由共同上级的名录管理员录入。"
            access.deny(by, "manage_institutions", place, told)


def _write_places(plan: Plan) -> dict[Begun, Division]:
    Division.objects.filter(pk__in=[one.pk for one in plan.ends]).update(valid_to=plan.on)
    placed: dict[Begun, Division] = {}
    for new in sorted(plan.begins, key=lambda one: len(one.path)):
        if new.existing is not None:
            placed[new] = new.existing
            continue
        parent = placed[new.parent] if isinstance(new.parent, Begun) else new.parent
        placed[new] = Division.objects.create(
            code=new.code,
            name=new.name,
            level=new.level,
            kind=new.kind,
            parent=parent,
            path=f"{parent.path}{new.code}/",
            valid_from=plan.on,
        )
    for old, new in plan.adopted:
        old.children.current().exclude(pk__in=[one.pk for one in placed.values()]).update(parent=placed[new])
    DivisionSuccession.objects.bulk_create(
        DivisionSuccession(old_id=old, new=placed[new], on=plan.on, share=plan.shares[old, id(new)])
        for old, heirs in plan.heirs.items()
        for new in heirs
    )
    _carry_doubles(plan, placed)
    return placed


def _carry_doubles(plan: Plan, placed: dict[Begun, Division]) -> None:
    """A second code of the same physical place stays linked, on whichever side the change was."""
    for old in plan.ends:
        heir = placed[plan.main_heir(old)]
        if old.physical_unit_id and heir.physical_unit_id is None and heir.pk != old.physical_unit_id:
            heir.physical_unit_id = old.physical_unit_id
            heir.save(update_fields=["physical_unit"])
        Division.objects.filter(physical_unit=old).exclude(pk=heir.pk).update(physical_unit=heir)


def _record(plan: Plan, placed: dict[Begun, Division], counted, by) -> DivisionChange:
    change = DivisionChange.objects.create(
        kind=plan.kind,
        on=plan.on,
        summary=plan.summary[:500],
        basis=plan.basis[:300],
        effects=[[effect.label, effect.count, effect.what] for effect in counted],
        by=by,
    )
    parts = {one.pk: Part.BEGAN for new, one in placed.items() if new.existing is None}
    parts |= {one.pk: Part.STAYED for one in plan.staying}
    parts |= {one.pk: Part.ENDED for one in plan.ends}
    DivisionChangePlace.objects.bulk_create(
        DivisionChangePlace(change=change, division_id=pk, part=part) for pk, part in sorted(parts.items())
    )
    return change
