"""What becomes of the health commissions (卫生健康行政部门) when places change."""

from django.db.models import F, Value
from django.db.models.functions import Concat, Substr

from registry.divisions.effects import Follower, register
from registry.divisions.plan import Begun, Plan
from registry.models import Authority, Division
from registry.reference.authorities import NO_BUREAU, bureau_of


def _count(plan: Plan) -> int:
    return Authority.objects.filter(division__in=plan.ends).count()


def _follow(plan: Plan, placed: dict[Begun, Division], by) -> None:
    """A bureau goes on in the main heir of its place, unless that has one; new places of their own get a bureau."""
    for old in sorted(plan.ends, key=lambda one: len(one.path)):
        bureau = Authority.objects.filter(division=old).first()
        heir = placed[plan.main_heir(old)]
        if bureau and not Authority.objects.filter(division=heir).exclude(pk=bureau.pk).exists():
            _hand_over(bureau, old, heir)
    for new in plan.begins:
        _found(placed[new])


def _hand_over(bureau: Authority, old: Division, heir: Division) -> None:
    before = bureau.path
    parent = _above(heir)
    bureau.division, bureau.code, bureau.parent = heir, heir.code, parent
    bureau.name = bureau.name.replace(old.name, heir.name)
    bureau.short_name = bureau.short_name.replace(old.name, heir.name)
    bureau.path = f"{parent.path if parent else '/'}{heir.code}/"
    bureau.save(update_fields=["division", "code", "parent", "name", "short_name", "path"])
    if bureau.path != before:
        below = Authority.objects.filter(path__startswith=before).exclude(pk=bureau.pk)
        below.update(path=Concat(Value(bureau.path), Substr(F("path"), len(before) + 1)))


def _found(place: Division) -> None:
    """The bureau of a place that has none, where places of its level have one."""
    if place.level == Division.Level.TOWNSHIP or place.kind in NO_BUREAU:
        return
    if not Authority.objects.filter(division=place).exists():
        parent = _above(place)
        bureau_of(place, {parent.code: parent} if parent else {}).save()


def _above(place: Division) -> Authority | None:
    """The nearest bureau above a place."""
    one = place.parent
    while one is not None:
        if bureau := Authority.objects.filter(division=one).first():
            return bureau
        one = one.parent
    return None


def declare() -> None:
    """Called once the app is ready."""
    register(
        Follower("registry.Authority", "division", "随区划变更，继任区划已有机关的留作历史", _count, _follow)
    )
