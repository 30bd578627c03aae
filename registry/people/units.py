"""The unit of an assignment as a person types it (单位)."""

from collections import defaultdict
from collections.abc import Iterable

from django.db.models import Q

from registry import access
from registry.errors import Refused
from registry.models import Authority, Institution
from registry.people import reach
from registry.roles import ROLES, unit_kinds

OFFERED = 200
NAMED = 6
CODES = {"authority": "code", "institution": "uscc"}
NAMES = {"authority": ("name", "short_name"), "institution": ("name",)}


def offered(user) -> list[str]:
    """Names of the bureaus in reach, and of the person's own hospitals, as suggestions beside the field."""
    names = list(reach.authorities(user).order_by("path").values_list("name", flat=True)[:OFFERED])
    own = Institution.objects.filter(pk__in=access.institutions_of(user, reach.UNIT))
    return [*names, *own.order_by("name", "pk").values_list("name", flat=True)]


class Named:
    """The units that many texts may name by full name or code, looked up at once: two queries for a whole list."""

    def __init__(self, texts: Iterable[str], user):
        wanted = {text.strip() for text in texts} - {""}
        codes = {text.upper() for text in wanted}
        self._by_code: dict[tuple[str, str], list] = defaultdict(list)
        self._by_name: dict[tuple[str, str], list] = defaultdict(list)
        for kind, code in CODES.items():
            asked = Q(**{f"{code}__in": codes})
            for name in NAMES[kind]:
                asked |= Q(**{f"{name}__in": wanted})
            for unit in _rows(kind, user).filter(asked):
                self._by_code[kind, getattr(unit, code) or ""].append(unit)
                for name in {getattr(unit, name) for name in NAMES[kind]}:
                    self._by_name[kind, name].append(unit)

    def exact(self, kind: str, text: str) -> list:
        """Units of that very code, or else of that very name."""
        return self._by_code.get((kind, text.upper())) or self._by_name.get((kind, text), [])


def find(text: str, role_code: str, user, named: Named | None = None) -> Authority | Institution | None:
    """The unit that the text names for this role, within the reach of the administrator. Raises Refused.

    `named` spares the queries where many texts are asked about.
    """
    role, text = ROLES[role_code], text.strip()
    kinds = unit_kinds(role)
    if not kinds:
        if text:
            raise Refused(f"{role.label}不属于某个单位，单位一栏请留空。")
        return None
    if not text:
        raise Refused(f"请填写{role.label}所在的{words(kinds)}。")
    named = named or Named([text], user)
    found = [unit for kind in kinds for unit in named.exact(kind, text)]
    if len(found) == 1:
        return found[0]
    near = found or [unit for kind in kinds for unit in _near(kind, text, user)]
    if not near:
        raise Refused(
            f"您的管理范围内没有名为“{text}”的{words(kinds)}。{role.label}请填{words(kinds)}的全称或代码。"
        )
    names = "、".join(f"{unit.name}（{_code(unit)}）" for unit in near[:NAMED])
    raise Refused(f"“{text}”不是一个单位的全称。您要找的是不是：{names}？请填全称或代码。")


def words(kinds) -> str:
    """The kinds of unit in words: 机关, 医院, 机关或医院."""
    return "或".join({"authority": "机关", "institution": "医院"}[kind] for kind in kinds)


def _code(unit) -> str:
    return unit.code if isinstance(unit, Authority) else unit.uscc or "没有代码"


def _rows(kind: str, user):
    if kind == "authority":
        return reach.authorities(user).select_related("division").order_by("path")
    return reach.institutions(user).live().select_related("division").order_by("name", "pk")


def _near(kind: str, text: str, user) -> list:
    return list(_rows(kind, user).filter(name__icontains=text)[:NAMED])
