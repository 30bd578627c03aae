"""The list as a workbook: what one sees, as text, and fit to be sent back through the import."""

import datetime as dt
from io import BytesIO

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from registry.imports import service
from registry.institutions import export
from registry.models import AffiliationWord, EconomicType, InstitutionExport, InstitutionName
from tests.actors import registry_admin_of, reviewer_of
from tests.factories import (
    AuthorityFactory,
    CountyFactory,
    InstitutionClassFactory,
    InstitutionFactory,
    TownshipFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def district(db):
    InstitutionClassFactory(code="A100", name="综合医院")
    return CountyFactory(code="500103", name="渝中区")


@pytest.fixture
def admin(district):
    return registry_admin_of(AuthorityFactory(division=district))


@pytest.fixture
def exported(client, admin, run_jobs, django_capture_on_commit_callbacks):
    """The rows of a finished export of the list under some address, by column title."""

    def make(query: str = "") -> list[dict]:
        client.force_login(admin)
        answer = client.post(reverse("registry:institution_export"), {"query": query})
        job = run_jobs()[-1]
        assert (job.state, answer.url) == ("done", reverse("registry:job_detail", args=[job.pk])), job.error
        return rows_of(client.get(job.result_url))

    return make


def rows_of(response) -> list[dict]:
    sheet = load_workbook(BytesIO(b"".join(response.streaming_content))).active
    titles, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip(titles, row, strict=True)) for row in rows]


def test_only_the_filtered_list_of_ones_own_area(exported, district):
    InstitutionFactory(name="甲医院", division=district, level="3")
    InstitutionFactory(name="乙医院", division=district, level="2")
    InstitutionFactory(name="外医院", division=CountyFactory(code="500105"), level="3")
    assert [row["机构名称"] for row in exported("level=3&sort=name")] == ["甲医院"]
    assert len(exported()) == 2


def test_identifiers_are_text_and_formulas_stay_words(exported, district):
    InstitutionFactory(
        name='=HYPERLINK("http://x")', division=district, uscc="125001034503900000", licence_number="00123"
    )
    (row,) = exported()
    assert row["机构名称"] == '=HYPERLINK("http://x")'
    assert (row["统一社会信用代码"], row["登记号"]) == ("125001034503900000", "00123")
    assert row["行政区划代码"] == "500103.渝中区"


def test_a_formula_like_name_is_stored_as_a_string_cell(client, admin, district, tmp_path):
    InstitutionFactory(name="=1+1", division=district)
    export.write(export.listed(admin, ""), tmp_path / "a.xlsx", lambda done: None)
    sheet = load_workbook(tmp_path / "a.xlsx").active
    assert sheet["A2"].data_type != "n" and sheet["A2"].value == "=1+1"


def test_the_file_is_read_by_people_and_goes_back_through_the_import_without_a_change(
    client, admin, exported, district, run_jobs
):
    AffiliationWord.objects.create(word="省级", affiliation="province")
    EconomicType.objects.create(code="110", name="国有全资")
    one = InstitutionFactory(
        name="甲医院", division=district, level="3", grade="A", affiliation="province", beds=120,
        is_military=False, ownership="public", profit="1", founded_on=dt.date(1990, 5, 1), phone="023-6",
        institution_class_id="A100", economic_type="110",
        township=TownshipFactory(code="500103001", name="七星岗街道", parent=district),
    )  # fmt: skip
    for name in ("乙医院", "丙医院"):
        InstitutionName.objects.create(institution=one, name=name, kind="second")
    (row,) = exported()
    assert {
        title: row[title] for title in ("机构类别代码", "医院级别", "医院等次", "隶属关系", "经济类型代码")
    } == {
        "机构类别代码": "A100.综合医院",
        "医院级别": "三级",
        "医院等次": "甲等",
        "隶属关系": "省级",
        "经济类型代码": "110.国有全资",
    }
    assert (row["行政区划代码"], row["乡镇街道"]) == ("500103.渝中区", "500103001.七星岗街道")
    assert row["第二名称"] == "乙医院；丙医院"
    held = InstitutionExport.objects.get()
    with held.file.open("rb") as file:
        batch = service.stage(file.read(), "back.xlsx", admin)
    assert [issue.message for issue in batch.issues.order_by("pk")] == []
    assert (batch.rows, batch.creates, batch.updates, batch.unchanged) == (1, 0, 0, 1)


def test_the_file_is_only_for_whoever_asked(client, exported, district):
    exported()
    url = InstitutionExport.objects.get().get_absolute_url()
    client.force_login(reviewer_of(AuthorityFactory(division=district)))
    assert client.get(url).status_code == 404


def test_old_files_are_removed(exported):
    exported()
    held = InstitutionExport.objects.get()
    InstitutionExport.objects.update(created_at=timezone.now() - dt.timedelta(days=8))
    assert export.forget_outdated() == 1
    assert not held.file.storage.exists(held.file.name)


def test_what_a_killed_worker_left_is_replaced_and_a_finished_file_is_not_made_again(admin, district):
    InstitutionFactory(division=district)
    asked = InstitutionExport.objects.create(owner=admin)
    store = asked.file.storage
    store.save(f"exports/{asked.pk}.xlsx", ContentFile(b"PK half a file"))
    for _ in range(2):
        assert export.make(asked, lambda done, total: None) == 1
        assert asked.file.name == f"exports/{asked.pk}.xlsx"
        assert [one for one in store.listdir("exports")[1] if one.startswith(str(asked.pk))] == [
            f"{asked.pk}.xlsx"
        ]
        InstitutionFactory(division=district)


def test_more_rows_than_a_sheet_holds_go_on_another(admin, district, tmp_path, monkeypatch):
    monkeypatch.setattr(export, "ROWS_A_SHEET", 2)
    InstitutionFactory.create_batch(3, division=district)
    assert export.write(export.listed(admin, ""), tmp_path / "a.xlsx", lambda done: None) == 3
    book = load_workbook(tmp_path / "a.xlsx")
    assert [sheet.max_row for sheet in book.worksheets] == [3, 2]
