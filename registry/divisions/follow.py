"""How the register's own records follow a change of places: institutions, bureaus, management areas."""

from django.db.models import Q

from registry.divisions.effects import Follower, leave, register
from registry.divisions.plan import Begun, Plan
from registry.models import Division, Institution, ManagementAreaDivision

TOWNSHIP = Division.Level.TOWNSHIP


# -- Institutions -------------------------------------------------------------------------------------------
def _touched(plan: Plan) -> Q:
    return Q(division__in=plan.ends) | Q(township__in=plan.ends)


def _institutions(plan: Plan) -> int:
    return Institution.objects.filter(_touched(plan)).count()


def _follow_institutions(plan: Plan, placed: dict[Begun, Division], by) -> None:
    """Each goes where its township went; where no township is known, to the main heir of its county."""
    for old in plan.ends:
        heir = placed[plan.main_heir(old)]
        if old.level == TOWNSHIP:
            Institution.objects.filter(township=old).update(township=heir, division_id=heir.parent_id)
    for old in plan.ends:
        if old.level != TOWNSHIP:
            Institution.objects.filter(division=old).update(division=placed[plan.main_heir(old)])


# -- Management areas ---------------------------------------------------------------------------------------
def _areas(plan: Plan) -> int:
    return ManagementAreaDivision.objects.filter(division__in=plan.ends).count()


def _follow_areas(plan: Plan, placed: dict[Begun, Division], by) -> None:
    """An area keeps what it had and gains every heir of it."""
    rows = ManagementAreaDivision.objects.filter(division__in=plan.ends).order_by("pk")
    heirs = [
        ManagementAreaDivision(area_id=area, division=placed[new])
        for area, division in rows.values_list("area_id", "division_id")
        for new in plan.heirs[division]
    ]
    ManagementAreaDivision.objects.bulk_create(heirs, ignore_conflicts=True)


def declare() -> None:
    """Called once the app is ready."""
    register(
        Follower(
            "registry.Institution",
            "division",
            "改属所在乡镇街道或区县的继任区划",
            _institutions,
            _follow_institutions,
        )
    )
    register(leave("registry.Institution", "township"))
    register(
        Follower(
            "registry.ManagementAreaDivision", "division", "管理区同时包含继任区划", _areas, _follow_areas
        )
    )
    register(leave("registry.ForeignCodeRow", "division"))
