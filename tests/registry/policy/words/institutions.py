"""An institution is a phrase such as "综合医院 三级甲等 区县级 公立 万州区"; one of its own case says what it leads and joins."""

import re
from dataclasses import replace
from datetime import date
from typing import Any

from registry.facts import (
    CredentialFacts,
    InstitutionFacts,
    LinkFacts,
    MemberFacts,
    ServiceFacts,
)
from registry.policy.vocabulary import (
    CONSORTIUM_KINDS,
    CREDENTIAL_KINDS,
    CREDENTIAL_LEVELS,
    GRADES,
    LEVELS,
    OWNERSHIPS,
)
from tests.registry.policy.words.terms import AFFILIATION_WORDS, CLASSES, PLACES, ROLES

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
