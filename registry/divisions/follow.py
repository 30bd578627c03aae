"""How the register's own records follow a change of places: institutions, bureaus, management areas, waivers."""

from django.db.models import Q

from registry.divisions.effects import Follower, leave, register
from registry.divisions.plan import Begun, Plan
from registry.models import Division, Institution, ManagementAreaDivision, Waiver

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


# -- Waivers --------------------------------------------------------------------------------------------------
def _waivers(plan: Plan) -> int:
    return Waiver.objects.filter(division__in=plan.ends).count()


def _follow_waivers(plan: Plan, placed: dict[Begun, Division], by) -> None:
    """A rule lifted for a place is lifted for its main heir; of two of one rule and day the heir's own stands."""
    for old in plan.ends:
        heir = placed[plan.main_heir(old)]
        known = set(_rules_and_days(heir).values())
        of_place = [pk for pk, lifted in _rules_and_days(old).items() if lifted not in known]
        moved = {"division": heir, "subject_id": heir.pk, "subject_name": heir.name}
        Waiver.objects.filter(pk__in=of_place).update(**moved)
        Waiver.objects.filter(division=old).exclude(subject_type="division").update(division=heir)
    Waiver.objects.follow_institutions()


def _rules_and_days(place: Division) -> dict[int, tuple]:
    rows = Waiver.objects.about("division", [place.pk]).order_by("pk")
    return {pk: (provision, day) for pk, provision, day in rows.values_list("pk", "provision", "granted_on")}


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
    register(
        Follower(
            "registry.Waiver",
            "division",
            "豁免随对象改属继任区划，区划本身的豁免由主要继任区划承接",
            _waivers,
            _follow_waivers,
        )
    )
    register(leave("registry.ForeignCodeRow", "division"))
