"""Who may lead (牵头单位的条件)."""

from registry.checks.common import named_entry, no_lead
from registry.facts.kinds import is_kind
from registry.policy.check import Param, check
from registry.policy.verdict import insufficient, not_applicable, passed, review, unmet

LEAD_WORDS = {
    "affiliations": "隶属关系",
    "levels": "医院级别",
    "grades": "医院等次",
    "kinds": "机构类别",
    "ownerships": "所有制",
}


def described(lead, p) -> str:
    """The lead in one phrase, with what is known of it."""
    known = [
        p.word(group, value)
        for group, value in (("affiliation", lead.belongs_to), ("level", lead.level), ("grade", lead.grade))
        if value
    ]
    return f"{lead.name}（{'、'.join(known)}）" if known else lead.name


def _one_of(value: str, allowed: list[str]) -> bool | None:
    return None if not value else value in allowed


def _any_kind(lead, kinds: list[str]) -> bool | None:
    answers = [is_kind(lead, kind) for kind in kinds]
    return True if True in answers else None if None in answers else False


def _criteria(lead, p) -> dict[str, bool | None]:
    """Each named condition with its answer; a condition without values is not set."""
    return {
        name: answer
        for name, answer, values in (
            ("affiliations", _one_of(lead.belongs_to, p.affiliations), p.affiliations),
            ("levels", _one_of(lead.level, p.levels), p.levels),
            ("grades", _one_of(lead.grade, p.grades), p.grades),
            ("ownerships", _one_of(lead.ownership, p.ownerships), p.ownerships),
            ("kinds", _any_kind(lead, p.kinds), p.kinds),
        )
        if values
    }


def _demand(p) -> str:
    """The conditions in one phrase, e.g. 隶属关系为区县级，机构类别为综合医院或中医医院."""
    parts = [
        (LEAD_WORDS[name], p.words(group, values, "或"))
        for name, group, values in (
            ("affiliations", "affiliation", p.affiliations),
            ("levels", "level", p.levels),
            ("grades", "grade", p.grades),
            ("ownerships", "ownership", p.ownerships),
            ("kinds", "institution_kind", p.kinds),
        )
    ]
    return "，".join(f"{label}为{wording}" for label, wording in parts if wording)


QUALITIES = {
    "affiliations": Param(list, words="affiliation", default=()),
    "levels": Param(list, words="level", default=()),
    "grades": Param(list, words="grade", default=()),
    "ownerships": Param(list, words="ownership", default=()),
    "kinds": Param(list, words="institution_kind", default=()),
}


@check("lead_is", subject="consortium", params=QUALITIES | {"review_private": Param(bool, default=False)})
def lead_is(facts, p, as_of):
    """牵头单位的隶属关系、级别、等次、所有制、机构类别均符合要求。"""
    if verdict := no_lead(facts):
        return verdict
    lead = facts.lead.institution
    answers, whom, demand = _criteria(lead, p), described(lead, p), _demand(p)
    evidence = {"牵头单位": whom, "要求": demand}
    failed = [name for name, answer in answers.items() if answer is False]
    private = lead.ownership == "private" or lead.belongs_to == "none"
    if p.review_private and private and set(failed) <= {"affiliations"}:
        return review(
            f"牵头单位{lead.name}为民营医疗机构，没有隶属关系，由审核人按其登记机关的级别判断", **evidence
        )
    if failed:
        wrong = "、".join(LEAD_WORDS[name] for name in failed)
        return unmet(f"牵头单位{whom}的{wrong}不符合“{demand}”", "由符合条件的医疗机构牵头", **evidence)
    if unknown := [LEAD_WORDS[name] for name, answer in answers.items() if answer is None]:
        return insufficient(*(f"牵头单位的{name}" for name in unknown), **evidence)
    return passed(f"牵头单位{whom}符合“{demand}”", **evidence)


@check(
    "lead_own_or_radiating",
    subject="consortium",
    reads=("declarations",),
    params={
        "affiliations": Param(list, words="affiliation"),
        "levels": Param(list, words="level"),
        "declaration": str,
        "named": Param(str, named=True, default=()),
        "area": str,
    },
)
def lead_own_or_radiating(facts, p, as_of):
    """牵头单位为本级医院，或者是辐射能力已申报并采信的高级别医院，或者是文件列名的牵头单位。"""
    if verdict := no_lead(facts):
        return verdict
    lead = facts.lead.institution
    hospital, evidence = is_kind(lead, "hospital"), {"牵头单位": described(lead, p)}
    own, high = _one_of(lead.belongs_to, p.affiliations), _one_of(lead.level, p.levels)
    if own and lead.ancestry and p.area not in lead.ancestry:  # another province's own hospital is not ours
        own = False
    levels, affiliations = p.words("level", p.levels), p.words("affiliation", p.affiliations)
    if entry := named_entry(lead, p.named):
        return passed(f"牵头单位{lead.name}是文件列名的牵头单位", 列名=entry["name"], **evidence)
    if hospital is False:
        return unmet(f"牵头单位{lead.name}不是医院", "由医院牵头", 机构类别=lead.class_code, **evidence)
    if own is False and high is False:
        return unmet(
            f"牵头单位{described(lead, p)}既不是{affiliations}医院，也不是{levels}医院",
            f"由{affiliations}医院或者具备较强区域辐射能力的{levels}医院牵头", **evidence,
        )  # fmt: skip
    if hospital is None:
        return insufficient("牵头单位的机构类别", **evidence)
    if own:
        return passed(f"牵头单位{described(lead, p)}为{affiliations}医院", **evidence)
    if high:
        return _radiating(facts.declarations.get(p.declaration), described(lead, p), levels, evidence)
    blank = [name for name, answer in (("隶属关系", own), ("医院级别", high)) if answer is None]
    return insufficient(*(f"牵头单位的{name}" for name in blank), **evidence)


def _radiating(declared, lead: str, levels: str, evidence):
    if declared and declared.accepted:
        return passed(
            f"牵头单位{lead}为{levels}医院，区域辐射能力已采信",
            区域辐射能力=declared.value,
            **evidence,
        )
    state = (
        "未被采信"
        if declared and declared.accepted is False
        else "已申报，尚未采信"
        if declared
        else "尚未申报"
    )
    return review(
        f"牵头单位{lead}为{levels}医院，其区域辐射能力{state}，由审核人判断",
        "填写区域辐射能力说明并附数据", **evidence,
    )  # fmt: skip


@check(
    "lead_qualified_or_declared",
    subject="consortium",
    reads=("declarations",),
    params=QUALITIES | {"declaration": str, "declared_word": str},
)
def lead_qualified_or_declared(facts, p, as_of):
    """牵头单位的条件全部符合，或者另一资格已申报并采信。"""
    if verdict := no_lead(facts):
        return verdict
    lead, evidence = (
        facts.lead.institution,
        {"牵头单位": described(facts.lead.institution, p), "要求": _demand(p)},
    )
    answers = list(_criteria(lead, p).values())
    if all(answer is True for answer in answers):
        return passed(f"牵头单位{described(lead, p)}符合“{_demand(p)}”", **evidence)
    declared = facts.declarations.get(p.declaration)
    if declared is None:
        return insufficient(p.declared_word, **evidence)
    if declared.accepted:
        return passed(f"牵头单位{lead.name}{p.declared_word}已申报并采信", **evidence)
    if declared.accepted is None and declared.value != "no":
        return review(f"牵头单位{lead.name}{p.declared_word}已申报，由主管部门判断", **evidence)
    if None in answers and False not in answers:
        return insufficient("牵头单位的隶属关系、级别或所有制", **evidence)
    return unmet(
        f"牵头单位{described(lead, p)}不符合“{_demand(p)}”，{p.declared_word}也未成立",
        "更换牵头单位",
        **evidence,
    )


@check("private_lead_with_private_member", subject="consortium")
def private_lead_with_private_member(facts, p, as_of):
    """民营医院牵头的，至少有一家民营成员；是否具备条件由审核人判断。"""
    if verdict := no_lead(facts):
        return verdict
    lead = facts.lead.institution
    if not lead.ownership:
        return insufficient("牵头单位的所有制")
    if lead.ownership != "private":
        return not_applicable("牵头单位不是民营医院")
    private = [m.institution.name for m in facts.counted if m.institution.ownership == "private"]
    if private:
        return review("民营医院牵头且有民营成员，是否具备条件由审核人判断", 民营成员=sorted(private))
    if any(not m.institution.ownership for m in facts.counted):
        return insufficient("成员单位的所有制")
    return unmet("民营医院牵头，但没有民营医疗机构参与", "吸收至少一家民营医疗机构")


@check("chair_is_legal_representative", subject="consortium")
def chair_is_legal_representative(facts, p, as_of):
    """理事长由牵头医院法定代表人担任。"""
    if not facts.lead.is_known:
        return insufficient("牵头单位")
    representative, chair = facts.lead_institution.legal_representative, facts.council_chair
    blank = [
        name for name, value in (("牵头单位的法定代表人", representative), ("理事长", chair)) if not value
    ]
    if blank:
        return insufficient(*blank)
    evidence = {"理事长": chair, "法定代表人": representative}
    if chair == representative:
        return passed(f"理事长{chair}是牵头医院法定代表人", **evidence)
    return unmet(
        f"理事长{chair}不是牵头医院法定代表人{representative}", "由牵头医院法定代表人担任理事长", **evidence
    )


@check(
    "lead_of_leading_level",
    subject="consortium",
    reads=("declarations",),
    params={
        "levels": Param(list, words="level"),
        "hospitals": Param(str, named=True, default=()),
        "declaration": str,
        "asks": str,
    },
)
def lead_of_leading_level(facts, p, as_of):
    """牵头单位为专科医院或三级综合医院（含列名的），并且领先水平已申报并采信。"""
    if verdict := no_lead(facts):
        return verdict
    lead = facts.lead.institution
    general = (
        True
        if named_entry(lead, p.hospitals)
        else _both(is_kind(lead, "general_hospital"), _one_of(lead.level, p.levels))
    )
    special, evidence = is_kind(lead, "specialised_hospital"), {"牵头单位": described(lead, p)}
    if general is False and special is False:
        return unmet(
            f"牵头单位{described(lead, p)}不是专科医院，也不是三级综合医院",
            "由符合条件的医院牵头",
            **evidence,
        )
    if True not in (general, special):
        return insufficient("牵头单位的机构类别或医院级别", **evidence)
    declared = facts.declarations.get(p.declaration)
    if declared is None:
        return insufficient(p.asks, **evidence)
    if declared.accepted:
        return passed(f"牵头单位{lead.name}的{p.asks}已申报并采信", **evidence)
    if declared.accepted is False or declared.value == "no":
        return unmet(f"牵头单位{lead.name}的{p.asks}未被采信", "更换牵头单位或补充依据", **evidence)
    return review(f"牵头单位{lead.name}的{p.asks}已申报，由主管部门判断", **evidence)


def _both(first: bool | None, second: bool | None) -> bool | None:
    return False if False in (first, second) else None if None in (first, second) else True
