"""Cases in domain words: an institution is a phrase such as "综合医院 三级甲等 区县级 公立 万州区"."""

import re
from dataclasses import replace
from datetime import date
from typing import Any

from evaluation.facts import CampaignFacts
from filing.facts import DueFacts, FilingFacts, MaterialFacts
from grids.facts import DivisionFacts, GridLineFacts, LocalConsortiumFacts, LocalUnitFacts, TownshipFacts
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
from registry.facts.document import DocumentFacts
from registry.facts.evaluation import EvaluationFacts, SchemeFacts
from registry.facts.facility import PlannedFacilityFacts
from registry.policy.pack import RuleSpec
from registry.policy.vocabulary import (
    AFFILIATIONS,
    CLOSENESS,
    CONSORTIUM_KINDS,
    CREDENTIAL_KINDS,
    CREDENTIAL_LEVELS,
    DIVISION_LEVELS,
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
    "三山区": ("340000", "340200", "340208"),
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
MODES = {"公建公营": "public", "公建民营": "public_private", "民建民营": "private"}
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
        declarations=_declarations(given.get("declared", {})),
        facilities=_facilities(given),
        evaluations=_evaluations(given),
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


def single(given: dict) -> InstitutionFacts:
    """An institution of its own case, with the consortia it leads (leads) or belongs to (joins)."""
    services = [
        ServiceFacts(
            name,
            CONSORTIUM_KINDS[kind],
            leads=True,
            registered="已备案" in state,
            holds_grid="有网格" in state,
            remote_members=next((int(t[2:]) for t in state if t.startswith("边远")), None),
        )
        for name, kind, *state in given.get("leads", ())
    ]
    services += [
        ServiceFacts(
            name,
            CONSORTIUM_KINDS[kind],
            counted="参与" not in said,
            scope="cross_province" if "跨省市" in said else "",
        )
        for name, kind, *said in given.get("joins", ())
    ]
    links = tuple(LinkFacts(name, lead, CLASSES.get(cls, "")) for name, lead, cls in given.get("links", ()))
    return replace(institution(given["institution"]), services=tuple(services), links=links)


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


def facility(given: dict) -> PlannedFacilityFacts:
    """A planned facility; a bare name is one of which nothing but the name is known."""
    if isinstance(given, str):
        given = {"name": given}
    return PlannedFacilityFacts(
        name=given.get("name", ""), also=tuple(given.get("also", ())), ancestry=PLACES["琅琊区"][:2],
        designer=given.get("设计", ""), builder=given.get("建设", ""), funder=given.get("出资", ""),
        operator=given.get("运营", ""), consulted=tuple(given.get("会商", ())),
        mode=MODES.get(given.get("方式", ""), ""), state="built" if given.get("建成") else given.get("state", ""),
        tender_document=given.get("中标文件", ""), completed_on=given.get("建成"),
        community_hospital_on=given.get("社区医院"), change_document=given.get("变更依据", ""),
    )  # fmt: skip


def _facilities(given: dict) -> tuple[PlannedFacilityFacts, ...]:
    """facilities lists them; built = [n, day] and hospitals = n stand for n alike."""
    listed = [facility(one) for one in given.get("facilities", ())]
    for name, many in given.get("many", {}).items():
        listed += [facility({**many, "name": f"{name}{n}"}) for n in range(many["数量"])]
    return tuple(listed)


def _evaluations(given: dict) -> tuple[EvaluationFacts, ...]:
    return tuple(
        EvaluationFacts(f"{year} 年度考核", year, closed or None, lowest=tuple(low))
        for year, closed, *low in given.get("evaluations", ())
    )


def _schemes(given: dict) -> tuple[SchemeFacts, ...]:
    return tuple(
        SchemeFacts("考核方案", provisions=tuple(known), groups=tuple(known))
        for known in given.get("schemes", ())
    )


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
        facilities=_facilities(given),
        declarations=_declarations(given.get("declared", {})),
        evaluations=_evaluations(given),
        schemes=_schemes(given),
    )


def campaign(given: dict) -> CampaignFacts:
    return CampaignFacts(
        name="年度考核",
        year=2019,
        participants=given.get("participants", 0),
        reported=given.get("reported", {}),
        schemes=_schemes(given),
        evaluations=_evaluations(given),
    )


def document(given: dict) -> DocumentFacts:
    return DocumentFacts(
        name="文件",
        effective_from=given.get("from"),
        plan_to=given.get("plan_to"),
        trial=given.get("trial", False),
        missing_parents=tuple(given.get("parents", ())),
    )


def answered(facts: Any, spec: RuleSpec, case: dict, day: date) -> Any:
    """The facts with an answer to the item that the rule asks for, and of a kind or level that the rule binds."""
    given, key = case["answer"], spec.params["declaration"]
    if spec.kinds and not getattr(facts, "kind", ""):
        facts = replace(facts, kind=spec.kinds[0])
    if spec.subject == "division" and "level" not in case and spec.params.get("levels"):
        facts = replace(facts, level=spec.params["levels"][0])
    if not given:
        return facts
    options = spec.params.get("options", ())
    chosen = {"全部": options, "缺一项": options[1:], "一项": options[:1], "别的": ["其他"]}
    value = given.get("value", "有")
    words_of = {"有": "yes", "没有": "no"}
    declared = DeclarationFacts(
        value="、".join(chosen[value]) if value in chosen else words_of.get(value, value),
        evidenced=given.get("evidence", True),
        accepted={"已采信": True, "未采信": False}.get(given.get("state", "")),
        year=given.get("year", day.year - 1) if spec.params.get("yearly") else None,
        amounts=tuple(given.get("amounts", ())),
        earlier=tuple(given.get("earlier", ())),
        days=tuple(one or None for one in given.get("days", ())),
        reason=given.get("reason", ""),
    )
    return replace(facts, declarations={**facts.declarations, key: declared})


BUILDERS = {
    "consortium": consortium,
    "filing": filing,
    "institution": single,
    "division": division,
    "planned_facility": facility,
    "evaluation": campaign,
    "document": document,
}
