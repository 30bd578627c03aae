"""Facts about one institution (机构事实)."""

from dataclasses import dataclass

from registry.facts.parts import leave_out
from registry.facts.waiver import WaiverFacts
from registry.policy.subjects import facts_of


@dataclass(frozen=True, slots=True)
class CredentialFacts:
    """专科资质: a key specialty, and its leader's post in a society."""

    subject_code: str = ""
    subject_name: str = ""
    level: str = ""
    kind: str = ""
    society_level: str = ""
    society_post: str = ""


@dataclass(frozen=True, slots=True)
class ServiceFacts:
    """A consortium that an institution leads or belongs to, as its own rules need it (参加的医联体).

    ``holds_grid`` says of one that it leads whether it is responsible for a grid; ``remote_members`` how many of
    its members stand in remote counties, read for military leads only (None: no county is marked as remote).
    """

    consortium: str
    kind: str
    leads: bool = False
    counted: bool = True
    registered: bool = False
    holds_grid: bool = False
    scope: str = ""
    remote_members: int | None = None


@dataclass(frozen=True, slots=True)
class LinkFacts:
    """The other side of an urban-rural link (城乡医联体): a consortium, its lead, and that lead's class and level.

    ``members`` and ``remote`` count its 成员单位 and those of them that are reached by telemedicine.
    """

    consortium: str
    institution: str
    class_code: str = ""
    level: str = ""
    members: int = 0
    remote: int = 0


# What is read of an institution only where a rule asks for it.
PARTS = frozenset({"links"})


class Belonging:
    """Whom an institution belongs to, told from its 隶属关系 and the mark of the military."""

    __slots__ = ()
    affiliation: str
    is_military: bool | None

    @property
    def belongs_to(self) -> str:
        """隶属关系; a hospital marked as military needs no other entry."""
        return self.affiliation or ("military" if self.is_military else "")

    @property
    def of_military(self) -> bool | None:
        """部队医院; None when neither the mark nor the affiliation says."""
        if self.is_military is None and self.affiliation:
            return self.affiliation == "military"
        return self.is_military


@facts_of("institution")
@dataclass(frozen=True, slots=True)
class InstitutionFacts(Belonging):
    """机构. Codes are those of the register; an empty string or None means that the register does not know.

    ``province``, ``city`` and ``county`` are division codes; ``ancestry`` holds the codes of its own division and
    of all above it. ``services`` are the consortia of the day. ``unread`` names the parts that were left out.
    """

    id: int | None = None
    name: str = ""
    code: str = ""
    other_names: tuple[str, ...] = ()
    class_code: str = ""
    level: str = ""
    grade: str = ""
    affiliation: str = ""
    ownership: str = ""
    is_military: bool | None = None
    ancestry: tuple[str, ...] = ()
    province: str = ""
    city: str = ""
    county: str = ""
    legal_representative: str = ""
    services: tuple[ServiceFacts, ...] = ()
    links: tuple[LinkFacts, ...] = ()
    waivers: tuple[WaiverFacts, ...] = ()
    unread: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        leave_out(self)

    @property
    def names(self) -> tuple[str, ...]:
        """The official name first, then second names, aliases and former names."""
        return (self.name, *self.other_names)
