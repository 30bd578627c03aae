"""Who manages whose account and assignments (管理范围).

The security administrator manages everybody but himself. A unit's administrator manages those all of whose running
assignments he could give himself: so neither a link nor an act of his reaches rights beyond his unit.
"""

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from registry import access, access_log
from registry.errors import Refused
from registry.models import Assignment, Authority, Institution, User
from registry.operators import USERNAME as OPERATOR
from registry.roles import ROLES, Role

EVERYWHERE, UNIT = "manage_users", "manage_unit_users"
UNIT_ADMIN = "unit_admin"
OWN = "不能改动自己的账户和任职，请由另一位管理员办理。"


def authorities(user) -> QuerySet[Authority]:
    """Bureaus for which the person may give assignments."""
    return Authority.objects.all() if access.may(user, EVERYWHERE) else access.authorities_where(user, UNIT)


def institutions(user) -> QuerySet[Institution]:
    """Hospitals for which the person may give assignments."""
    if access.may(user, EVERYWHERE):
        return Institution.objects.all()
    own = Q(pk__in=access.institutions_of(user, UNIT))
    return Institution.objects.filter(own | access.area_of(user, UNIT, prefix="division", path="area_path"))


def may_grant(user, role_code: str, unit) -> bool:
    """Whether the person may give, or end, this role at this unit."""
    if access.may(user, EVERYWHERE):
        return True
    if unit is None or ROLES[role_code].unit == "system":
        return False
    if isinstance(unit, Authority):
        if role_code == UNIT_ADMIN:  # his equals and those above are appointed from above
            return bool(access.authorities_above(user, UNIT, unit))
        return access.covers(user, UNIT, unit)
    if role_code == UNIT_ADMIN:
        return access.covers(user, UNIT, unit)
    return unit.pk in access.institutions_of(user, UNIT) or access.covers(user, UNIT, unit)


def roles_grantable(user) -> list[Role]:
    """The roles that the person may give somewhere."""
    if access.may(user, EVERYWHERE):
        return list(ROLES.values())
    bureau = access.authorities_where(user, UNIT).exists()
    kinds = {"authority", "institution"} if bureau else {"institution"}
    found = [role for role in ROLES.values() if role.unit in kinds]
    return [*found, ROLES[UNIT_ADMIN]] if bureau else found


def visible_to(user) -> QuerySet[User]:
    """People whom the person sees: everybody, or those with an assignment, even an ended one, in his reach."""
    people = User.objects.exclude(username=OPERATOR)
    if access.may(user, EVERYWHERE):
        return people
    if not access.may(user, UNIT):
        return people.none()
    # From each assignment to its hospital: the hospitals of a province are not gone through for the few who work there.
    inside = (
        Q(authority__in=authorities(user).values("pk"))
        | Q(institution__in=access.institutions_of(user, UNIT))
        | access.area_of(user, UNIT, prefix="institution__division", path="institution__area_path")
    )
    return people.filter(Exists(Assignment.objects.filter(inside, user=OuterRef("pk"))))


def running(person: User) -> QuerySet[Assignment]:
    """Assignments that hold today or are still to begin."""
    rows = person.assignments.filter(Q(during__upper_inf=True) | Q(during__endswith__gt=timezone.localdate()))
    return rows.select_related("authority__division", "institution__division").order_by("pk")


def why_not(user, person: User) -> str:
    """Why this person may not manage that one; nothing when he may."""
    if user.pk == person.pk:
        return OWN
    if person.username == OPERATOR:
        return "命令行操作员由系统使用，不能登录，也不在这里管理。"
    if not user.is_active:
        return "您的账户已停用。"
    if access.may(user, EVERYWHERE):
        return ""
    beyond = [row for row in running(person) if not may_grant(user, row.role, row.unit)]
    if not access.may(user, UNIT) or person.is_superuser or beyond:
        return f"{person}还有您管理范围以外的任职，账户由安全管理员或上级单位管理员管理。"
    return ""


def require(user, person: User) -> None:
    """Raise Refused for oneself, Denied (and remember the attempt) for people out of reach."""
    if user.pk == person.pk:
        raise Refused(OWN)
    if reason := why_not(user, person):
        access_log.refused(user, UNIT, person)
        raise access.Denied(reason)


def require_grant(user, role_code: str, unit) -> None:
    """Raise Denied unless the person may give this role at this unit."""
    if not may_grant(user, role_code, unit):
        access_log.refused(user, f"{UNIT}:{role_code}", unit if unit is not None else "system")
        raise access.Denied("这项任职不在您的管理范围内，请由安全管理员或上级单位管理员办理。")
