"""The packs against the index of all 379 provisions, and what a pack must not hold."""

import csv
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings

from registry.policy.load import FOLDER, read_packs
from registry.policy.pack import RuleSpec
from registry.policy.parse import PackError, compact, read_pack
from registry.policy.table import provisions_page
from tests.registry.policy import shipped

PACKS = {pack.id: pack for pack in shipped.PACKS}
RULES = {rule.id: rule for pack in PACKS.values() for rule in pack.rules}
INDEX = list(csv.DictReader((FOLDER / "provisions.csv").read_text(encoding="utf-8").splitlines()))
HANDLED = {
    "yes": {"check"},
    "with_declared_data": {"declaration"},
    "human_judgement": {"checklist", "context"},
}


def test_every_provision_of_the_index_is_in_its_pack_word_for_word():
    expected = [(row["id"], row["pack"], row["clause"], row["quote"], row["modality"]) for row in INDEX]
    found = {(r.id, r.pack, r.clause, r.quote, r.modality) for r in RULES.values()}
    assert len(expected) == 379
    assert set(expected) == found


def test_each_provision_says_how_it_is_handled():
    assert [row["id"] for row in INDEX if RULES[row["id"]].handling not in HANDLED[row["decided_by"]]] == []


@pytest.mark.parametrize("pack", [pack for pack in PACKS.values() if pack.rules], ids=lambda pack: pack.id)
def test_quotes_are_in_the_stored_text_and_in_its_order(pack):
    text = compact(pack.text)
    places = [text.index(compact(rule.quote)) for rule in pack.rules]
    assert places == sorted(places)


def test_numbers_of_provisions_by_document():
    counted = {pack.id: len(pack.rules) for pack in PACKS.values() if pack.rules}
    assert counted == {
        "chongqing-2018": 94, "zhejiang-2020": 37, "chuzhou-2020": 107, "yunnan": 60, "wuhu-2019": 81
    }  # fmt: skip


def test_named_plans_are_data():
    assert len(PACKS["chongqing-2018"].named["planned_leads"]) == 12
    assert len(PACKS["chongqing-2018"].named["priority_specialties"]) == 12
    facilities = PACKS["chuzhou-2020"].named["planned_facilities"]
    assert (len(facilities), Counter(f["mode"] for f in facilities)["公建公营"]) == (17, 15)
    assert [entry["area"] for entry in PACKS["wuhu-2019"].named["district_leads"]] == [
        "镜湖区",
        "弋江区",
        "鸠江区",
    ]


def test_cited_parents_are_placeholders_without_rules():
    placeholders = {pack.id for pack in PACKS.values() if pack.is_placeholder}
    cited = {parent for pack in PACKS.values() for parent in pack.parents}
    assert cited <= placeholders
    assert not any(PACKS[pack].rules for pack in placeholders)


def test_dates_of_documents():
    assert PACKS["yunnan"].is_undated
    assert PACKS["chongqing-2018"].plan_ended_on(date(2021, 1, 1))
    assert not PACKS["chongqing-2018"].plan_ended_on(date(2020, 12, 31))
    assert not PACKS["zhejiang-2020"].in_force_on(date(2020, 12, 29))


def test_the_page_of_provisions_is_what_the_packs_say():
    page = (settings.BASE_DIR / "docs" / "provisions.md").read_text(encoding="utf-8")
    assert page == provisions_page(shipped.PACKS), "run manage.py list_provisions --format markdown"


def test_every_provision_to_be_decided_is_decided():
    assert [r.id for r in RULES.values() if r.handling in ("check", "declaration") and not r.decided] == []


def test_no_option_of_an_item_holds_the_sign_that_joins_options():
    assert [
        r.id for r in RULES.values() if any("、" in option for option in r.params.get("options", ()))
    ] == []


def test_a_rule_survives_storage_and_keeps_its_version():
    assert [r.id for r in RULES.values() if RuleSpec.from_body(r.body()).version != r.version] == []


GOOD = """
[document]
id = "somewhere"
title = "某地医联体规划"
short_title = "某地规划"
issuer = "某地卫生健康委"
jurisdiction = "990000"
status = "formal"
issued_on = 2024-01-02
effective_from = 2024-01-02
text = "somewhere.txt"

[[rule]]
id = "XX-01"
clause = "一"
quote = "成员单位不超过10家"
modality = "原则上"
handling = "check"
subject = "consortium"
applies_to = "城市医疗集团"
kinds = ["城市医疗集团"]
check = "members_at_most"
params = { at_most = 10 }
"""


@pytest.fixture
def pack_file(tmp_path):
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "somewhere.txt").write_text("原则上，成员单位不超\n 过10家。", encoding="utf-8")

    def write(text: str) -> Path:
        path = tmp_path / "somewhere.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_a_quote_broken_by_a_line_end_is_found(pack_file):
    pack = read_pack(pack_file(GOOD))
    assert pack.rules[0].params == {"at_most": 10}


MISTAKES = [
    ("clause = ", "# clause = ", "缺少 clause", 13),
    ('quote = "成员单位不超过10家"', 'quote = ""', "缺少 quote", 16),
    ("不超过10家", "不超过12家", "引文不在所存原文中", 16),
    ("members_at_most", "members_at_least", "没有判定方法 members_at_least", 22),
    ("at_most = 10", "at_least = 10", "没有参数 at_least", 23),
    ("at_most = 10", 'at_most = "十"', "应为整数", 23),
    ("{ at_most = 10 }", "{}", "缺少参数 at_most", 23),
    ('modality = "原则上"', 'modality = "必须"', "modality 只能是", 17),
    ('subject = "consortium"', 'subject = "institution"', "的对象是 consortium", 22),
    ('kinds = ["城市医疗集团"]', 'kinds = ["医院联盟"]', "不认识的医联体类型 医院联盟", 21),
    ("[[rule]]", "[[rule]]\ncolour = 1", "不认识的内容 colour", 14),
    ('status = "formal"', 'status = "draft"', "status 只能是", 8),
    ("issued_on = 2024-01-02", 'issued_on = "2024-01-02"', "应为日期", 9),
    ('text = "somewhere.txt"', 'text = "elsewhere.txt"', "没有原文文件", 11),
    ("[document]", "[document", "TOML 语法错误", 2),
]


@pytest.mark.parametrize(("old", "new", "message", "line"), MISTAKES, ids=[m[2] for m in MISTAKES])
def test_a_mistake_is_reported_with_file_rule_and_line(pack_file, old, new, message, line):
    with pytest.raises(PackError) as caught:
        read_pack(pack_file(GOOD.replace(old, new, 1)))
    problem = next(p for p in caught.value.problems if message in p.message)
    assert (problem.file, problem.line) == ("somewhere.toml", line)
    assert problem.rule == ("XX-01" if line >= 13 else "")


def test_all_mistakes_are_reported_at_once(pack_file):
    with pytest.raises(PackError) as caught:
        read_pack(pack_file(GOOD.replace('clause = "一"\n', "").replace("at_most = 10", "at_least = 10")))
    assert len(caught.value.problems) == 2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (GOOD + GOOD[GOOD.index("[[rule]]") :], "条款编号重复"),
        (GOOD + 'exempts = ["XX-99"]', "没有条款 XX-99"),
        (GOOD + 'refers_to = "unknown"', "没有所引文件 unknown"),
        (GOOD.replace('text = "', 'parents = ["unknown"]\ntext = "'), "没有上位文件 unknown"),
    ],
)
def test_packs_are_checked_together(pack_file, text, message):
    path = pack_file(text)
    with pytest.raises(PackError, match=message):
        read_packs(path.parent)
