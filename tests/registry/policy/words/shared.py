"""What cases of several kinds tell alike: declared facts, planned facilities, evaluations and their schemes."""

from registry.facts import (
    DeclarationFacts,
)
from registry.facts.evaluation import EvaluationFacts, SchemeFacts
from registry.facts.facility import PlannedFacilityFacts
from tests.registry.policy.words.terms import MODES, PLACES


def declarations(given: dict[str, str]) -> dict[str, DeclarationFacts]:
    accepted = {"已采信": True, "未采信": False}
    return {
        key: DeclarationFacts(state if state not in accepted else "有", True, accepted.get(state))
        for key, state in given.items()
    }


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


def facilities(given: dict) -> tuple[PlannedFacilityFacts, ...]:
    """facilities lists them; built = [n, day] and hospitals = n stand for n alike."""
    listed = [facility(one) for one in given.get("facilities", ())]
    for name, many in given.get("many", {}).items():
        listed += [facility({**many, "name": f"{name}{n}"}) for n in range(many["数量"])]
    return tuple(listed)


def evaluations(given: dict) -> tuple[EvaluationFacts, ...]:
    return tuple(
        EvaluationFacts(f"{year} 年度考核", year, closed or None, lowest=tuple(low))
        for year, closed, *low in given.get("evaluations", ())
    )


def schemes(given: dict) -> tuple[SchemeFacts, ...]:
    return tuple(
        SchemeFacts("考核方案", provisions=tuple(known), groups=tuple(known))
        for known in given.get("schemes", ())
    )
