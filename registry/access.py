"""Who may do what, and where (权限).

What the roles are stands in registry.roles. An assignment (registry.models.Assignment) gives one person
one role at one unit between two dates and covers the unit and everything below it. guardian holds the object
permissions that follow from assignments: one row per permission on one authority or institution, never one per
record in an area. Every scope reads guardian's rows *and* tests today against the assignment's dates.

Nothing else in the project imports guardian.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NoReturn

from django.apps import apps
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Q
from django.utils import timezone
from guardian.models import UserObjectPermission

from registry.roles import INSTITUTION_PERMISSIONS, ROLES, UNIT_MODELS, Role, roles_with, unit_kinds

NOT_HELD = "您在该单位没有这项权限。如需办理，请联系本单位的安全管理员。"


class Denied(PermissionDenied):
    """The person may see the object but not do this to it; the message is Chinese."""


def _model(name: str):
    return apps.get_model("registry", name)


# -- Granting -----------------------------------------------------------------------------------------------
def kind_of(unit) -> str | None:
    """`authority` or `institution`; None without a unit."""
    kind = "authority" if isinstance(unit, _model("Authority")) else "institution"
    return None if unit is None else kind


def _check_unit(role: Role, unit) -> None:
    kinds = unit_kinds(role)
    if not any(isinstance(unit, _model(UNIT_MODELS[kind])) for kind in kinds) and (kinds or unit is not None):
        raise ValueError(f"Role {role.code} is assigned at {role.unit}, not at {unit!r}")


@transaction.atomic
def grant(user, role_code: str, unit=None, *, start: dt.date | None = None, end: dt.date | None = None):
    """Assign a role at a unit from `start` (today) to `end` (open); `end` is the last day that counts."""
    role = ROLES[role_code]
    _check_unit(role, unit)
    assignment = _model("Assignment").objects.create(
        user=user,
        role=role.code,
        authority=unit if kind_of(unit) == "authority" else None,
        institution=unit if kind_of(unit) == "institution" else None,
        during=DateRange(start or timezone.localdate(), end + dt.timedelta(days=1) if end else None),
    )
    if unit is not None:
        _give(user, role.permissions, unit)
    forget(user)
    return assignment


def _give(user, permissions: Iterable[str], unit) -> None:
    """guardian's rows for these permissions at the unit, those that are missing, in two statements."""
    kind = ContentType.objects.get_for_model(unit)
    found = Permission.objects.filter(content_type=kind, codename__in=permissions).order_by("pk")
    rows = [
        UserObjectPermission(user=user, permission=one, content_type=kind, object_pk=str(unit.pk))
        for one in found
    ]
    if len(rows) != len(set(permissions)):
        raise LookupError(f"{unit._meta.label} lacks one of the permissions {sorted(permissions)}")
    UserObjectPermission.objects.bulk_create(rows, ignore_conflicts=True)


@transaction.atomic
def revoke(assignment, *, on: dt.date | None = None) -> None:
    """End an assignment: `on` (today) is the first day on which it no longer holds."""
    day = on or timezone.localdate()
    start = assignment.during.lower
    if start < day:
        assignment.during = DateRange(start, day)
        assignment.save(update_fields=["during"])
    else:
        assignment.delete()
    derive_permissions(assignment.user, assignment.unit)


@transaction.atomic
def derive_permissions(user, unit) -> None:
    """Make guardian's rows of one person at one unit equal to what the assignments not yet ended give."""
    if unit is None:
        return
    field = kind_of(unit)
    held = user.assignments.filter(**{field: unit}).filter(
        Q(during__upper_inf=True) | Q(during__endswith__gt=timezone.localdate())
    )
    wanted = {permission for row in held for permission in ROLES[row.role].permissions}
    every = {p for role in ROLES.values() if field in unit_kinds(role) for p in role.permissions}
    UserObjectPermission.objects.filter(
        user=user,
        permission__content_type=ContentType.objects.get_for_model(unit),
        permission__codename__in=every - wanted,
        object_pk=str(unit.pk),
    ).delete()
    _give(user, wanted, unit)
    forget(user)


# -- Asking -------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Held:
    """What one assignment of today gives: its unit, where that stands, and the permissions that hold there."""

    role: str
    kind: str
    unit_id: int | None
    name: str
    path: str  # of the authority; empty for a hospital
    division_path: str  # of the authority's or hospital's division; empty for a management area
    area_id: int | None
    permissions: frozenset[str]


def forget(user) -> None:
    """Drop what this user object remembers of its assignments."""
    user.__dict__.pop("_held", None)


def held_by(user) -> list[Held]:
    """The person's assignments of today, with the permissions that guardian holds for them; one query, remembered."""
    if not user.is_authenticated:
        return []
    if "_held" not in user.__dict__:
        user.__dict__["_held"] = [_held(*row) for row in _assignments_with_grants(user)]
    return user.__dict__["_held"]


# Every page asks this. Written out, because the ORM takes longer to put it together than the server to answer it.
_HELD = """
    SELECT held.role, held.authority_id, bureau.short_name, bureau.path, place.path, bureau.management_area_id,
           held.institution_id, hospital.name, site.path,
           ARRAY(
               SELECT permission.codename
               FROM guardian_userobjectpermission given
               JOIN auth_permission permission ON permission.id = given.permission_id
               JOIN django_content_type kind ON kind.id = permission.content_type_id
               WHERE given.user_id = held.user_id AND kind.app_label = 'registry' AND (
                   kind.model = 'authority' AND given.object_pk = held.authority_id::text
                   OR kind.model = 'institution' AND given.object_pk = held.institution_id::text
               )
           )
    FROM registry_assignment held
    LEFT JOIN registry_authority bureau ON bureau.id = held.authority_id
    LEFT JOIN registry_division place ON place.id = bureau.division_id
    LEFT JOIN registry_institution hospital ON hospital.id = held.institution_id
    LEFT JOIN registry_division site ON site.id = hospital.division_id
    WHERE held.user_id = %s AND held.during @> %s::date
    ORDER BY held.id
"""


def _assignments_with_grants(user) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(_HELD, [user.pk, timezone.localdate()])
        return cursor.fetchall()


def _held(code, bureau, bureau_name, path, place, area, hospital, hospital_name, site, granted) -> Held:
    role = ROLES[code]
    return Held(
        role=role.code,
        kind="authority" if bureau else "institution" if hospital else "system",
        unit_id=bureau or hospital,
        name=bureau_name or hospital_name or "",
        path=path or "",
        division_path=place or site or "",
        area_id=area,
        permissions=role.permissions if role.unit == "system" else role.permissions & set(granted),
    )


def _with(user, permission: str, kind: str) -> list[Held]:
    return [held for held in held_by(user) if held.kind == kind and permission in held.permissions]


def active_roles(user) -> frozenset[str]:
    """Role codes that the person holds today, anywhere."""
    return frozenset(held.role for held in held_by(user))


def has_role(user, role: str) -> bool:
    return role in active_roles(user)


def may(user, permission: str) -> bool:
    """True when any assignment of today carries the permission, wherever: decides what a menu offers."""
    return any(permission in held.permissions for held in held_by(user))


def authorities_where(user, permission: str):
    """Authorities over which the permission reaches: the assigned ones and everything below them."""
    reach = Q(pk__in=[])
    for held in _with(user, permission, "authority"):
        reach |= Q(path__startswith=held.path)
    return _model("Authority").objects.filter(reach)


def people_with(permission: str, unit):
    """Those who hold the permission today by an assignment at this very unit, not at one above it."""
    field = kind_of(unit)
    held = _model("Assignment").objects.active().filter(role__in=roles_with(permission), **{field: unit})
    return _model("User").objects.filter(is_active=True, pk__in=held.values("user")).order_by("name", "pk")


def people_near(permission: str, authority):
    """Those who hold the permission at the authority, or else at the nearest one above where somebody does."""
    while authority is not None:
        people = list(people_with(permission, authority))
        if people:
            return people
        authority = authority.parent
    return []


def authorities_above(user, permission: str, authority) -> list[int]:
    """Ids of the authorities strictly above this one at which the person holds the permission."""
    held = _with(user, permission, "authority")
    return [row.unit_id for row in held if row.path != authority.path and authority.path.startswith(row.path)]


def institutions_of(user, permission: str = "view_own_consortia") -> list[int]:
    """Ids of the hospitals at which the person holds the permission."""
    return sorted({held.unit_id for held in _with(user, permission, "institution")})


def area_of(user, permission: str, *, prefix: str, path: str = "") -> Q:
    """Condition on the division `prefix` (a foreign key's name, or "" for divisions themselves).

    It holds for places in the areas of the person's authorities; `view_institutions` also opens to a hospital's
    staff the directory of the province that their hospital stands in, because members are found by search.
    `path` names a column of the model that repeats the division's path, where it has one.
    """
    dot = f"{prefix}__" if prefix else ""
    paths, areas = reach(user, permission)
    inside_any = Q(pk__in=[])
    for begin in paths:
        inside_any |= Q(**{f"{path or f'{dot}path'}__startswith": begin})
    if areas:
        inside = _model("ManagementAreaDivision").objects.filter(area__in=areas).values("division")
        inside_any |= Q(**{f"{dot}pk__in": inside})
    return inside_any


def reach(user, permission: str) -> tuple[list[str], list[int]]:
    """Paths of divisions and ids of management areas in which the person holds the permission."""
    held = _with(user, permission, "authority")
    paths = {row.division_path for row in held if row.division_path}
    if permission == "view_institutions":
        paths |= {province_of(row.division_path) for row in _with(user, "edit_filing", "institution")}
    return sorted(paths), sorted({row.area_id for row in held if row.area_id})


def province_of(path: str) -> str:
    """Path of the province that a division's path begins with."""
    return "/".join(path.split("/")[:2]) + "/"


def covers(user, permission: str, unit) -> bool:
    """True when the person holds the permission at, or above, this authority, institution or division."""
    if isinstance(unit, _model("Institution")) and permission in INSTITUTION_PERMISSIONS:
        return unit.pk in institutions_of(user, permission)
    if isinstance(unit, _model("Authority")):
        return any(unit.path.startswith(held.path) for held in _with(user, permission, "authority"))
    division = unit.division if isinstance(unit, _model("Institution")) else unit
    paths, areas = reach(user, permission)
    if any(division.path.startswith(path) for path in paths):
        return True
    return bool(areas) and division.in_management_areas.filter(pk__in=areas).exists()


def require(user, permission: str, unit=None) -> None:
    """Raise Denied unless the person holds the permission at the unit (or, without a unit, by a system role)."""
    allowed = may(user, permission) if unit is None else covers(user, permission, unit)
    if not allowed:
        deny(user, permission, unit)


def deny(user, permission: str, unit=None, told: str = NOT_HELD) -> NoReturn:
    """Raise Denied with what the person is told, and keep in the log what he was refused."""
    from registry.access_log import refused

    refused(user, permission, unit)
    raise Denied(told)
