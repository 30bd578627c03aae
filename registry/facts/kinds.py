"""Which WS 218 classes are meant by the words of the policy documents (机构种类), and telling them in three values.

True and False are certain; None means that a blank leaves it open, so that a check can see whether the blank
matters (readings A38).
"""

from registry.facts.alike import TraitFacts
from registry.facts.institution import InstitutionFacts

HOSPITAL = ("A1", "A2", "A3", "A4", "A5", "G100", "H11", "E100")
_COUNTY_HOSPITAL = ("A1", "A2", "A3", "A4", "A5", "G100")
CLASSES: dict[str, tuple[str, ...]] = {
    # Named leads of Chongqing are an emergency centre and an occupational disease hospital: not only class A.
    "hospital": HOSPITAL,
    "general_hospital": ("A1",),
    "tcm_hospital": ("A2",),
    "specialised_hospital": ("A5",),
    "mch_hospital": ("G100",),
    "county_hospital": _COUNTY_HOSPITAL,
    "community_health": ("B",),
    "community_health_centre": ("B1",),
    "township_health": ("C2",),
    "village_health": ("D6",),
    "nursing_home": ("A710",),
    "rehabilitation": ("A527",),
    "primary_care": ("B", "C", "D"),
    "public_health": ("G", "H", "J", "K", "L", "O"),
}


def is_kind(institution: InstitutionFacts | TraitFacts, kind: str) -> bool | None:
    """Whether an institution is of a kind; None when its class, or for 区县医院 its affiliation, is blank."""
    if not institution.class_code:
        return None
    if not institution.class_code.startswith(CLASSES[kind]):
        return False
    if kind == "county_hospital":
        return _of_county(institution)
    return True


def _of_county(institution: InstitutionFacts | TraitFacts) -> bool | None:
    if institution.affiliation:
        return institution.affiliation == "county" and institution.ownership != "private"
    return False if institution.ownership == "private" or institution.is_military else None


def may_be_kind(institution: InstitutionFacts | TraitFacts, kind: str) -> bool:
    """Whether a person might count it: a private hospital has no 隶属 and is put to the reviewer (readings A8)."""
    return (
        kind == "county_hospital"
        and institution.class_code.startswith(CLASSES[kind])
        and (institution.ownership == "private" or institution.affiliation == "none")
    )
