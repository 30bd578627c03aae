"""`manage.py check_compliance`: one JSON document with every verdict, nothing written."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from evaluation.models import Finding
from tests.factories import ConsortiumFactory, CountyFactory

pytestmark = pytest.mark.django_db
KEYS = [
    "subject", "subject_type", "rule", "clause", "quote", "modality", "verdict", "explanation", "evidence", "pack",
    "reference_date",
]  # fmt: skip


def answer(**options):
    out = StringIO()
    call_command("check_compliance", format="json", stdout=out, **options)
    return json.loads(out.getvalue())


def test_every_rule_that_binds_is_answered_also_where_it_does_not_apply(law, good, bad):
    rows = answer(division="500000", as_of="2019-12-31")
    assert [list(row) for row in rows] == [KEYS] * 6
    assert {(row["subject"], row["rule"]): row["verdict"] for row in rows} == {
        ("甲医疗集团", "T-01"): "PASS",
        ("甲医疗集团", "T-02"): "INFO",
        ("甲医疗集团", "T-03"): "NA",
        ("乙医疗集团", "T-01"): "FAIL",
        ("乙医疗集团", "T-02"): "INFO",
        ("乙医疗集团", "T-03"): "NA",
    }
    failed = next(row for row in rows if row["verdict"] == "FAIL")
    assert failed["subject_type"] == "consortium"
    assert failed["clause"] == "一(一)"
    assert failed["pack"] == "small-law"
    assert failed["reference_date"] == "2019-12-31"
    assert "依据《测试规划》一(一)" in failed["explanation"]
    assert not Finding.objects.exists()


def test_memberships_of_the_day_decide(law, good):
    good.memberships.update(during=("2019-03-01", "2019-07-01"))
    found = {
        day: next(row["verdict"] for row in answer(division="500000", as_of=day) if row["rule"] == "T-01")
        for day in ("2019-02-28", "2019-03-01", "2019-06-30", "2019-07-01")
    }
    assert found == {"2019-02-28": "FAIL", "2019-03-01": "PASS", "2019-06-30": "PASS", "2019-07-01": "FAIL"}


def test_before_the_document_nothing_binds(law, good):
    assert answer(division="500000", as_of="2018-12-27") == []


def test_an_expired_plan_still_judges_and_says_so(law, bad):
    rows = answer(division="500000", as_of="2024-01-01")
    assert {row["verdict"] for row in rows} == {"FAIL", "INFO", "NA"}
    assert all("规划期已满" in row["explanation"] for row in rows)


def test_only_what_lies_in_the_area(law, good, chongqing):
    elsewhere = CountyFactory(code="500105", name="江北区", parent__parent=chongqing)
    ConsortiumFactory(name="丙医疗集团", division=elsewhere)
    assert {row["subject"] for row in answer(division="500105")} == {"丙医疗集团"}
    assert {row["subject"] for row in answer(division="500103")} == {"甲医疗集团"}
    assert {row["subject"] for row in answer()} == {"甲医疗集团", "丙医疗集团"}


def test_one_consortium_by_name(law, good, bad):
    assert {row["subject"] for row in answer(consortium="乙医疗集团")} == {"乙医疗集团"}


def test_namesakes_are_told_apart_by_code(law, good, chongqing):
    elsewhere = CountyFactory(code="500105", name="江北区", parent__parent=chongqing)
    ConsortiumFactory(name=good.name, division=elsewhere)
    rows = answer(consortium=good.name)
    assert {row["subject_code"] for row in rows} == {"500103", "500105"}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"division": "999999"}, "没有代码为 999999"),
        ({"division": ""}, "没有代码为"),  # an unset variable of a script must not mean everything
        ({"consortium": "没有这个"}, "没有名为“没有这个”的医联体"),
        ({"consortium": ""}, "没有名为“”的医联体"),
        ({"as_of": "2019-13-01"}, "不是有效日期"),
        ({"as_of": "2100-01-01"}, "基准日 2100-01-01 还没有到，请选今天或更早的日期。"),
        ({"as_of": "0201-06-30"}, "请核对年份"),
    ],
)
def test_what_cannot_be_answered_is_refused_without_output(law, options, message):
    out = StringIO()
    with pytest.raises(CommandError, match=message):
        call_command("check_compliance", format="json", stdout=out, **options)
    assert out.getvalue() == ""


def test_text_output_counts(law, good):
    out = StringIO()
    call_command("check_compliance", division="500000", stdout=out)
    assert out.getvalue().endswith("共 3 条判定\n")
    assert "符合  T-01  甲医疗集团：" in out.getvalue()
