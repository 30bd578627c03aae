"""Cases in domain words: an institution is a phrase such as "综合医院 三级甲等 区县级 公立 万州区"."""

import re
from dataclasses import replace
from datetime import date
from typing import Any

from filing.facts import DueFacts, FilingFacts, MaterialFacts
from registry.facts import (
    AllianceFacts,
    ConsortiumFacts,
    CredentialFacts,
    DeclarationFacts,
    InstitutionFacts,
    LeadFacts,
    LinkFacts,
    MemberFacts,
    ServiceFacts,
    WaiverFacts,
)
from registry.facts.consortium import DistrictShareFacts
from registry.policy.vocabulary import (
    AFFILIATIONS,
    CLOSENESS,
    CONSORTIUM_KINDS,
    CREDENTIAL_KINDS,
    CREDENTIAL_LEVELS,
    GRADES,
    LEVELS,
    OWNERSHIPS,
    SCOPES,
)

CLASSES = {
    "综合医院": "A100", "中医院": "A210", "骨伤医院": "A222", "中西医结合医院": "A300", "肿瘤医院": "A514",
    "康复医院": "A527", "疗养院": "A600", "护理院": "A710", "护理站": "A720", "社区卫生服务中心": "B100",
    "社区卫生服务站": "B200", "街道卫生院": "C100", "乡镇卫生院": "C220", "中心卫生院": "C210", "门诊部": "D110",
    "村卫生室": "D600", "急救中心": "E100", "妇幼保健院": "G100", "职业病防治院": "H113", "疾控中心": "J100",
}  # fmt: skip
PLACES = {
    "重庆": ("500000",),
    **dict.fromkeys(["渝中区"], ("500000", "500100", "500103")),
    "万州区": ("500000", "500100", "500101"),
    "垫江县": ("500000", "500200", "500231"),
    "成都": ("510000", "510100", "510104"),
    "杭州": ("330000", "330100", "330106"),
    "琅琊区": ("340000", "341100", "341102"),
    "南谯区": ("340000", "341100", "341103"),
    "昆明": ("530000", "530100", "530102"),
    "大理": ("530000", "532900", "532901"),
    "镜湖区": ("340000", "340200", "340202"),
    "弋江区": ("340000", "340200", "340203"),
    "无为县": ("340000", "340200", "340225"),
}
ROLES = {"参与": "participant", "企业": "company", "共享中心": "shared_centre"}
MATERIALS = {
    "备案表": "form",
    "章程": "charter",
    "协议书": "agreement",
    "建设方案": "plan",
    "政府协议": "government",
    "医院协议": "hospital",
}
AFFILIATION_WORDS = {**AFFILIATIONS, "市级": "province", "州市级": "city"}
_BUILT = 0


def institution(phrase: str) -> InstitutionFacts:
    """Every word that is not said stays unknown; a word that nobody knows is a mistake in the case."""
    global _BUILT
    _BUILT += 1
    values: dict[str, Any] = {"id": _BUILT, "name": f"第{_BUILT}机构", "other_names": ()}
    for token in phrase.split():
        key, _, value = token.partition("=")
        if key in ("名称", "别名", "法定代表人"):
            values |= {
                "名称": {"name": value}, "别名": {"other_names": (*values["other_names"], value)},
                "法定代表人": {"legal_representative": value},
            }[key]  # fmt: skip
        elif token in CLASSES:
            values["class_code"] = CLASSES[token]
        elif token in PLACES:
            codes = (*PLACES[token], "", "")
            values |= {
                "ancestry": PLACES[token], "province": codes[0], "city": codes[1], "county": codes[2]
            }  # fmt: skip
        elif token in AFFILIATION_WORDS:
            values["affiliation"] = AFFILIATION_WORDS[token]
        elif token in OWNERSHIPS:
            values["ownership"] = OWNERSHIPS[token]
        elif token in ("部队", "非部队"):
            values["is_military"] = token == "部队"
        elif token[:2] in LEVELS and (not token[2:] or token[2:] in GRADES):
            values |= {"level": LEVELS[token[:2]], "grade": GRADES.get(token[2:], "")}
        elif token in LEVELS:
            values["level"] = LEVELS[token]
        elif token != "情况不详":
            raise ValueError(f"unknown word {token} in {phrase}")
    return InstitutionFacts(**values)


def members(phrases: list[str]) -> tuple[MemberFacts, ...]:
    """One line for one member, or for several with ×n at its end."""
    found = []
    for phrase in phrases:
        times = re.search(r" ×(\d+)$", phrase)
        for _ in range(int(times[1]) if times else 1):
            found.append(_member(phrase[: times.start()] if times else phrase))
    return tuple(found)


def _member(phrase: str) -> MemberFacts:
    words, more = [], {}
    for token in phrase.split():
        if token in ROLES:
            more["role"] = ROLES[token]
        elif token == "未入名录":
            more["in_roster"] = False
        elif token.startswith("远程="):
            more["remote_enabled_on"] = date.fromisoformat(token[3:])
        else:
            words.append(token)
    return MemberFacts(institution(" ".join(words)), **more)


def credential(phrase: str) -> CredentialFacts:
    """肿瘤科 国家级 临床重点专科 学会=国家级/委员."""
    values: dict[str, str] = {}
    for token in phrase.split():
        if token.startswith("学会="):
            level, post = token[3:].split("/")
            values |= {"society_level": {**CREDENTIAL_LEVELS, "市级": "city"}[level], "society_post": post}
        elif token in CREDENTIAL_LEVELS or token == "市级":
            values["level"] = CREDENTIAL_LEVELS.get(token, "city")
        elif token in CREDENTIAL_KINDS:
            values["kind"] = CREDENTIAL_KINDS[token]
        else:
            values["subject_name"] = token
    return CredentialFacts(**values)


def _declarations(given: dict[str, str]) -> dict[str, DeclarationFacts]:
    accepted = {"已采信": True, "未采信": False}
    return {
        key: DeclarationFacts(state if state not in accepted else "有", True, accepted.get(state))
        for key, state in given.items()
    }


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
        declarations=_declarations(given.get("declared", {})),
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
        waivers=_waivers(given.get("waivers", ())),
    )


def single(given: dict) -> InstitutionFacts:
    """An institution of its own case, with the consortia it leads (leads) or belongs to (joins)."""
    services = [
        ServiceFacts(
            name,
            CONSORTIUM_KINDS[kind],
            leads=True,
            registered="已备案" in state,
            holds_grid="有网格" in state,
        )
        for name, kind, *state in given.get("leads", ())
    ]
    services += [ServiceFacts(name, CONSORTIUM_KINDS[kind]) for name, kind in given.get("joins", ())]
    links = tuple(LinkFacts(name, lead, CLASSES.get(cls, "")) for name, lead, cls in given.get("links", ()))
    return replace(institution(given["institution"]), services=tuple(services), links=links)


BUILDERS = {"consortium": consortium, "filing": filing, "institution": single}
