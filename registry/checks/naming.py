"""How a consortium is named (命名)."""

from registry.checks.common import plain
from registry.policy.check import Param, check
from registry.policy.verdict import info, insufficient, not_applicable, passed, review, unmet


@check("named_after_lead", subject="consortium", params={"suffix": str, "also": Param(list, default=())})
def named_after_lead(facts, p, as_of):
    """名称为“牵头医院名称＋类型词”。"""
    if not facts.lead.is_known:
        return insufficient("牵头单位")
    if not facts.name:
        return insufficient("医联体名称")
    expected = facts.lead.name + p.suffix
    evidence = {"名称": facts.name, "应为": expected}
    if plain(facts.name) == plain(expected):
        return passed(f"名称“{facts.name}”由牵头医院名称和“{p.suffix}”组成", **evidence)
    lead_names = facts.lead_institution.names if facts.lead.institution else (facts.lead.name,)
    near = {plain(name + suffix) for name in lead_names if name for suffix in (p.suffix, *p.also)}
    if plain(facts.name) in near:
        return review(
            f"名称“{facts.name}”用的不是牵头医院第一名称或规定的类型词，建议改为“{expected}”",
            f"改名为“{expected}”", **evidence,
        )  # fmt: skip
    return unmet(f"名称“{facts.name}”不符合命名规则，应为“{expected}”", f"改名为“{expected}”", **evidence)


def _spellings(facts) -> set[str]:
    """The specialty as it may stand in a name: with or without the ending 专业 (readings A18)."""
    given = {plain(word) for word in (facts.specialty_name, facts.specialty_text) if word}
    given.discard(plain(facts.specialty_code))  # a sheet may give the code where the name stands
    return given | {word.removesuffix("专业") for word in given}


@check(
    "alliance_name",
    subject="consortium",
    params={"local": str, "suffix": str, "regions": Param(str, named=True)},
)
def alliance_name(facts, p, as_of):
    """专科联盟名称为“国家片区或本市＋专科＋专科联盟”。"""
    specialties = _spellings(facts)
    if not specialties:
        return insufficient("专科名称")
    if not facts.name:
        return insufficient("医联体名称")
    name, evidence = plain(facts.name), {"名称": facts.name}
    heads = [name.removesuffix(word + p.suffix) for word in specialties if name.endswith(word + p.suffix)]
    example = max(specialties, key=len) + p.suffix
    if not heads or not min(heads, key=len):
        return unmet(
            f"名称“{facts.name}”不符合“国家片区/{p.local}＋专科＋{p.suffix}”",
            f"改为“……{example}”",
            **evidence,
        )
    head = min(heads, key=len)
    if not facts.scope:
        return insufficient("范围", **evidence)
    if facts.scope == "in_city":
        if head == p.local:
            return passed(f"名称“{facts.name}”符合命名规则", **evidence)
        return unmet(f"市内专科联盟的名称应以“{p.local}”开头", f"改名为“{p.local}{example}”", **evidence)
    if head in {plain(str(entry["name"])) for entry in p.regions}:
        return passed(f"名称“{facts.name}”符合命名规则", 国家片区=head, **evidence)
    return review(f"“{head}”不在已知国家片区之列，由审核人判断", "用国家片区名称开头", **evidence)


@check("specialty_in_catalogue", subject="consortium")
def specialty_in_catalogue(facts, p, as_of):
    """专科名称参照诊疗科目名录。"""
    if not facts.specialty_code and not facts.specialty_text:
        return insufficient("专科名称")
    listed, given = plain(facts.specialty_name), plain(facts.specialty_text)
    if given == plain(facts.specialty_code):  # a sheet may give the code where the name stands
        given = ""
    evidence = {"专科名称": given or facts.specialty_name, "科目代码": facts.specialty_code}
    if facts.specialty_code and (not given or given.removesuffix("专业") == listed.removesuffix("专业")):
        return passed(f"专科名称“{evidence['专科名称']}”在《医疗机构诊疗科目名录》中", **evidence)
    near = f"，名录中相近的是“{facts.specialty_name}”" if facts.specialty_name else ""
    return unmet(
        f"专科名称“{facts.specialty_text}”不在《医疗机构诊疗科目名录》中{near}",
        "改用名录中的名称，或者说明理由",
        **evidence,
    )


@check("led_by_military", subject="consortium")
def led_by_military(facts, p, as_of):
    """部队医院牵头的，命名按部队规定。"""
    if not facts.lead.is_known:
        return insufficient("牵头单位")
    if facts.lead_institution.of_military:
        return info(f"牵头单位{facts.lead.name}为部队医院，命名按部队有关规定执行")
    return not_applicable("牵头单位不是部队医院")
