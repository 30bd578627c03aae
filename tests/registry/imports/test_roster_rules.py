"""Each rule of a roster names the bad cell, and right cells mean what people mean by them."""

import datetime as dt

import pytest

from registry.imports.identity import organisation_check
from registry.models import ImportIssue, Institution
from tests.registry.imports.rosters import TITLES, code, row

pytestmark = pytest.mark.django_db


def said(batch, severity="error"):
    """(cell, rule) of every issue of a severity."""
    issues = ImportIssue.objects.filter(batch=batch, severity=severity).order_by("row", "id")
    return [(issue.cell, issue.rule) for issue in issues]


def letter(title):
    return chr(ord("A") + TITLES.index(title))


@pytest.mark.parametrize(
    "title, value, rule",
    [
        ("机构名称", "", "name-required"),
        ("机构名称", "12345", "name-not-a-name"),
        ("机构名称", "医" * 301, "too-long"),
        ("统一社会信用代码", "12500103MB1A2B3CX7", "uscc-check"),
        ("统一社会信用代码", "12500103MB1A2B3CX", "uscc-length"),
        ("统一社会信用代码", "12500103MI1A2B3CX6", "uscc-letter"),
        ("统一社会信用代码", "000000000000000000", "uscc-check"),
        ("统一社会信用代码", 1.25001034500011e17, "digits-lost"),
        ("统一社会信用代码", "1.25001E+17", "digits-lost"),
        ("登记号", 4.50400017500103e20, "digits-lost"),
        ("机构类别代码", "", "class-required"),
        ("机构类别代码", "Z999", "class-unknown"),
        ("机构类别代码", "魔法医院", "class-unknown"),
        ("医院级别", "四级", "level-unknown"),
        ("医院等次", "丁等", "grade-unknown"),
        ("隶属关系", "火星", "affiliation-unknown"),
        ("所有制", "半公半私", "ownership-unknown"),
        ("营利性质", "看情况", "profit-unknown"),
        ("部队医院", "也许", "not-yes-no"),
        ("行政区划代码", "", "division-required"),
        ("行政区划代码", "500199", "division-unknown"),
        ("行政区划代码", "50010", "division-code-length"),
        ("行政区划代码", "340203", "division-split"),
        ("行政区划代码", "500103999", "township-unknown"),
        ("行政区划代码", "火星区", "division-unknown"),
        ("核定床位数", "约80", "not-a-number"),
        ("核定床位数", 99999, "number-range"),
        ("成立日期", "2019-02-30", "not-a-date"),
        ("成立日期", "2999-01-01", "date-range"),
        ("成立日期", "2099-01-01", "date-future"),
        ("联系电话", "1" * 61, "too-long"),
        ("运营状态", "打烊", "status-unknown"),
        ("主要机构", "不存在的总院", "main-unknown"),
        ("示例", "可能", "not-yes-no"),
        ("地址", "#REF!", "cell-error"),
    ],
)
def test_the_named_cell_is_the_bad_cell(stage, title, value, rule):
    batch = stage(row("甲医院"), row("乙医院", **{title: value}), row("丙医院"))
    assert said(batch) == [(f"{letter(title)}3", rule)]
    assert (batch.rows, batch.creates, batch.error_rows) == (3, 2, 1)


def test_all_faults_of_all_rows_at_once(stage):
    batch = stage(
        row("", 统一社会信用代码="123", 机构类别代码="Z9", 行政区划代码="999999"),
        row("乙医院", 医院级别="四级", 核定床位数="许多"),
    )
    assert [rule for _, rule in said(batch)] == [
        "name-required", "uscc-length", "class-unknown", "division-unknown", "level-unknown", "not-a-number",
    ]  # fmt: skip
    assert batch.creates == 0 and batch.error_rows == 2


@pytest.mark.parametrize(
    "field, title, spellings, value",
    [
        ("institution_class_id", "机构类别代码", ["A100", "综合医院", "a100", "A100.综合医院", "A100 综合医院", "Ａ100"], "A100"),
        ("institution_class_id", "机构类别代码", ["A5.专科医院", "专科医院", "A5"], "A5"),
        ("institution_class_id", "机构类别代码", ["A229.其它中医专科医院", "其他中医专科医院"], "A229"),
        ("institution_class_id", "机构类别代码", ["妇产科医院", "妇产（科）医院", "A518"], "A518"),
        ("affiliation", "隶属关系", ["国家", "中央", "部属"], "national"),
        ("affiliation", "隶属关系", ["省级", "省属", "市级", "市属"], "province"),
        ("affiliation", "隶属关系", ["区县级", "区属", "县属"], "county"),
        ("affiliation", "隶属关系", ["乡镇街道", "街道"], "township"),
        ("affiliation", "隶属关系", ["村"], "village"),
        ("affiliation", "隶属关系", ["社会办", "无"], "none"),
        ("affiliation", "隶属关系", ["军队", "部队"], "military"),
        ("ownership", "所有制", ["公立", "公办", "国有"], "public"),
        ("ownership", "所有制", ["民营", "民办", "私立"], "private"),
        ("profit", "营利性质", ["非营利性", "非营利性医疗机构", "1", 1], "1"),
        ("profit", "营利性质", ["营利性", "营利性医疗机构", "2"], "2"),
        ("is_military", "部队医院", ["是", "Y", 1, True], True),
        ("is_military", "部队医院", ["否", "0", 0, False], False),
        ("status", "运营状态", ["开业", "正常", "营业"], "open"),
        ("status", "运营状态", ["停业", "歇业"], "suspended"),
        ("status", "运营状态", ["注销"], "closed"),
        ("status", "运营状态", ["筹建"], "preparing"),
        ("beds", "核定床位数", ["1,200", "１２００", 1200.0, "1200张"], 1200),
        ("founded_on", "成立日期", ["2019-06-25", "2019年6月25日", 43641, dt.date(2019, 6, 25)], dt.date(2019, 6, 25)),
        ("economic_type", "经济类型代码", ["110", "国有全资", "110 国有全资", 110], "110"),
        ("is_demo", "示例", ["是", "示例", "虚构"], True),
    ],
)  # fmt: skip
def test_spellings(imported, field, title, spellings, value):
    def dated(book, sheet):
        for number, spelling in enumerate(spellings):
            if isinstance(spelling, dt.date):
                day = book.add_format({"num_format": "yyyy-mm-dd"})
                sheet.write_datetime(number + 1, TITLES.index(title), dt.datetime(2019, 6, 25), day)

    plain = [None if isinstance(one, dt.date) else one for one in spellings]
    imported(*(row(f"第{n}医院", **{title: one}) for n, one in enumerate(plain)), edit=dated)
    assert list(Institution.objects.order_by("pk").values_list(field, flat=True)) == [value] * len(spellings)


def test_shi_is_the_city_outside_a_municipality(imported):
    imported(row("芜湖一院", 行政区划代码="340202", 隶属关系="市级"), row("重庆一院", 隶属关系="市级"))
    assert dict(Institution.objects.values_list("name", "affiliation")) == {
        "芜湖一院": "city",
        "重庆一院": "province",
    }


@pytest.mark.parametrize(
    "level, grade, meant",
    [
        ("三级", "甲等", ("3", "A")),
        ("三甲", "", ("3", "A")),
        ("三级甲等", "", ("3", "A")),
        ("", "三级甲等", ("3", "A")),
        ("三级甲等", "甲等", ("3", "A")),
        ("三级合格", "", ("3", "P")),
        ("三级", "合格", ("3", "P")),
        ("三级", "未评", ("3", "U")),
        ("三级未定等", "", ("3", "U")),
        ("二级", "", ("2", "")),
        ("2级", "", ("2", "")),
        ("Ⅱ级", "乙等", ("2", "B")),
        ("未定级", "", ("0", "")),
        ("未评", "未评", ("0", "")),
        ("", "", ("", "")),
        ("—", "—", ("", "")),
    ],
)
def test_level_and_grade_with_their_raw_words(imported, level, grade, meant):
    imported(row(医院级别=level, 医院等次=grade))
    institution = Institution.objects.get()
    assert (institution.level, institution.grade) == meant
    if any(meant):
        assert (institution.raw_level, institution.raw_grade) == (level.replace("Ⅱ", "Ⅱ"), grade)
        assert institution.level_source == "导入：名录.xlsx" and institution.level_on


@pytest.mark.parametrize(
    "level, grade",
    [("二级", "三级甲等"), ("三级甲等", "乙等"), ("未定级", "甲等"), ("二级", "特等"), ("未定级甲等", "")],
)
def test_level_and_grade_may_not_contradict(stage, level, grade):
    batch = stage(row(医院级别=level, 医院等次=grade))
    assert batch.error_rows == 1
    if grade:
        assert said(batch) == [("F2", "level-grade-contradict")]


@pytest.mark.parametrize(
    "value, code",
    [
        ("500103", "500103"), (500103, "500103"), ("500103.0", "500103"), ("500103000", "500103"),
        ("500103001", "500103"), ("500103001002", "500103"), ("重庆市渝中区", "500103"), ("渝中区", "500103"),
        ("安徽省芜湖市镜湖区", "340202"), ("芜湖镜湖区", "340202"), ("500103 渝中区", "500103"), ("渝中区（500103）", "500103"),
    ],
)  # fmt: skip
def test_places_by_code_and_name(imported, value, code):
    imported(row(行政区划代码=value))
    institution = Institution.objects.get()
    assert institution.division.code == code
    assert (institution.township is not None) == str(value).startswith("500103001")


@pytest.mark.parametrize("value", ["340208", "三山区", "340299"])
def test_retired_places_are_mapped_to_their_successor_and_reported(stage, world, value):
    batch = stage(row(行政区划代码=value))
    assert said(batch, "warning") == [("L2", "division-retired")]
    assert batch.staged_rows.get().values["division_id"] == world["弋江区"].pk


def test_names_in_columns_of_their_own(imported, stage):
    titles = ["医院名称", "机构类别", "省份", "地市", "区县名称"]
    imported(
        {
            "医院名称": "甲医院",
            "机构类别": "综合医院",
            "省份": "安徽省",
            "地市": "芜湖市",
            "区县名称": "镜湖区",
        },
        titles=titles,
    )
    assert Institution.objects.get().division.code == "340202"
    batch = stage(
        {"医院名称": "乙医院", "机构类别": "综合医院", "省份": "安徽省", "地市": "", "区县名称": "渝中区"},
        titles=titles,
    )
    assert said(batch) == [("E2", "division-unknown")]


def test_a_county_in_the_name_is_offered_never_taken(stage):
    batch = stage(row("渝中区人民医院", 行政区划代码="500199"))
    assert "500103 渝中区" in batch.issues.get(severity="error").remedy


@pytest.mark.parametrize(
    "value",
    [
        "七星岗街道",
        "七星岗",
        "500103001",
        "500103001000",
        "500103001.七星岗街道",
        "５００１０３００１ 七星岗街道",
    ],
)
def test_township(imported, world, value):
    imported(row(乡镇街道=value))
    assert Institution.objects.get().township == world["七星岗街道"]


def test_unknown_township_stays_unknown(stage):
    batch = stage(row(乡镇街道="不存在镇"))
    assert said(batch, "warning") == [("M2", "township-unknown")]
    assert "township_id" not in batch.staged_rows.get().values


def test_a_township_whose_code_and_name_are_two_places_stays_unknown(stage):
    batch = stage(row(乡镇街道="500103001.解放碑街道"))
    assert said(batch, "warning") == [("M2", "township-name-differs")]
    assert "township_id" not in batch.staged_rows.get().values


def test_military(imported, stage):
    imported(row("军一院", 统一社会信用代码="A1500103MB1A2B3CX6", 隶属关系="军队"))
    institution = Institution.objects.get()
    assert institution.is_military is True and institution.uscc == "A1500103MB1A2B3CX6"
    batch = stage(row("军二院", 隶属关系="军队", 部队医院="否"))
    assert said(batch) == [("K2", "military-contradict")]


def test_repairs_are_counted_and_listed(stage):
    right = code(1)
    batch = stage(
        row(" 甲　医院\u200b", 统一社会信用代码=f"'{right[:8]} {right[8:].lower()}", 核定床位数="１，２００"),
        row("乙医院", 行政区划代码="500103.0"),
    )
    assert said(batch, "repair") == [
        ("A2", "repaired"),
        ("B2", "repaired"),
        ("O2", "repaired"),
        ("L3", "repaired"),
    ]
    assert batch.repairs == 4 and batch.creates == 2
    first = batch.staged_rows.get(number=2)
    assert (first.values["name"], first.values["uscc"], first.values["beds"]) == ("甲医院", right, 1200)


def test_a_short_credit_code_is_never_filled_up_even_where_the_check_digit_would_fit(stage):
    """No credit code begins with 0, so what was lost was another character."""
    fits = code(7, head="05001031")
    batch = stage(
        row("甲医院", 统一社会信用代码=fits[1:]),
        row("乙医院", 统一社会信用代码=code(8)[1:]),
        row("丙医院", 统一社会信用代码=code(9, head="00500103")[2:]),
        row("丁医院", 统一社会信用代码=fits),
    )
    assert said(batch) == [
        ("B2", "uscc-length"),
        ("B3", "uscc-length"),
        ("B4", "uscc-length"),
        ("B5", "uscc-format"),
    ]
    first = batch.issues.get(row=2)
    assert "17 位，丢了 1 位" in first.message and "不补 0" in first.remedy


def test_lost_leading_zeros_of_a_licence_number_are_repaired_where_its_check_character_proves_them(stage):
    """The first nine characters are an organisation code, which may well begin with 0."""
    body = "00812345"
    proven = body + organisation_check(body) + "50010311A1001"
    batch = stage(row("甲医院", 登记号=proven[2:]), row("乙医院", 登记号="9" + proven[2:-1]))
    assert batch.staged_rows.get(number=2).values["licence_number"] == proven
    assert said(batch, "repair") == [("C2", "repaired")]
    assert batch.staged_rows.get(number=3).values["licence_number"] == "9" + proven[2:-1]


def test_a_space_that_parts_two_sites_of_an_address_stays(stage):
    batch = stage(row("甲医院", 地址="渝中区西园巷1号　 渝中区南园巷24号 "), row("乙 医院"))
    assert batch.staged_rows.get(number=2).values["address"] == "渝中区西园巷1号 渝中区南园巷24号"
    assert batch.staged_rows.get(number=3).name == "乙医院"


def test_formulas_hidden_rows_and_formula_text(stage):
    def edit(book, sheet):
        sheet.write_formula(1, 0, '="甲"&"医院"', None, "甲医院")
        sheet.write_formula(2, 0, "=A1", None, "")
        sheet.write_formula(3, 13, "=1/0", None, "#DIV/0!")
        sheet.write_string(4, 13, '=HYPERLINK("http://x","y")')
        sheet.set_row(4, None, None, {"hidden": True})

    batch = stage(row(""), row(""), row("丙医院"), row("丁医院"), edit=edit)
    assert said(batch) == [("A3", "formula-without-value"), ("N4", "cell-error")]
    assert said(batch, "warning") == [("A2", "formula"), ("N5", "formula-text"), ("A5", "hidden-row")]
    assert batch.staged_rows.get(number=2).name == "甲医院"
