"""Places, planned facilities, yearly evaluations and documents, as a case tells of them."""

from datetime import date
from typing import Any

from evaluation.facts import CampaignFacts
from grids.facts import DivisionFacts, GridLineFacts, LocalConsortiumFacts, LocalUnitFacts, TownshipFacts
from registry.facts.document import DocumentFacts
from registry.policy.vocabulary import (
    CLOSENESS,
    CONSORTIUM_KINDS,
    DIVISION_LEVELS,
)
from tests.registry.policy.words.institutions import institution
from tests.registry.policy.words.shared import declarations, evaluations, facilities, schemes
from tests.registry.policy.words.terms import PLACES


def _local(given: list) -> LocalConsortiumFacts:
    """[name, kind, what is said of it]: 紧密型, 成立=2020-05-01, 牵头=<phrase>, 远程=2018-12-31, 科目=19, 专科=肿瘤."""
    name, kind, *said = given
    more: dict[str, Any] = {}
    for token in said:
        key, _, value = token.partition("=")
        if key in ("成立", "远程"):
            more[{"成立": "founded_on", "远程": "remote_since"}[key]] = date.fromisoformat(value)
        elif key == "牵头":
            lead = institution(value)
            more |= {
                "lead": lead.name, "lead_class": lead.class_code, "lead_affiliation": lead.affiliation,
                "lead_ownership": lead.ownership,
            }  # fmt: skip
        elif key in ("科目", "专科"):
            more[{"科目": "specialty_code", "专科": "specialty_text"}[key]] = value
        else:
            more["closeness"] = CLOSENESS[token]
    return LocalConsortiumFacts(name, CONSORTIUM_KINDS[kind], **more)


def division(given: dict) -> DivisionFacts:
    """A place of a case: a county unless it says otherwise."""
    units = given.get("units")
    return DivisionFacts(
        level=DIVISION_LEVELS[given.get("level", "区县级")],
        kind=given.get("division_kind", "县"),
        ancestry=PLACES[given.get("place", "垫江县")],
        townships=tuple(TownshipFacts("", name, **more) for name, more in given.get("townships", {}).items()),
        grids=tuple(GridLineFacts(name) for name in given.get("grids", ())),
        consortia=tuple(_local(one) for one in given.get("consortia", ())),
        units=tuple(LocalUnitFacts(name, tuple(joined)) for name, joined in units.items()) if units else None,
        private=given.get("private", [None])[0],
        private_joined=given.get("private", [0, 0])[1],
        facilities=facilities(given),
        declarations=declarations(given.get("declared", {})),
        evaluations=evaluations(given),
        schemes=schemes(given),
    )


def campaign(given: dict) -> CampaignFacts:
    return CampaignFacts(
        name="年度考核",
        year=2019,
        participants=given.get("participants", 0),
        reported=given.get("reported", {}),
        schemes=schemes(given),
        evaluations=evaluations(given),
    )


def document(given: dict) -> DocumentFacts:
    return DocumentFacts(
        name="文件",
        effective_from=given.get("from"),
        plan_to=given.get("plan_to"),
        trial=given.get("trial", False),
        missing_parents=tuple(given.get("parents", ())),
    )
