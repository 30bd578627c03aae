"""Members counted in groups (成员单位分组): those alike in all that the conditions of the documents ask.

A nation's consortia have hundreds of thousands of members, and most conditions ask how many there are of a kind, not
which. Where the members are left out (registry/facts/parts.py), facts hold the number of members of each kind. A check
works on ``facts.alike``, groups or single members, and comes to the same verdict on either; as soon as it asks for what
groups do not hold, a name say, it is told NotRead and the consortium is read with its members one by one. So there is
one implementation of each check, and names are fetched only where somebody reads them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from registry.facts.codec import Shared
from registry.facts.institution import Belonging, InstitutionFacts
from registry.facts.parts import NotRead

COUNTY_CODE = 6  # digits of the codes of provinces, cities and counties; townships have more


@dataclass(frozen=True, slots=True)
class TraitFacts(Belonging, Shared):
    """What the institutions of a group have in common; asking for anything else of them raises NotRead."""

    class_code: str = ""
    affiliation: str = ""
    ownership: str = ""
    is_military: bool | None = None
    ancestry: tuple[str, ...] = ()
    province: str = ""
    city: str = ""
    county: str = ""

    def __getattr__(self, name: str) -> Any:
        if hasattr(InstitutionFacts, name):
            raise NotRead("members")
        raise AttributeError(name)


@dataclass(frozen=True, slots=True)
class GroupFacts:
    """So many members that are alike; the fields are those of a single member."""

    institution: TraitFacts
    number: int = 1
    role: str = "member"
    remote_enabled_on: date | None = None

    @property
    def in_roster(self) -> bool:
        """Only members of a draft may be missing in the register, and these are never grouped."""
        return True


def number_of(members: Iterable[Any]) -> int:
    """How many institutions these members or groups are."""
    return sum([member.number for member in members])


@lru_cache(maxsize=20_000)
def traits(
    class_code: str | None, affiliation: str, ownership: str, military: bool | None, area: str
) -> TraitFacts:
    """The common facts of a group; ``area`` is the path of its place, down to the county."""
    codes = tuple(code for code in area.split("/") if len(code) == COUNTY_CODE)
    province, city, county = (*codes, "", "", "")[:3]
    return TraitFacts(class_code or "", affiliation, ownership, military, codes, province, city, county)
