"""Checks over yearly evaluations (年度考核的判定方法)."""

from datetime import timedelta

from evaluation import facts as _facts  # noqa: F401 (registers the facts of the subject)
from registry.policy.check import Param, check
from registry.policy.verdict import info, insufficient, not_applicable, passed, unmet

LEVELS = Param(list, words="division_level", default=())
YEAR = timedelta(days=365)


def _outside(facts, p):
    if p.levels and facts.level not in p.levels:
        return not_applicable(f"本条以{p.words('division_level', p.levels)}为单位判定")
    return None


@check(
    "evaluated_yearly",
    subject=("consortium", "division"),
    reads=(
        "consortia",
        "evaluations",
    ),
    params={"levels": LEVELS, "since": int, "rolling": Param(bool, default=False)},
)
def evaluated_yearly(facts, p, as_of):
    """上一年度已完成考核（或最近十二个月内完成一次）；首个考核年度结束之前不要求。"""
    if facts.subject == "division":
        if verdict := _outside(facts, p):
            return verdict
        if not facts.consortia:
            return not_applicable("辖区内没有医联体")
    elif facts.id is None or (facts.founded_on and facts.founded_on.year >= as_of.year):
        return not_applicable("首个考核年度尚未结束")
    cycle = as_of.year - 1
    if cycle < p.since:
        return not_applicable(f"首个考核年度（{p.since} 年）尚未结束")
    closed = [e for e in facts.evaluations if e.closed_on and _counts(e, cycle, p, as_of)]
    if closed:
        last = max(closed, key=lambda e: (e.year, e.closed_on, e.title))
        return passed(f"{last.title}已于 {last.closed_on} 公布", 考核=sorted(e.title for e in closed))
    running = sorted(e.title for e in facts.evaluations if e.closed_on is None and e.year >= cycle)
    wanted = "最近十二个月内" if p.rolling else f"{cycle} 年度"
    state = f"，{running[0]}尚未公布" if running else ""
    return unmet(f"{wanted}没有完成的考核{state}", "组织年度考核并公布结果", 进行中=running)


def _counts(evaluation, cycle: int, p, as_of) -> bool:
    return as_of - evaluation.closed_on <= YEAR if p.rolling else evaluation.year >= cycle


@check(
    "scheme_measures",
    subject=("division", "evaluation"),
    reads=(
        "schemes",
        "evaluations",
    ),
    params={
        "levels": LEVELS,
        "measures": Param(dict, default={}),
        "closed_since": Param(int, default=0),
    },
)
def scheme_measures(facts, p, as_of):
    """已发布考核方案，并包含所列各方面的指标。"""
    if facts.subject == "division" and (verdict := _outside(facts, p)):
        return verdict
    if not facts.schemes:
        return unmet("没有发布考核方案", "发布考核方案")
    best = min(facts.schemes, key=lambda scheme: (len(_absent(scheme, p.measures)), scheme.title))
    evidence = {"考核方案": best.title, "考核内容": list(p.measures)}
    if absent := _absent(best, p.measures):
        return unmet(
            f"{best.title}没有{'、'.join(absent)}方面的指标", "在考核方案中补充", 缺少=absent, **evidence
        )
    cycle = as_of.year - 1
    closed = any(e.closed_on and e.year >= cycle for e in facts.evaluations)
    if p.closed_since and cycle >= p.closed_since and not closed:
        return unmet(f"{cycle} 年度没有完成的考核", "组织年度考核并公布结果", **evidence)
    contents = f"，包含{'、'.join(p.measures)}的指标" if p.measures else ""
    return passed(f"已发布{best.title}{contents}", **evidence)


def _absent(scheme, measures) -> list[str]:
    """What no indicator of the scheme measures; an indicator names the provision that asks for it."""
    return [
        name
        for name, provisions in measures.items()
        if not set(provisions) & set(scheme.provisions) and name not in scheme.groups
    ]


@check("indicator_reported", subject="evaluation", params={"provisions": list, "word": str})
def indicator_reported(facts, p, as_of):
    """指标在考核方案中，且每个考核对象都已填报。"""
    counted = [facts.reported[provision] for provision in p.provisions if provision in facts.reported]
    if not counted:
        return insufficient(f"考核方案中的“{p.word}”指标")
    if not facts.participants:
        return insufficient("考核对象")
    evidence = {"考核对象": facts.participants, "已填报": min(counted)}
    if min(counted) < facts.participants:
        return insufficient(f"{facts.participants - min(counted)} 个考核对象的“{p.word}”", **evidence)
    return passed(f"“{p.word}”由 {facts.participants} 个考核对象全部填报", **evidence)


@check(
    "lowest_grade_noted", subject="division", reads=("evaluations",), params={"levels": LEVELS, "says": str}
)
def lowest_grade_noted(facts, p, as_of):
    """考核结果为最低等次的医联体，提示可以更换牵头单位，从不自动更换。"""
    if verdict := _outside(facts, p):
        return verdict
    closed = [e for e in facts.evaluations if e.closed_on and e.closed_on <= as_of]
    if not closed:
        return info(f"{p.says}；考核结果未填报")
    newest = max(e.year for e in closed)
    low = sorted({name for e in closed if e.year == newest for name in e.lowest})
    state = f"{newest} 年度最低等次：{'、'.join(low)}" if low else f"{newest} 年度没有最低等次"
    return info(f"{p.says}；{state}", 最低等次=low)
