"""Where an import may write (导入范围): the areas of one's assignments, or everything for the operator account."""

from dataclasses import dataclass

from registry import access
from registry.errors import Refused
from registry.models import Authority, Division


@dataclass(frozen=True)
class Scope:
    """Ids of the provinces, cities and counties (and single townships of management areas) one may import into.

    None stands for the whole register.
    """

    divisions: frozenset[int] | None
    label: str
    authorities: tuple[Authority, ...] = ()

    @property
    def authority(self) -> Authority | None:
        """The one that an import is kept under: the highest."""
        return self.authorities[0] if self.authorities else None

    def holds(self, division_id: int) -> bool:
        return self.divisions is None or division_id in self.divisions


EVERYWHERE = Scope(None, "全国")


def scope_of(user) -> Scope:
    """What the person may import into today. Raises Refused when there is nothing."""
    authorities = list(
        access.authorities_where(user, "import_institutions")
        .filter(assignments__user=user)
        .distinct()
        .order_by("path")
    )
    ids = Division.objects.filter(access.area_of(user, "import_institutions", prefix=""))
    divisions = frozenset(ids.values_list("pk", flat=True)) if authorities else frozenset()
    if not divisions:
        raise Refused("您没有导入机构名录的权限。如需办理，请联系本单位的安全管理员。")
    return Scope(divisions, "、".join(one.short_name for one in authorities), tuple(authorities))
