"""Undoing an import: the register is exactly as before, and nothing that came later is pulled from under anybody."""

import datetime as dt

import pytest
from django.apps import apps
from django.urls import reverse

from registry.errors import Refused
from registry.imports import restoring, service, undo
from registry.imports.obstacles import obstacles
from registry.models import (
    AuditEntry,
    Credential,
    ImportBatch,
    Institution,
    InstitutionName,
    Job,
    Membership,
    Waiver,
)
from tests.actors import registry_admin_of, reviewer_of
from tests.factories import ConsortiumFactory
from tests.registry.imports.rosters import code, row

pytestmark = pytest.mark.django_db
FACTS = [f.attname for f in Institution._meta.concrete_fields if f.attname != "version"]


def register() -> tuple[list, list]:
    return (
        list(Institution.objects.order_by("pk").values_list(*FACTS)),
        list(
            InstitutionName.objects.order_by("institution", "name").values_list("institution", "name", "kind")
        ),
    )


def take_back(batch, **how) -> ImportBatch:
    return undo.undo(batch.pk, batch.sent_by, **how)


def kept(batch) -> dict[str, str]:
    names = dict(batch.staged_rows.values_list("pk", "name"))
    return {names[pk]: reason for pk, reason in obstacles(batch).items()}


def test_everything_is_as_before(imported, stage):
    imported(
        row("甲医院", 统一社会信用代码=code(1), 医院级别="三级甲等", 核定床位数=10, 第二名称="甲院", 成立日期="2001-02-03"),
        row("乙医院", 登记号="PDY1", 主要机构="甲医院"),
    )  # fmt: skip
    before = register()
    batch = imported(
        row("甲新医院", 统一社会信用代码=code(1), 医院级别="二级", 核定床位数=20, 第二名称="甲院；甲二院", 成立日期="2002-02-03"),
        row("乙医院", 登记号="PDY1", 行政区划代码="500103", 乡镇街道="七星岗街道", 主要机构="丙医院"),
        row("丙医院", 统一社会信用代码=code(3), 第二名称="丙院"),
        row("丁医院", 主要机构="丙医院"),
    )  # fmt: skip
    assert register() != before
    assert Institution.objects.get(name="乙医院").main_institution.name == "丙医院"
    done = take_back(batch)
    assert register() == before
    assert (done.state, done.undone_rows, done.kept_rows) == ("undone", 4, 0)
    written = AuditEntry.objects.filter(context__reason="撤销导入 名录.xlsx", context__batch=batch.pk)
    assert set(written.filter(table_name="registry_institution").values_list("action", flat=True)) == {
        "UPDATE", "DELETE",
    }  # fmt: skip
    assert take_back(batch).undone_rows == 4, "a second delivery does nothing"
    again = stage(
        row("甲医院", 统一社会信用代码=code(1), 医院级别="三级"), row("丙医院", 统一社会信用代码=code(3))
    )
    assert (again.creates, again.updates, again.unchanged) == (1, 0, 1)


def test_a_later_edit_keeps_a_row_and_is_named(imported):
    batch = imported(row("甲医院"), row("乙医院"))
    by = batch.sent_by
    from registry import audit

    with audit.acting(by):
        Institution.objects.filter(name="甲医院").update(beds=7)
    assert kept(batch) == {"甲医院": next(iter(kept(batch).values()))}
    assert by.name in kept(batch)["甲医院"] and "核定床位数" in kept(batch)["甲医院"]
    before = register()
    with pytest.raises(Refused, match="有 1 行之后又有变动"):
        take_back(batch)
    assert register() == before
    done = take_back(batch, rest=True)
    assert list(Institution.objects.values_list("name", flat=True)) == ["甲医院"]
    assert (done.state, done.undone_rows, done.kept_rows) == ("partly", 1, 1)
    with pytest.raises(Refused, match="没有可以撤销的行"):
        take_back(done, rest=True)


def test_a_later_import_keeps_the_rows_that_it_changed(imported):
    first = imported(row("甲医院", 核定床位数=1), row("乙医院"))
    second = imported(row("甲医院", 核定床位数=2))
    assert "因“导入 名录.xlsx”又改过（核定床位数）" in kept(first)["甲医院"]
    take_back(second)
    assert "因“撤销导入 名录.xlsx”" in kept(first)["甲医院"], "also what was put back is a change after it"
    assert Institution.objects.get(name="甲医院").beds == 1
    take_back(first, rest=True)
    assert [one.name for one in Institution.objects.all()] == ["甲医院"]


def member(institution):
    Membership.objects.create(
        consortium=ConsortiumFactory(), institution=institution, during=(dt.date(2020, 1, 1), None)
    )


def credential(institution):
    Credential.objects.create(institution=institution, subject_text="心内科", level="city")


def name(institution):
    InstitutionName.objects.create(institution=institution, name="别名", kind="alias")


def branch(institution):
    Institution.objects.create(
        name="分院", division=institution.division, main_institution=institution, uscc=code(99)
    )


def merged(institution):
    Institution.objects.create(name="旧院", division=institution.division, merged_into=institution)


@pytest.mark.parametrize(
    ("stand_on", "reason"),
    [
        (member, "已有“成员单位”1 条"),
        (credential, "已有“专科资质”1 条"),
        (name, "后来登记了名称“别名”"),
        (branch, "分支机构“分院”仍指向它"),
        (merged, "“旧院”已并入这家机构"),
    ],
)
def test_what_refers_to_a_new_institution_keeps_it(imported, stand_on, reason):
    batch = imported(row("甲医院"), row("乙医院"))
    stand_on(Institution.objects.get(name="甲医院"))
    assert kept(batch) == {"甲医院": reason}
    take_back(batch, rest=True)
    assert not Institution.objects.filter(name="乙医院").exists()
    assert batch.staged_rows.get(name="甲医院").kept == reason


def test_every_table_that_refers_to_institutions_is_looked_at():
    from registry.imports.obstacles import _OWN, _relations

    looked = {relation.related_model for relation in _relations()} | _OWN
    pointing = {
        model
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if field.is_relation and field.related_model is Institution
    }
    assert pointing <= looked


def test_a_membership_does_not_stand_on_changed_beds(imported):
    imported(row("甲医院", 核定床位数=1))
    batch = imported(row("甲医院", 核定床位数=2))
    member(Institution.objects.get())
    take_back(batch)
    assert Institution.objects.get().beds == 1


def test_a_kept_branch_keeps_its_main_institution(imported):
    batch = imported(row("甲医院"), row("分院", 主要机构="甲医院"), row("丙医院"))
    credential(Institution.objects.get(name="分院"))
    assert kept(batch) == {"甲医院": "分支机构“分院”仍指向它", "分院": "已有“专科资质”1 条"}
    take_back(batch, rest=True)
    assert set(Institution.objects.values_list("name", flat=True)) == {"甲医院", "分院"}


def test_a_name_changed_later_keeps_its_row(imported):
    imported(row("甲医院"))
    batch = imported(row("甲医院", 第二名称="甲院"))
    InstitutionName.objects.update(source="更正")
    assert kept(batch) == {"甲医院": "名称“甲院”后来又改过"}


def test_a_main_institution_that_is_gone_keeps_the_row(imported):
    first = imported(row("总院"))
    imported(row("甲医院", 主要机构="总院"))
    batch = imported(row("新总院"), row("甲医院", 主要机构="新总院"))
    take_back(first)
    assert kept(batch)["甲医院"] == "原来的主要机构已不在名录"
    assert kept(batch)["新总院"] == "分支机构“甲医院”仍指向它"


def test_a_code_that_somebody_else_has_now_keeps_the_row(imported):
    imported(row("甲医院", 统一社会信用代码=code(1), 登记号="PDY1"))
    batch = imported(row("甲医院", 统一社会信用代码=code(1), 登记号="PDY2"))
    imported(row("乙医院", 登记号="PDY1"))
    assert kept(batch) == {"甲医院": "原来的登记号 PDY1 现由“乙医院”使用"}


def test_a_fault_in_the_middle_leaves_the_import_as_it_was(imported, monkeypatch, run_jobs):
    imported(row("甲医院", 核定床位数=1))
    batch = imported(row("甲医院", 核定床位数=2), row("乙医院"))
    before = register()

    def broken(*_):
        raise RuntimeError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(restoring, "remove_created", broken)
        job = undo.start_undo(batch.pk, by=batch.sent_by)
        run_jobs()
    job.refresh_from_db()
    assert job.state == Job.State.FAILED
    assert register() == before
    assert ImportBatch.objects.get(pk=batch.pk).state == "applied"


def test_the_act_in_its_queue(imported, run_jobs):
    batch = imported(row("甲医院"))
    job = undo.start_undo(batch.pk, by=batch.sent_by)
    run_jobs()
    job.refresh_from_db()
    assert (job.state, job.result) == ("done", {"batch": batch.pk, "undone": 1, "kept": 0})


def test_skipped_rows_are_no_part_of_it(stage):
    batch = stage(row("甲医院"), row("乙医院", 机构类别代码="Z9"))
    service.apply(batch.pk, batch.sent_by, skip_bad_rows=True)
    assert take_back(batch).undone_rows == 1


# -- Screens ------------------------------------------------------------------------------------------------
@pytest.fixture
def admin(world, client):
    person = registry_admin_of(world.authority("重庆市"))
    client.force_login(person)
    return person


def test_from_the_result_to_the_undone_list(admin, client, imported, run_jobs):
    batch = imported(row("甲医院"), row("乙医院"), row("丙医院"), by=admin)
    member(Institution.objects.get(name="甲医院"))
    assert reverse("registry:import_undo", args=[batch.pk]) in client.get(batch.get_absolute_url()).text
    asked = client.get(reverse("registry:import_undo", args=[batch.pk]))
    assert (asked.context["creates"], asked.context["kept"]) == (2, 1)
    assert "已有“成员单位”1 条" in asked.text and "只撤销其余 2 行" in asked.text
    start = reverse("registry:import_undo_start", args=[batch.pk])
    refused = client.post(start, follow=True)
    assert "不能整批撤销" in refused.text and Institution.objects.filter(name="丙医院").exists()
    client.post(start, {"rest": "on"})
    assert "排队中" in client.get(batch.get_absolute_url()).text
    run_jobs()
    result = client.get(batch.get_absolute_url(), {"show": "kept"})
    assert "已撤销 2 行，保留 1 行" in result.text and "已有“成员单位”1 条" in result.text
    Membership.objects.all().delete()
    client.post(start)
    run_jobs()
    result = client.get(batch.get_absolute_url())
    assert "撤销了全部 3 行" in result.text and not Institution.objects.exists()
    assert client.get(reverse("registry:import_undo", args=[batch.pk])).status_code == 404


def test_what_is_not_applied_cannot_be_undone(admin, client, stage):
    batch = stage(row("甲医院"), by=admin)
    assert client.get(reverse("registry:import_undo", args=[batch.pk])).status_code == 404
    answer = client.post(reverse("registry:import_undo_start", args=[batch.pk]), follow=True)
    assert "这次导入当前是“待应用”" in answer.text


def test_somebody_of_a_smaller_area_may_not(world, imported, stage):
    batch = imported(
        row("甲医院"), row("乙医院", 行政区划代码="500105"), by=registry_admin_of(world.authority("重庆市"))
    )
    county = registry_admin_of(world.authority("渝中区"))
    with pytest.raises(Refused, match="不能由您撤销"):
        undo.undo(batch.pk, county)
    with pytest.raises(Refused, match="没有导入机构名录的权限"):
        undo.undo(batch.pk, reviewer_of(world.authority("江北区")))


@pytest.mark.parametrize("rows", [3, 40])
def test_the_consequence_page_costs_the_same_for_few_rows_and_many(
    admin, client, imported, django_assert_max_num_queries, rows
):
    batch = imported(*(row(f"第{n}医院") for n in range(rows)), by=admin)
    for one in Institution.objects.all():
        credential(one)
    with django_assert_max_num_queries(45):
        assert client.get(reverse("registry:import_undo", args=[batch.pk])).status_code == 200


def test_what_was_lifted_for_an_institution_goes_where_an_import_moves_it_and_back(imported):
    first = imported(row("乙医院", 登记号="PDY1"))
    hospital = Institution.objects.get(name="乙医院")
    waiver = Waiver.objects.create(
        provision="CQ-20", subject_type="institution", subject_id=hospital.pk, subject_name=hospital.name,
        division=hospital.division, reason="迁建", document="渝卫函〔2026〕2号", granted_by=first.sent_by,
        granted_on=dt.date(2026, 3, 2),
    )  # fmt: skip
    batch = imported(row("乙医院", 登记号="PDY1", 行政区划代码="500105"))
    waiver.refresh_from_db()
    assert (hospital.division.code, waiver.division.code) == ("500103", "500105")
    take_back(batch)
    waiver.refresh_from_db()
    assert waiver.division == hospital.division
