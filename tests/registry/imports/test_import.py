"""Preview and apply: what a file would do, then all of it or nothing."""

import datetime as dt

import pytest
from django.db import connection

from registry import access
from registry.errors import Refused
from registry.imports import service
from registry.models import AuditEntry, ImportBatch, ImportRow, Institution, InstitutionName
from registry.models.derive import DERIVED
from tests.actors import registry_admin_of
from tests.factories import InstitutionFactory
from tests.registry.imports.rosters import code, row
from tests.registry.imports.test_roster_rules import said

pytestmark = pytest.mark.django_db

FULL = row(
    "重庆市第一医院", 统一社会信用代码=code(1), 登记号="45040001750010310A1001", 医院级别="三级", 医院等次="甲等", 隶属关系="市级",
    经济类型代码="110", 营利性质="非营利性", 部队医院="否", 行政区划代码="500103001", 地址="中山路1号", 核定床位数="1,200", 法定代表人="张三",
    联系电话="023-63651000", 成立日期="1950-10-01", 第二名称="重庆市外国人医院；市一院", 运营状态="开业", 示例="否",
)  # fmt: skip


def actions(batch):
    return dict(batch.staged_rows.order_by("number").values_list("number", "action"))


def test_every_column_arrives(imported, world):
    batch = imported(FULL)
    assert (batch.rows, batch.creates, batch.warnings) == (1, 1, 0)
    one = Institution.objects.get()
    assert (one.name, one.uscc, one.licence_number) == ("重庆市第一医院", code(1), "45040001750010310A1001")
    assert (one.institution_class_id, one.level, one.grade, one.affiliation) == ("A100", "3", "A", "province")
    assert (one.ownership, one.economic_type, one.profit, one.is_military) == ("public", "110", "1", False)
    assert (one.division, one.township, one.address) == (world["渝中区"], world["七星岗街道"], "中山路1号")
    assert (one.beds, one.legal_representative, one.phone) == (1200, "张三", "023-63651000")
    assert (one.founded_on, one.status, one.is_demo) == (dt.date(1950, 10, 1), "open", False)
    assert (one.pinyin, one.version) == ("cqsdyyy", 1)
    names = InstitutionName.objects.filter(institution=one).order_by("name")
    assert [(n.name, n.kind) for n in names] == [("市一院", "second"), ("重庆市外国人医院", "second")]


def test_nothing_is_written_before_apply(stage):
    stage(FULL)
    assert not Institution.objects.exists()


def test_the_same_file_again_changes_nothing_and_writes_no_row_version(imported, stage):
    imported(FULL, row("乙医院"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, xmin::text FROM registry_institution ORDER BY id")
        before = cursor.fetchall()
        batch = stage(FULL, row("乙医院"))
        with pytest.raises(Refused, match="没有需要写入"):
            service.apply(batch.pk, batch.sent_by)
        cursor.execute("SELECT id, xmin::text FROM registry_institution ORDER BY id")
        assert cursor.fetchall() == before
    assert (batch.unchanged, batch.creates, batch.updates, batch.absent) == (2, 0, 0, 0)


def test_apply_is_audited_row_by_row_with_batch_and_person(imported):
    batch = imported(FULL, row("乙医院"))
    entries = AuditEntry.objects.filter(table_name="registry_institution", action="INSERT")
    assert entries.count() == 2
    assert {(e.context["batch"], e.actor_id, e.context["reason"]) for e in entries} == {
        (batch.pk, batch.sent_by_id, "导入 名录.xlsx")
    }


def test_update_writes_the_differing_fields_only(imported, stage):
    imported(FULL)
    one = Institution.objects.get()
    batch = stage(
        {**FULL, "医院等次": "乙等", "核定床位数": 900, "法定代表人": "", "第二名称": "市一院；一院"}
    )
    assert (batch.updates, batch.unchanged, batch.differences) == (1, 0, 3)
    staged = batch.staged_rows.get()
    assert staged.differences == {
        "医院等次": ["甲等", "乙等"],
        "核定床位数": ["1200", "900"],
        "第二名称": ["", "一院"],
    }
    service.apply(batch.pk, batch.sent_by)
    one.refresh_from_db()
    assert (one.grade, one.raw_grade, one.beds, one.legal_representative, one.version) == (
        "B",
        "乙等",
        900,
        "张三",
        2,
    )
    written = AuditEntry.objects.filter(table_name="registry_institution", action="UPDATE").order_by("id")
    stated = [entry.before.keys() for entry in written if entry.before.keys() - set(DERIVED)]
    assert stated == [{"grade", "raw_grade", "beds", "version"}]


def test_a_blank_cell_never_erases(imported, stage):
    imported(FULL)
    assert (
        stage({title: FULL[title] for title in ("机构名称", "机构类别代码", "行政区划代码")}).unchanged == 1
    )


def test_a_new_level_without_grade_drops_the_grade_of_the_old_level(imported, stage):
    imported(FULL)
    batch = stage({**FULL, "医院级别": "二级", "医院等次": ""})
    assert batch.staged_rows.get().differences == {"医院级别": ["三级", "二级"], "医院等次": ["甲等", ""]}


def test_matching_by_code_then_licence_then_name_and_county(imported, stage):
    imported(FULL, row("乙医院", 登记号="PDY100363500103"), row("丙医院"))
    batch = stage(
        {**FULL, "机构名称": "重庆第一医院"},
        row("乙医院新址", 登记号="PDY100363500103"),
        row("丙医院", 统一社会信用代码=code(3)),
        row("丙医院", 行政区划代码="500105"),
    )
    assert actions(batch) == {2: "update", 3: "update", 4: "update", 5: "create"}
    assert ("A2", "name-changes") in said(batch, "warning")
    service.apply(batch.pk, batch.sent_by)
    assert (
        Institution.objects.get(name="重庆第一医院").other_names.get(kind="former").name == "重庆市第一医院"
    )


def test_width_of_brackets_is_no_difference(imported, stage):
    imported(row("重庆医院（南院）"))
    assert stage(row("重庆医院(南院)")).unchanged == 1


def test_second_name_is_no_renaming(imported, stage):
    imported(FULL)
    assert stage({**FULL, "机构名称": "市一院", "第二名称": ""}).unchanged == 1


@pytest.mark.parametrize(
    "first, second, severity, where",
    [
        ({"统一社会信用代码": code(1)}, {"机构名称": "乙医院", "统一社会信用代码": code(1)}, "error", ("B3", "duplicate-in-file")),
        ({"登记号": "PDY1"}, {"机构名称": "乙医院", "登记号": "PDY1"}, "error", ("C3", "duplicate-in-file")),
        ({}, {}, "error", ("A3", "duplicate-in-file")),
        ({"统一社会信用代码": code(1)}, {}, "error", ("A3", "duplicate-in-file")),
        ({"统一社会信用代码": code(1)}, {"统一社会信用代码": code(2)}, "decision", ("A3", "same-name")),
    ],
)  # fmt: skip
def test_duplicates_inside_the_file(stage, first, second, severity, where):
    batch = stage(row("甲医院", **first), row("甲医院") | second)
    assert said(batch, severity) == [where]
    assert "第 2 行" in batch.issues.get(severity=severity).message


def test_same_name_in_two_townships_with_codes_is_two_institutions(stage):
    batch = stage(
        row("红旗村卫生室", 统一社会信用代码=code(1), 行政区划代码="500103001"),
        row("红旗村卫生室", 统一社会信用代码=code(2), 行政区划代码="500103002"),
    )
    assert batch.creates == 2 and said(batch, "warning") == [("A3", "same-name")]


@pytest.mark.parametrize(
    "held, sent, cell",
    [
        (
            [{"uscc": code(1)}, {"licence_number": "PDY2"}],
            {"统一社会信用代码": code(1), "登记号": "PDY2"},
            "C2",
        ),
        (
            [{"licence_number": "PDY1", "uscc": code(9)}],
            {"登记号": "PDY1", "统一社会信用代码": code(1)},
            "B2",
        ),
        ([{"name": "甲医院", "uscc": code(9)}], {"统一社会信用代码": code(1)}, "B2"),
        ([{"name": "甲医院", "licence_number": "PDY9"}], {"登记号": "PDY1"}, "C2"),
        ([{"name": "甲医院"}, {"name": "甲医院"}], {}, "A2"),
    ],
)
def test_conflicting_and_ambiguous_matches_are_decisions_never_overwrites(stage, world, held, sent, cell):
    for facts in held:
        InstitutionFactory(division=world["渝中区"], **facts)
    batch = stage(row("甲医院", **sent))
    assert said(batch, "decision") == [(cell, "match-undecided")]
    assert (batch.creates, batch.updates, actions(batch)) == (0, 0, {2: "decision"})
    with pytest.raises(Refused, match="待人认"):
        service.apply(batch.pk, batch.sent_by)


def test_a_name_that_is_another_institutions_alias_is_a_decision(stage, world):
    other = InstitutionFactory(division=world["渝中区"])
    InstitutionName.objects.create(institution=other, name="甲医院", kind="alias")
    assert said(stage(row("甲医院")), "decision") == [("A2", "match-undecided")]


def test_two_rows_for_one_institution_are_a_decision(stage, world):
    InstitutionFactory(name="甲医院", uscc=code(1), division=world["渝中区"])
    batch = stage(row("甲医院新名", 统一社会信用代码=code(1)), row("甲医院"))
    assert said(batch, "decision") == [("A3", "match-twice")]


def test_merged_records_lead_to_the_record_they_became(stage, world):
    kept = InstitutionFactory(name="甲医院", division=world["渝中区"])
    InstitutionFactory(name="旧甲医院", uscc=code(1), division=world["渝中区"], merged_into=kept)
    batch = stage(row("甲医院", 统一社会信用代码=code(1)))
    assert batch.staged_rows.get().institution_id == kept.pk


def test_errors_keep_everything_out(stage):
    batch = stage(row("甲医院"), row("乙医院", 机构类别代码="Z9"))
    with pytest.raises(Refused, match="1 处错误"):
        service.apply(batch.pk, batch.sent_by)
    assert not Institution.objects.exists()


def test_bad_rows_may_be_skipped_and_are_listed(stage):
    batch = stage(row("甲医院"), row("乙医院", 机构类别代码="Z9"))
    service.apply(batch.pk, batch.sent_by, skip_bad_rows=True)
    assert list(Institution.objects.values_list("name", flat=True)) == ["甲医院"]
    assert list(ImportRow.objects.filter(skipped=True).values_list("number", flat=True)) == [3]


def test_applying_twice_is_one_apply(stage):
    batch = stage(row("甲医院"))
    for _ in range(2):
        assert service.apply(batch.pk, batch.sent_by).state == "applied"
    assert Institution.objects.count() == 1


@pytest.mark.parametrize("change", ["edit", "same name", "same code"])
def test_a_register_that_moved_on_is_not_overwritten(stage, imported, world, change):
    imported(row("甲医院", 核定床位数=10))
    batch = stage(row("甲医院", 核定床位数=20), row("乙医院", 统一社会信用代码=code(5)), row("丙医院"))
    if change == "edit":
        Institution.objects.update(version=2, beds=15)
    elif change == "same name":
        InstitutionFactory(name="丙医院", division=world["渝中区"])
    else:
        InstitutionFactory(uscc=code(5), division=world["江北区"])
    with pytest.raises(Refused, match="重新读取"):
        service.apply(batch.pk, batch.sent_by)
    assert not Institution.objects.filter(beds=20).exists()
    assert ImportBatch.objects.get(pk=batch.pk).state == "staged"


def test_rows_outside_the_importers_area_are_refused_row_by_row(stage, world):
    person = registry_admin_of(world.authority("渝中区"))
    batch = stage(
        row("甲医院"), row("乙医院", 行政区划代码="500105"), row("丙医院", 行政区划代码="340202"), by=person
    )
    assert said(batch) == [("L3", "outside-area"), ("L4", "outside-area")]
    assert batch.authority.division == world["渝中区"]


def test_an_institution_of_another_area_is_never_taken_over(stage, world):
    InstitutionFactory(name="甲医院", uscc=code(1), division=world["江北区"])
    person = registry_admin_of(world.authority("渝中区"))
    batch = stage(row("甲医院", 统一社会信用代码=code(1)), by=person)
    assert said(batch, "decision") == [("A2", "match-outside-area")]


def test_who_applies_must_still_hold_the_area(stage, world):
    person = registry_admin_of(world.authority("渝中区"))
    batch = stage(row("甲医院"), by=person)
    other = registry_admin_of(world.authority("江北区"))
    with pytest.raises(Refused, match="辖区以外"):
        service.apply(batch.pk, other)
    access.revoke(person.assignments.get())
    with pytest.raises(Refused, match="没有导入"):
        service.apply(batch.pk, person)


def test_branches_find_their_main_institution_in_register_and_file(imported, stage):
    imported(row("总院"))
    sent = [
        row("南院", 主要机构="总院"),
        row("北院分部", 主要机构="北院"),
        row("北院", 统一社会信用代码=code(2)),
    ]
    imported(*sent)
    mains = dict(Institution.objects.values_list("name", "main_institution__name"))
    assert mains == {"总院": None, "南院": "总院", "北院分部": "北院", "北院": None}
    assert stage(*sent).unchanged == 3


def test_a_branch_of_a_row_that_falls_out_falls_out_too(stage):
    batch = stage(row("南院", 主要机构="总院"), row("总院", 主要机构="总院"), row("北院"))
    assert said(batch) == [("T2", "main-unknown"), ("T3", "main-unknown")]
    assert (batch.creates, batch.error_rows) == (1, 2)


def test_missing_from_the_file_is_counted_for_its_counties(imported, stage):
    imported(
        row("甲医院"), row("乙医院"), row("丙医院", 行政区划代码="340202"), row("丁医院", 运营状态="注销")
    )
    batch = stage(row("甲医院"))
    assert batch.absent == 1
    assert [one.name for one in batch.absent_institutions()] == ["乙医院"]


@pytest.mark.parametrize(
    "bad",
    [
        {"机构类别代码": "Z99", "统一社会信用代码": code(2), "机构名称": "乙医院新址"},
        {"行政区划代码": "999999", "统一社会信用代码": code(2)},
        {"行政区划代码": "999999"},
        {"核定床位数": "许多"},
        {"统一社会信用代码": "123", "登记号": "PDY100363500103", "机构名称": "又名"},
        {"核定床位数": "许多", "机构名称": "乙院"},
    ],
)
def test_a_faulty_row_is_not_missing_from_the_file(imported, stage, bad):
    imported(
        row("甲医院"),
        row("乙医院", 统一社会信用代码=code(2), 登记号="PDY100363500103", 第二名称="乙院"),
        row("丙医院"),
    )
    batch = stage(row("甲医院"), row("乙医院") | bad)
    assert (batch.unchanged, batch.error_rows) == (1, 1)
    assert [one.name for one in batch.absent_institutions()] == ["丙医院"]
    assert batch.absent == 1


def test_a_row_that_waits_for_a_decision_is_not_missing_from_the_file(imported, stage):
    imported(row("乙医院", 第二名称="乙院"), row("丙医院"))
    batch = stage(row("乙院"))
    assert batch.decisions and [one.name for one in batch.absent_institutions()] == ["丙医院"]


def test_the_id_set_aside_for_a_new_institution_leads_nowhere_before_it_is_applied(stage):
    batch = stage(row("甲医院"))
    staged = batch.staged_rows.get()
    assert staged.institution_id and staged.registered_id is None
    batch = service.apply(batch.pk, batch.sent_by)
    assert batch.staged_rows.get().registered_id == Institution.objects.get().pk == staged.institution_id


def test_discarding_keeps_the_record_and_drops_the_rows(stage):
    batch = service.discard((one := stage(row("甲医院"))).pk, by=one.sent_by)
    assert batch.state == "discarded" and not batch.staged_rows.exists()
    with pytest.raises(Refused, match="已放弃"):
        service.apply(batch.pk, one.sent_by)


def test_columns_missing_or_double_stop_the_file_as_a_whole(stage):
    batch = stage(row("甲医院"), titles=["机构名称", "行政区划代码"])
    assert [(i.rule, i.column) for i in batch.issues.filter(severity="error")] == [
        ("missing-column", "机构类别代码")
    ]
    batch = stage(row("甲医院"), titles=["机构名称", "机构类别代码", "行政区划代码", "机构类别"])
    with pytest.raises(Refused, match="机构类别"):
        service.apply(batch.pk, batch.sent_by, skip_bad_rows=True)


def test_other_and_hidden_sheets_are_reported_not_read(stage):
    titles = ["机构名称", "机构类别代码", "行政区划代码"]
    batch = stage(
        row("甲医院"), edit=lambda book, sheet: book.get_worksheet_by_name("旧").hide(),
        extra_sheets=[("江北", [titles, ["乙医院", "A100", "500105"]]), ("旧", [titles, ["丙医院", "A100", "500105"]])],
    )  # fmt: skip
    assert batch.rows == 1
    assert {i.rule for i in batch.issues.filter(severity="warning")} == {"hidden-sheet", "other-sheet"}


def test_a_hundred_rows_cost_no_more_queries_than_ten(stage, django_assert_max_num_queries):
    for count in (10, 100):
        with django_assert_max_num_queries(45):
            stage(*(row(f"第{n}医院", 统一社会信用代码=code(n)) for n in range(count)), name=f"{count}.xlsx")
