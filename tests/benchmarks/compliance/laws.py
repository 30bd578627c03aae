"""Fourteen rules over everything: nine that look at one consortium, five that cross between subjects."""

from pathlib import Path

from django.db import connection

from registry.models import Rule
from registry.policy.load import load_packs

_HEAD = """
[document]
id = "bench"
title = "性能对比规则"
short_title = "对比规则"
number = ""
issuer = "国家卫生健康委员会"
jurisdiction = "000000"
status = "formal"
issued_on = 2018-01-01
effective_from = 2018-01-01
parents = []
text = "bench.txt"
"""
_GROUPS = 'kinds = ["城市医疗集团", "县域医共体"]'
LOCAL = (
    ("B-01", "consortium", _GROUPS, "members_at_most", "{ at_most = 60 }"),
    (
        "B-02",
        "consortium",
        _GROUPS,
        "member_kinds_at_least",
        '{ of = ["乡镇卫生院", "社区卫生服务机构"], at_least = 1 }',
    ),
    ("B-03", "consortium", "", "lead_is", '{ levels = ["三级", "二级"] }'),
    ("B-04", "consortium", "", "closeness_is", '{ required = "紧密型" }'),
    ("B-05", "consortium", "", "chair_is_legal_representative", ""),
    ("B-06", "consortium", "", "members_in_area_of_lead", '{ level = "county" }'),
    ("B-07", "consortium", "", "kind_is", '{ allowed = ["城市医疗集团", "县域医共体", "专科联盟"] }'),
    ("B-08", "consortium", "", "provinces_at_least", "{ at_least = 1 }"),
    ("B-09", "consortium", 'kinds = ["专科联盟"]', "specialty_and_institutions", "{ at_least = 5 }"),
)
CROSSING = (
    ("B-10", "division", "", "townships_covered", '{ levels = ["区县级"] }'),
    ("B-11", "division", "", "townships_in_one_grid", '{ levels = ["区县级"], exempt_focus = ["中医"] }'),
    ("B-12", "grid", "", "one_responsible", '{ exempt_focus = ["中医"] }'),
    ("B-13", "consortium", 'kinds = ["县域医共体"]', "linked_hospitals_at_most", "{ at_most = 1 }"),
    (
        "B-14", "institution", "", "several_memberships",
        '{ levels = ["三级"], kinds = ["护理院"], single = ["乡镇卫生院"] }',
    ),
)  # fmt: skip


def publish(folder: Path, more: int = 0, crossing: bool = True) -> None:
    """Publish these rules and no others; `more` repeats of the local ones with other numbers come on top."""
    rules = [*LOCAL, *(CROSSING if crossing else ())]
    extra = [(f"C-{n:02d}", *LOCAL[n % len(LOCAL)][1:]) for n in range(more)]
    lines = [_HEAD]
    for name, subject, scope, check, params in [*rules, *extra]:
        lines.append(
            f'[[rule]]\nid = "{name}"\nclause = "{name}"\nquote = "第{name}条"\nmodality = "应当"\nhandling = "check"\n'
            f'subject = "{subject}"\napplies_to = "全部"\n{scope}\ncheck = "{check}"\n'
            + (f"params = {params}\n" if params else "")
        )
    (folder / "texts").mkdir(exist_ok=True)
    (folder / "texts" / "bench.txt").write_text("\n".join(f"第{rule[0]}条" for rule in [*rules, *extra]))
    (folder / "bench.toml").write_text("\n".join(lines))
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE evaluation_finding, evaluation_tally, registry_factsheet CASCADE")
        cursor.execute("UPDATE registry_rule SET retired_at = now() WHERE retired_at IS NULL")
        cursor.execute("TRUNCATE evaluation_change, evaluation_touched")
    load_packs(folder)
    assert Rule.objects.in_force().count() == len(rules) + more
