"""The door of django-import-export: ordinary formats, Result and admin pages over the same pipeline."""

import pytest
from django.contrib.admin import site
from django.contrib.admin.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from tablib import Dataset

from registry.admin import InstitutionAdmin
from registry.imports.resource import InstitutionResource
from registry.imports.source import open_source
from registry.imports.template import build, columns
from registry.models import ImportBatch, Institution
from tests.actors import registry_admin_of, stranger
from tests.registry.imports import files
from tests.registry.imports.rosters import TITLES, code, row
from tests.registry.imports.test_import import FULL

pytestmark = pytest.mark.django_db


def dataset(*rows) -> Dataset:
    return Dataset(*([one.get(title, "") for title in TITLES] for one in rows), headers=TITLES)


@pytest.fixture
def person(world):
    return registry_admin_of(world.authority("重庆市"))


def test_an_ordinary_result_comes_back(person):
    first = InstitutionResource().import_data(dataset(FULL, row("乙医院")), user=person)
    assert first.totals["new"] == 2 and Institution.objects.count() == 2
    again = InstitutionResource().import_data(
        dataset(FULL, row("乙医院", 核定床位数=5), row("丙医院", 机构类别代码="Z9")),
        dry_run=True,
        user=person,
    )
    assert (again.totals["skip"], again.totals["update"], again.totals["error"]) == (1, 1, 1)
    assert again.has_errors() and again.error_rows[0].number == 4
    assert "机构类别“Z9”不认识" in str(again.error_rows[0].errors[0].error)


def test_one_bad_row_keeps_everything_out(person):
    result = InstitutionResource().import_data(
        dataset(row("甲医院"), row("乙医院", 机构类别代码="Z9")), user=person
    )
    assert result.has_errors() and not Institution.objects.exists()


def test_whoever_may_not_import_is_told(world):
    result = InstitutionResource().import_data(dataset(row("甲医院")), user=stranger())
    assert "没有导入" in str(result.base_errors[0].error)


def test_an_exported_list_can_be_imported_again_and_changes_nothing(person, imported):
    imported(
        FULL,
        row("乙医院", 隶属关系="社会办", 所有制="民营", 医院级别="未定级"),
        row("分院", 主要机构="乙医院"),
    )
    exported = InstitutionResource().export()
    assert exported.headers == TITLES
    result = InstitutionResource().import_data(Dataset().load(exported.csv, format="csv"), user=person)
    assert result.totals["skip"] == 3, [(r.diff, r.errors) for r in result.rows]


def test_admin_offers_export_and_takes_imports(client, person, tmp_path):
    person.is_staff = person.is_superuser = True
    person.save()
    client.force_login(person)
    page = client.get(reverse("admin:registry_institution_changelist"))
    assert reverse("admin:registry_institution_import") in page.text
    assert reverse("admin:registry_institution_export") in page.text
    content = files.text_csv(
        tmp_path / "a.csv", [TITLES, [row("甲医院", 统一社会信用代码=code(1)).get(t, "") for t in TITLES]]
    )
    upload = SimpleUploadedFile("a.csv", content.read_bytes())
    preview = client.post(
        reverse("admin:registry_institution_import"), {"format": "0", "import_file": upload, "resource": ""}
    )
    assert preview.status_code == 200 and "甲医院" in preview.text
    assert not Institution.objects.exists()


def test_the_template_is_read_by_its_own_reader(stage, tmp_path):
    path = tmp_path / "模板.xlsx"
    path.write_bytes(build())
    with open_source(path) as source:
        header = next(source.sheet("名录").rows())[1]
    assert [title.rstrip("*") for title in header] == [column.title for column in columns()] == TITLES


@pytest.fixture
def admin_site(client, person):
    person.is_staff = person.is_superuser = True
    person.save()
    client.force_login(person)
    return client


def test_admin_confirms_what_it_has_shown(admin_site, person, tmp_path):
    content = files.text_csv(
        tmp_path / "a.csv", [TITLES, [row("甲医院", 统一社会信用代码=code(1)).get(t, "") for t in TITLES]]
    )
    upload = SimpleUploadedFile("a.csv", content.read_bytes())
    preview = admin_site.post(
        reverse("admin:registry_institution_import"), {"format": "0", "import_file": upload, "resource": ""}
    )
    confirm = preview.context["confirm_form"]
    done = admin_site.post(
        reverse("admin:registry_institution_process_import"),
        {name: confirm[name].value() for name in confirm.fields},
        follow=True,
    )
    assert done.redirect_chain[-1][0] == reverse("admin:registry_institution_changelist")
    assert Institution.objects.get().uscc == code(1)
    batch = ImportBatch.objects.get(state="applied")
    entry = LogEntry.objects.get()
    assert (entry.object_id, entry.object_repr) == (str(Institution.objects.get().pk), "甲医院")
    assert (batch.creates, batch.applied_by) == (1, person), "what comes in through the admin can be undone"


def test_admin_shows_every_fault_and_offers_no_confirmation(admin_site, tmp_path):
    spoiled = [row("甲医院", 机构类别代码="Z9"), row("乙医院", 核定床位数="许多")]
    content = files.text_csv(tmp_path / "a.csv", [TITLES, *([r.get(t, "") for t in TITLES] for r in spoiled)])
    preview = admin_site.post(
        reverse("admin:registry_institution_import"),
        {"format": "0", "import_file": SimpleUploadedFile("a.csv", content.read_bytes()), "resource": ""},
    )
    assert "机构类别“Z9”不认识" in preview.text and "“许多”不是整数" in preview.text
    assert preview.context.get("confirm_form") is None and not Institution.objects.exists()


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_admin_exports_the_columns_of_the_template(admin_site, imported, kind):
    imported(row("甲医院", 统一社会信用代码=code(1)))
    Institution.objects.update(address="=1+1")
    names = [one().get_title() for one in InstitutionAdmin(Institution, site).get_export_formats()]
    answer = admin_site.post(
        reverse("admin:registry_institution_export"),
        {
            "format": str(names.index(kind)),
            "resource": "",
            **{f"institutionresource_{name}": "on" for name in InstitutionResource().get_export_order()},
        },
    )
    exported = Dataset().load(
        answer.content if kind == "xlsx" else answer.content.decode("utf-8-sig"), format=kind
    )
    assert exported.headers == TITLES
    assert (exported["机构名称"], exported["统一社会信用代码"]) == (["甲医院"], [code(1)])
    assert exported["地址"] == ["1+1"], "no cell of an exported list is a formula"
