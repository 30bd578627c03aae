"""Key specialties and posts in societies (专科资质), approval and number of alliances."""

from registry.checks.common import plain
from registry.facts.kinds import is_kind
from registry.policy.check import Param, check
from registry.policy.verdict import info, insufficient, not_applicable, passed, review, unmet

# In rising order; the longest wording is looked for first, so that 副主任委员 is not read as 委员.
_POSTS = (("副主", 3), ("主任委员", 4), ("主委", 4), ("会长", 4), ("常务委员", 2), ("常委", 2), ("委员", 1))


def post_rank(post: str) -> int | None:
    """委员 1, 常委 2, 副主委 3, 主委 4; None for a post that is none of them."""
    if "副会长" in post:
        return 3
    return next((rank for wording, rank in _POSTS if wording in post), None)


def _of_specialty(facts) -> list:
    """The lead's credentials for the specialty of the alliance."""
    texts = {
        plain(text).removesuffix("专业") for text in (facts.specialty_name, facts.specialty_text) if text
    }
    return [
        credential
        for credential in facts.lead.credentials
        if (facts.specialty_code and credential.subject_code == facts.specialty_code)
        or (not credential.subject_code and plain(credential.subject_name).removesuffix("专业") in texts)
    ]


def _undeclared(facts):
    if not facts.lead.is_known:
        return insufficient("牵头单位")
    if not facts.specialty_code and not facts.specialty_text:
        return insufficient("专科名称")
    return None


@check(
    "lead_has_key_specialty",
    subject="consortium",
    params={
        "levels": Param(list, words="credential_level"),
        "kinds": Param(list, words="credential_kind"),
    },
)
def lead_has_key_specialty(facts, p, as_of):
    """牵头单位的该专科是规定级别的重点专科或重点学科。"""
    if verdict := _undeclared(facts):
        return verdict
    held = _of_specialty(facts)
    if not held:
        return insufficient("该专科的专科资质")
    demand = f"{p.words('credential_level', p.levels)}的{p.words('credential_kind', p.kinds)}"
    listed = sorted(f"{p.word('credential_level', c.level)}{p.word('credential_kind', c.kind)}" for c in held)
    high = [c for c in held if c.level in p.levels]
    if any(c.kind in p.kinds for c in high):
        return passed(f"该专科已有{'、'.join(listed)}", 专科资质=listed)
    if any(not c.kind for c in high):
        return insufficient("专科资质的类别", 专科资质=listed)
    return unmet(
        f"该专科的资质为{'、'.join(listed)}，要求为{demand}", "由具备资质的医院牵头", 专科资质=listed
    )


@check(
    "specialty_leader_post",
    subject="consortium",
    params={
        "societies": Param(list, words="credential_level"),
        "at_least": Param(str, words="post"),
        "review_above": Param(list, words="credential_level", default=()),
    },
)
def specialty_leader_post(facts, p, as_of):
    """专科带头人在规定级别的学会任职达到规定职务。"""
    if verdict := _undeclared(facts):
        return verdict
    posts = [c for c in _of_specialty(facts) if c.society_level and c.society_post]
    if not posts:
        return insufficient("专科带头人的学会任职")
    least, demand = (
        int(p.at_least),
        f"{p.words('credential_level', p.societies)}学会{p.word('post', p.at_least)}以上",
    )
    listed = sorted(f"{p.word('credential_level', c.society_level)}学会{c.society_post}" for c in posts)
    ranked = [(c, post_rank(c.society_post)) for c in posts]
    if any(rank and rank >= least for c, rank in ranked if c.society_level in p.societies):
        return passed(f"专科带头人任{'、'.join(listed)}", 学会任职=listed)
    if any(rank is None or c.society_level in p.review_above for c, rank in ranked):
        return review(f"专科带头人任{'、'.join(listed)}，是否相当于{demand}由审核人判断", 学会任职=listed)
    return unmet(f"专科带头人任{'、'.join(listed)}，要求为{demand}", "由符合条件的专科牵头", 学会任职=listed)


@check("waiver_recorded", subject="consortium", params={"rules": list})
def waiver_recorded(facts, p, as_of):
    """主管部门是否已放宽条件。"""
    held = sorted(w.rule for w in facts.waivers if w.rule in p.rules)
    if held:
        return info(f"主管部门已对 {'、'.join(held)} 放宽条件", 放宽的条款=held)
    return not_applicable("没有放宽条件的记录")


@check("one_alliance_per_specialty", subject="consortium", reads=("same_specialty",))
def one_alliance_per_specialty(facts, p, as_of):
    """同一专科只设一个联盟，先获同意的为准；上下级科目并存由审核人判断。"""
    if not facts.specialty_code:
        return insufficient("诊疗科目")
    same = [a for a in facts.same_specialty if a.subject_code == facts.specialty_code]
    related = [
        a for a in facts.same_specialty if a.subject_code.split(".")[0] == facts.specialty_code.split(".")[0]
    ]
    own = facts.approved_on or facts.founded_on
    if same and own is None:
        return insufficient("审查同意日期或成立日期", 同专科联盟=sorted(a.name for a in same))
    dates = [(a.approved_on or a.founded_on, a.name) for a in same]
    if any(on is None for on, _ in dates):
        return insufficient(
            "同专科联盟的审查同意日期或成立日期", 同专科联盟=sorted(name for _, name in dates)
        )
    if earlier := sorted(name for on, name in dates if (on, name) < (own, facts.name)):
        return unmet(
            f"{facts.specialty_name}已有专科联盟：{'、'.join(earlier)}", "并入已有联盟", 先设的联盟=earlier
        )
    across = sorted(
        a.name
        for a in related
        if a.subject_code != facts.specialty_code and ("." in a.subject_code) != ("." in facts.specialty_code)
    )
    if across:
        return review(f"上下级科目已有专科联盟：{'、'.join(across)}，由审核人判断", 相关联盟=across)
    return passed(f"{facts.specialty_name}没有更早设立的专科联盟", 同专科联盟数=len(same))


@check("approved_before_founding", subject="consortium")
def approved_before_founding(facts, p, as_of):
    """成立之前已经主管部门审查同意。"""
    if not facts.approved_on or not facts.founded_on:
        blank = [n for n, v in (("审查同意日期", facts.approved_on), ("成立日期", facts.founded_on)) if not v]
        return insufficient(*blank)
    evidence = {"审查同意日期": facts.approved_on.isoformat(), "成立日期": facts.founded_on.isoformat()}
    if facts.approved_on <= facts.founded_on:
        return passed(f"{facts.approved_on} 审查同意，{facts.founded_on} 成立", **evidence)
    return unmet(
        f"{facts.founded_on} 成立，{facts.approved_on} 才审查同意", "今后先申请审查同意再组建", **evidence
    )


@check(
    "lead_with_project",
    subject="consortium",
    params={
        "general": Param(list, words="affiliation"),
        "specialised": Param(list, words="affiliation"),
        "levels": Param(list, words="level"),
        "projects": Param(list, words="credential_level"),
    },
)
def lead_with_project(facts, p, as_of):
    """牵头单位是省市三级综合医院或省级专科医院，并有国家级或省级临床重点专科建设项目。"""
    if verdict := _undeclared(facts):
        return verdict
    lead = facts.lead_institution
    general = _all(
        is_kind(lead, "general_hospital"), _among(lead.level, p.levels), _among(lead.belongs_to, p.general)
    )
    special = _all(is_kind(lead, "specialised_hospital"), _among(lead.belongs_to, p.specialised))
    evidence = {"牵头单位": lead.name}
    if general is False and special is False:
        return unmet(
            f"牵头单位{lead.name}不是省市三级综合医院，也不是省级专科医院", "由符合条件的医院牵头", **evidence
        )
    held = _of_specialty(facts)
    if not held:
        return insufficient("临床重点专科建设项目", **evidence)
    if not any(c.level in p.projects for c in held):
        return unmet("没有国家级或省级临床重点专科建设项目", "由承担项目的医院牵头", **evidence)
    if True not in (general, special):
        return insufficient("牵头单位的机构类别、级别或隶属关系", **evidence)
    return passed(f"{lead.name}承担该专科的国家级或省级临床重点专科建设项目", **evidence)


def _among(value: str, allowed: list[str]) -> bool | None:
    return None if not value else value in allowed


def _all(*answers: bool | None) -> bool | None:
    return False if False in answers else None if None in answers else True
