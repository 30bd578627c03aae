"""What several checks share: counting, naming, and matching institutions to the names in a document."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from registry.facts import GroupFacts, InstitutionFacts, MemberFacts
from registry.facts.alike import TraitFacts, number_of
from registry.facts.kinds import is_kind
from registry.policy.verdict import Verdict, insufficient, unmet
from registry.policy.vocabulary import word

SHOWN = 20
GRID_KINDS = ("city_group", "county_community")  # of whose kind an institution is to be in one only


def names(members: Iterable[Any]) -> list[str]:
    """Names in a fixed order, so that the order of members never matters; long lists end with a count.

    Of members, groups of them (which have no names: NotRead) or whatever else has a name.
    """
    found = sorted(m.institution.name if isinstance(m, MemberFacts | GroupFacts) else m.name for m in members)
    return found if len(found) <= SHOWN else [*found[: SHOWN - 1], f"{found[SHOWN - 1]}等共 {len(found)} 家"]


def plain(name: str) -> str:
    """A name as names are compared: full and half width made equal, white space dropped."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", name))


def is_named(institution: InstitutionFacts, entry: Mapping[str, object]) -> bool:
    """Whether an institution is the one that a document names, by any of its names and the document's spellings."""
    wanted = {plain(str(entry["name"])), *(plain(str(name)) for name in entry.get("also", ()))}
    return any(plain(name) in wanted for name in institution.names if name)


def named_entry(institution: InstitutionFacts, entries: Iterable[Mapping]) -> Mapping | None:
    """The entry of a pack's list that names this institution."""
    return next((entry for entry in entries if is_named(institution, entry)), None)


def no_lead(facts) -> Verdict | None:
    """INSUFFICIENT while the lead is not known; not met when a company leads where a hospital must."""
    if not facts.lead.is_known:
        return insufficient("牵头单位")
    if facts.lead.institution is None:
        return unmet(
            f"牵头单位{facts.lead.company_name}不是医疗机构",
            "由符合条件的医疗机构牵头",
            牵头单位=facts.lead.company_name,
        )
    return None


def distinct_kinds(
    members: Sequence[MemberFacts | GroupFacts], kinds: Sequence[str], counts: Callable[[Any, str], bool]
) -> list[str]:
    """The most kinds that can be covered when one institution stands for one kind only, in the order asked for.

    A maximum matching between kinds and members (augmenting paths). Which kinds it covers does not depend on the order
    of the members, and of members that are alike no more can be of use than there are kinds.
    """
    places = [m.institution for m in members for _ in range(min(m.number, len(kinds)))]
    held: dict[int, str] = {}

    def place(kind: str, tried: set[int]) -> bool:
        for position, institution in enumerate(places):
            if position in tried or not counts(institution, kind):
                continue
            tried.add(position)
            if position not in held or place(held[position], tried):
                held[position] = kind
                return True
        return False

    return [kind for kind in kinds if place(kind, set())]


def numbers_by_kind(members: Iterable[MemberFacts | GroupFacts], kinds: Iterable[str]) -> dict[str, int]:
    """How many members are certainly of each kind, by its word; kinds without any are left out."""
    rows = list(members)
    counted = {kind: number_of(m for m in rows if surely(m.institution, kind)) for kind in kinds}
    return {word("institution_kind", kind): number for kind, number in counted.items() if number}


def surely(institution: InstitutionFacts | TraitFacts, kind: str) -> bool:
    return is_kind(institution, kind) is True


def possibly(institution: InstitutionFacts | TraitFacts, kind: str) -> bool:
    return is_kind(institution, kind) is not False


def kind_words(found: Iterable[str]) -> str:
    """Kinds as words with 、 between them; 无 when there is none."""
    return "、".join(word("institution_kind", kind) for kind in found) or "无"
