"""Links between city hospitals and county communities (城乡医联体)."""

from registry.checks.common import is_named
from registry.facts.kinds import CLASSES, is_kind
from registry.policy.check import Param, check
from registry.policy.verdict import info, insufficient, not_applicable, passed, review, unmet


@check(
    "urban_rural_parties",
    subject="consortium",
    reads=("members", "partners"),
    params={"hospitals": Param(str, named=True), "levels": Param(list, words="level"), "area": str},
)
def urban_rural_parties(facts, p, as_of):
    """一方是城市三级综合医院（含列名的医院），另一方是县域医共体的牵头医院。"""
    parties = [m.institution for m in facts.counted]
    if facts.lead.institution:
        parties.append(facts.lead.institution)
    if len(parties) < 2:
        return insufficient("合作双方")
    rural = {link.institution for link in facts.partners}
    city = {i.name: _is_city_hospital(i, p) for i in parties if i.name not in rural}
    hospitals = sorted(name for name, answer in city.items() if answer)
    communities = sorted(link.consortium for link in facts.partners)
    evidence = {"城市三级综合医院": hospitals, "县域医共体": communities}
    if hospitals and communities:
        return passed(f"{'、'.join(hospitals)}与{'、'.join(communities)}的牵头医院合作", **evidence)
    if not communities:
        return unmet("没有一方是县域医共体的牵头医院", "由县域医共体牵头医院作为一方", **evidence)
    if None in city.values():
        return insufficient("合作双方的机构类别或医院级别", **evidence)
    return unmet("没有一方是城市三级综合医院", "由城市三级综合医院作为一方", **evidence)


def _is_city_hospital(institution, p) -> bool | None:
    if any(is_named(institution, entry) for entry in p.hospitals):
        return True
    answers = (
        is_kind(institution, "general_hospital"),
        institution.level in p.levels if institution.level else None,
        p.area in institution.ancestry if institution.ancestry else None,
    )
    return False if False in answers else None if None in answers else True


@check("linked_hospitals_at_most", subject="consortium", reads=("linked_hospitals",), params={"at_most": int})
def linked_hospitals_at_most(facts, p, as_of):
    """一个县域医共体只与若干家城市三级医院建立城乡医联体。"""
    hospitals = sorted({link.institution for link in facts.linked_hospitals})
    evidence = {"城市医院": hospitals}
    if not hospitals:
        return info("尚未与城市三级医院建立城乡医联体", **evidence)
    if len(hospitals) <= p.at_most:
        return passed(f"与{'、'.join(hospitals)}建立城乡医联体", **evidence)
    return unmet(
        f"与 {len(hospitals)} 家城市医院建立城乡医联体：{'、'.join(hospitals)}", "只保留一家", **evidence
    )


@check(
    "linked_communities_at_most", subject="institution", reads=("links",), params={"general": int, "tcm": int}
)
def linked_communities_at_most(facts, p, as_of):
    """一家城市三级医院合作的县医院牵头、县中医院牵头的县域医共体各不超过若干个。"""
    if not facts.links:
        return not_applicable("没有参加城乡医联体")
    led = {"县医院": [], "县中医院": [], "其他": [], "未知": []}
    for link in facts.links:
        led[_lead_word(link.class_code)].append(link.consortium)
    evidence = {word: sorted(listed) for word, listed in led.items() if listed}
    counts = f"县医院牵头的 {len(led['县医院'])} 个，县中医院牵头的 {len(led['县中医院'])} 个"
    if len(led["县医院"]) > p.general or len(led["县中医院"]) > p.tcm:
        return unmet(f"合作{counts}，上限为 {p.general} 个和 {p.tcm} 个", "减少合作的医共体", **evidence)
    if led["未知"]:
        return insufficient("医共体牵头医院的机构类别", **evidence)
    if led["其他"]:
        return review(f"合作的医共体由其他类别的医院牵头：{'、'.join(sorted(led['其他']))}", **evidence)
    return passed(f"合作{counts}", **evidence)


def _lead_word(class_code: str) -> str:
    if not class_code:
        return "未知"
    if class_code.startswith(CLASSES["general_hospital"]):
        return "县医院"
    return "县中医院" if class_code.startswith(CLASSES["tcm_hospital"]) else "其他"


@check("partners_remote_enabled", subject="consortium", reads=("partners",))
def partners_remote_enabled(facts, p, as_of):
    """合作的县域医共体的成员单位全部开通远程医疗。"""
    if not facts.partners:
        return insufficient("合作的县域医共体")
    members = sum(link.members for link in facts.partners)
    remote = sum(link.remote for link in facts.partners)
    evidence = {"各医共体": {link.consortium: f"{link.remote} / {link.members}" for link in facts.partners}}
    if not members:
        return insufficient("合作的县域医共体的成员单位", **evidence)
    said = f"合作的县域医共体有成员单位 {members} 家，{remote} 家已开通远程医疗"
    if remote == members:
        return passed(said, **evidence)
    if not remote:
        return insufficient("成员单位的远程开通日期", **evidence)
    return unmet(said, "为其余成员单位开通远程医疗", **evidence)
