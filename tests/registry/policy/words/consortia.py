"""A consortium and its filing, as a case tells of them."""

from datetime import date

from filing.facts import DueFacts, FilingFacts, MaterialFacts
from registry.facts import (
    AllianceFacts,
    ConsortiumFacts,
    LeadFacts,
    LinkFacts,
    WaiverFacts,
)
from registry.facts.consortium import DistrictShareFacts
from registry.policy.vocabulary import (
    CLOSENESS,
    CONSORTIUM_KINDS,
    SCOPES,
)
from tests.registry.policy.words.institutions import credential, institution, members
from tests.registry.policy.words.shared import declarations, evaluations, facilities
from tests.registry.policy.words.terms import MATERIALS, PLACES


def _lead(given: dict) -> LeadFacts:
    if not given.get("lead"):
        return LeadFacts(company_name=given.get("lead_company", ""))
    held = tuple(credential(phrase) for phrase in given.get("credentials", ()))
    return LeadFacts(institution(given["lead"]), credentials=held)


def _waivers(given: dict) -> tuple[WaiverFacts, ...]:
    granted = {"granted_by": "李处长", "granted_on": date(2019, 1, 1), "document": "渝卫函1号"}
    return tuple(
        WaiverFacts(w["rule"], w["reason"], **granted, replaced=w.get("replaced", {})) for w in given
    )


def consortium(given: dict) -> ConsortiumFacts:
    """The consortium of a case; what the case does not say stays unknown."""
    lead = _lead(given)
    place = (
        PLACES[given["place"]] if "place" in given else lead.institution.ancestry if lead.institution else ()
    )
    links = {
        key: tuple(LinkFacts(*one) for one in given.get(key, ())) for key in ("partners", "linked_hospitals")
    }
    return ConsortiumFacts(
        id=None if given.get("draft") else 1,
        name=given.get("name", ""),
        kind=CONSORTIUM_KINDS.get(given.get("kind", ""), ""),
        scope=SCOPES.get(given.get("scope", ""), ""),
        specialty_code=given.get("specialty", ["", ""])[0],
        specialty_name=given.get("specialty", ["", ""])[1],
        specialty_text=given.get("specialty_text", ""),
        closeness=CLOSENESS.get(given.get("closeness", ""), ""),
        founded_on=given.get("founded"),
        approved_on=given.get("approved"),
        council_chair=given.get("chair", ""),
        ancestry=place,
        county=place[2] if len(place) > 2 else "",
        county_is_urban=given.get("urban"),
        lead=lead,
        members=members(given.get("members", [])),
        roster=given.get("roster"),
        districts=tuple(DistrictShareFacts(*share) for share in given.get("districts", ())),
        declarations=declarations(given.get("declared", {})),
        facilities=facilities(given),
        evaluations=evaluations(given),
        waivers=_waivers(given.get("waivers", ())),
        same_specialty=tuple(
            AllianceFacts(a["name"], a["code"], a.get("approved"), a.get("founded"))
            for a in given.get("others", ())
        ),
        **links,
    )


def filing(given: dict) -> FilingFacts:
    lead = institution(given["lead"]) if given.get("lead") else None
    due = given.get("due")
    by = {"牵头单位": lead.id if lead else None, "别的单位": 0}
    return FilingFacts(
        kind=CONSORTIUM_KINDS.get(given.get("kind", "城市医疗集团"), ""),
        scope=SCOPES.get(given.get("scope", ""), ""),
        ancestry=PLACES[given.get("place", "渝中区")],
        exists=given.get("exists", True),
        origin="imported" if given.get("imported") else "online",
        lead=lead,
        lead_company=given.get("lead_company", ""),
        authority=given.get("authority", ""),
        lead_bureaus=tuple(given.get("bureaus", ())),
        filed_by=by.get(given.get("by", "")),
        filed_by_name=given.get("by", ""),
        founded_on=given.get("founded"),
        submitted_on=given.get("submitted"),
        accepted_on=given.get("accepted"),
        due=DueFacts(due, given.get("earliest", due), given.get("latest", due), given.get("late", 0))
        if due
        else None,
        materials=tuple(
            MaterialFacts(MATERIALS[m.removeprefix("打不开的")], not m.startswith("打不开的"))
            for m in given.get("materials", ())
        ),
        form_generated=given.get("form_generated", False),
        uncovered=tuple(given.get("uncovered", ())),
        private=tuple(given.get("private", ())),
        waivers=_waivers(given.get("waivers", ())),
    )
