"""What stands in a place against what the plan wants there (辖区内的建设情况)."""

from datetime import date

from grids.checks.common import few, names, outside_level
from grids.checks.coverage import LEVELS
from registry.facts.kinds import CLASSES
from registry.policy.check import Param, check
from registry.policy.verdict import info, insufficient, not_applicable, passed, review, unmet

KINDS = Param(list, words="consortium_kind")


def _of_kind(facts, kinds):
    return [c for c in facts.consortia if c.kind in kinds]


@check(
    "consortia_founded",
    subject="division",
    reads=("consortia",),
    params={
        "levels": LEVELS,
        "kinds": KINDS,
        "closeness": Param(str, words="closeness"),
        "at_least": int,
        "by": date,
    },
)
def consortia_founded(facts, p, as_of):
    """到期建成若干个某种紧密程度的医联体；期限之前只报进度。"""
    if verdict := outside_level(facts, p.levels):
        return verdict
    limit = min(p.by, as_of.isoformat())
    early = [c for c in _of_kind(facts, p.kinds) if c.founded_on is None or c.founded_on.isoformat() <= limit]
    done = [c.name for c in early if c.founded_on and c.closeness == p.closeness]
    open_ = [c.name for c in early if not c.closeness or (not c.founded_on and c.closeness == p.closeness)]
    word = p.word("closeness", p.closeness)
    said = f"{p.by} 前建成{word}医联体 {len(done)} 个，要求 {p.at_least} 个"
    evidence = {"已建成": names(done), "紧密程度或成立日期空白": names(open_)}
    if len(done) >= p.at_least:
        return passed(said, **evidence)
    if as_of.isoformat() <= p.by:
        return info(said, **evidence)
    if len(done) + len(open_) >= p.at_least:
        return insufficient("医联体的紧密程度或成立日期", **evidence)
    return unmet(said, f"建设{word}医联体", **evidence)


@check("county_community_present", subject="division", reads=("consortia",), params={"by": date})
def county_community_present(facts, p, as_of):
    """每个县有县级医院牵头的县域医共体；只有民营医院牵头的由审核人判断。"""
    if verdict := outside_level(facts, ["county"]):
        return verdict
    if facts.kind == "市辖区":
        return not_applicable("市辖区没有建设县域医共体的任务")
    communities = _of_kind(facts, ["county_community"])
    led = [c for c in communities if _county_hospital(c)]
    evidence = {"县域医共体": {c.name: c.lead or "牵头单位未定" for c in communities}}
    if led:
        return passed(f"有县级医院牵头的县域医共体 {len(led)} 个", **evidence)
    if private := [c.lead for c in communities if c.lead_ownership == "private"]:
        return review(f"县域医共体由民营医院{few(private)}牵头，是否具备条件由审核人判断", **evidence)
    if any(not c.lead or not c.lead_class or not c.lead_affiliation for c in communities):
        return insufficient("县域医共体的牵头单位及其类别、隶属关系", **evidence)
    state = "没有由县级医院牵头的县域医共体" if communities else "没有县域医共体"
    if as_of.isoformat() <= p.by:
        return info(f"{state}，期限为 {p.by}", **evidence)
    return unmet(state, "组建由县级医院牵头的县域医共体", **evidence)


def _county_hospital(consortium) -> bool:
    hospital = consortium.lead_class.startswith(CLASSES["county_hospital"])
    return hospital and consortium.lead_affiliation == "county" and consortium.lead_ownership != "private"


@check("units_in_one_community", subject="division", reads=("units",))
def units_in_one_community(facts, p, as_of):
    """区县内每家乡镇卫生院、社区卫生服务中心恰属一个县域医共体。"""
    if verdict := outside_level(facts, ["county"]):
        return verdict
    if not facts.units:
        return insufficient("乡镇卫生院、社区卫生服务中心名录")
    none = [unit.name for unit in facts.units if not unit.communities]
    several = [unit.name for unit in facts.units if len(unit.communities) > 1]
    evidence = {"机构数": len(facts.units), "没有加入": names(none), "加入几个": names(several)}
    if not none and not several:
        return passed(f"{len(facts.units)} 家乡镇卫生院、社区卫生服务中心都恰属一个医共体", **evidence)
    parts = [
        text
        for text, listed in (
            (f"{len(none)} 家没有加入医共体（{few(none)}）", none),
            (f"{len(several)} 家加入几个医共体（{few(several)}）", several),
        )
        if listed
    ]
    return unmet("，".join(parts), "纳入一个医共体，或者说明理由", **evidence)


@check(
    "specialty_coverage",
    subject="division",
    reads=("consortia",),
    params={
        "levels": LEVELS,
        "specialties": Param(str, named=True),
        "only_class": Param(str, default=""),
    },
)
def specialty_coverage(facts, p, as_of):
    """重点专科的专科联盟设置情况，只作提示。"""
    if verdict := outside_level(facts, p.levels):
        return verdict
    alliances = _of_kind(facts, ["specialty_alliance"])
    wanted = [entry for entry in p.specialties if p.only_class in ("", entry.get("class", ""))]
    table = {entry["name"]: names(c.name for c in alliances if _covers(c, entry)) for entry in wanted}
    there = [name for name, listed in table.items() if listed]
    absent = [name for name, listed in table.items() if not listed]
    said = f"{len(table)} 个重点专科中 {len(there)} 个已有专科联盟"
    return info(f"{said}；尚无：{'、'.join(absent)}" if absent else said, 各专科的联盟=table)


def _covers(consortium, entry) -> bool:
    code = entry.get("subject_code", "")
    of_code = bool(code) and (
        consortium.specialty_code == code or consortium.specialty_code.startswith(f"{code}.")
    )
    return of_code or entry["name"].removesuffix("科") in consortium.specialty_text


@check(
    "consortia_remote_enabled",
    subject="division",
    reads=("consortia",),
    params={"levels": LEVELS, "kinds": Param(list, words="consortium_kind", default=()), "by": date},
)
def consortia_remote_enabled(facts, p, as_of):
    """辖区内的医联体到期全部开通远程医疗；期限之前只报进度。"""
    if verdict := outside_level(facts, p.levels):
        return verdict
    bound = [c for c in facts.consortia if not p.kinds or c.kind in p.kinds]
    if not bound:
        return not_applicable("辖区内没有所列医联体")
    enabled = [c for c in bound if c.remote_since and c.remote_since.isoformat() <= p.by]
    late = [c.name for c in bound if c.remote_since and c not in enabled]
    blank = [c.name for c in bound if not c.remote_since]
    said = f"{len(bound)} 个医联体中 {len(enabled)} 个在 {p.by} 前开通远程医疗"
    evidence = {"应开通": len(bound), "已开通": len(enabled), "晚于期限": names(late), "未填报": names(blank)}
    if not late and not blank:
        return passed(said, **evidence)
    if as_of.isoformat() <= p.by:
        return info(said, **evidence)
    if late:
        return unmet(f"{said}，{len(late)} 个晚于期限（{few(late)}）", "为其余医联体开通远程医疗", **evidence)
    return insufficient("医联体的远程开通日期", **evidence)


@check("private_share", subject="division", reads=("private",))
def private_share(facts, p, as_of):
    """社会力量举办的医疗机构加入医联体的比例，只作提示。"""
    if verdict := outside_level(facts, ["county"]):
        return verdict
    if not facts.private:
        return info("社会力量举办的医疗机构：未填报")
    share = facts.private_joined / facts.private
    return info(
        f"{facts.private} 家社会力量举办的医疗机构中 {facts.private_joined} 家加入医联体（{share:.1%}）",
        机构数=facts.private, 已加入=facts.private_joined,
    )  # fmt: skip
