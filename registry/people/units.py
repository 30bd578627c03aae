"""The unit of an assignment as a person types it (单位)."""

from registry import access
from registry.errors import Refused
from registry.models import Authority, Institution
from registry.people import reach
from registry.roles import ROLES, unit_kinds

OFFERED = 200
NAMED = 6


def offered(user) -> list[str]:
    """Names of the bureaus in reach, and of the person's own hospitals, as suggestions beside the field."""
    names = list(reach.authorities(user).order_by("path").values_list("name", flat=True)[:OFFERED])
    own = Institution.objects.filter(pk__in=access.institutions_of(user, reach.UNIT))
    return [*names, *own.order_by("name", "pk").values_list("name", flat=True)]


def find(text: str, role_code: str, user) -> Authority | Institution | None:
    """The unit that the text names for this role, within the reach of the administrator. Raises Refused."""
    role, text = ROLES[role_code], text.strip()
    kinds = unit_kinds(role)
    if not kinds:
        if text:
            raise Refused(f"{role.label}不属于某个单位，单位一栏请留空。")
        return None
    if not text:
        raise Refused(f"请填写{role.label}所在的{_words(kinds)}。")
    found = [unit for kind in kinds for unit in _exact(kind, text, user)]
    if len(found) == 1:
        return found[0]
    near = found or [unit for kind in kinds for unit in _near(kind, text, user)]
    if not near:
        raise Refused(
            f"您的管理范围内没有名为“{text}”的{_words(kinds)}。{role.label}请填{_words(kinds)}的全称或代码。"
        )
    names = "、".join(f"{unit.name}（{_code(unit)}）" for unit in near[:NAMED])
    raise Refused(f"“{text}”不是一个单位的全称。您要找的是不是：{names}？请填全称或代码。")


def _words(kinds) -> str:
    return "或".join({"authority": "机关", "institution": "医院"}[kind] for kind in kinds)


def _code(unit) -> str:
    return unit.code if isinstance(unit, Authority) else unit.uscc or "没有代码"


def _rows(kind: str, user):
    if kind == "authority":
        return reach.authorities(user).select_related("division").order_by("path")
    return reach.institutions(user).live().select_related("division").order_by("name", "pk")


def _exact(kind: str, text: str, user) -> list:
    rows, code = _rows(kind, user), "code" if kind == "authority" else "uscc"
    return list(rows.filter(**{code: text.upper()})[:NAMED]) or list(rows.filter(name=text)[:NAMED])


def _near(kind: str, text: str, user) -> list:
    return list(_rows(kind, user).filter(name__icontains=text)[:NAMED])
