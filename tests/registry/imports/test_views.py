"""The screens: upload, preview, apply, result; a stranger finds nothing."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from registry.models import AccessLog, ImportBatch, Institution
from tests.actors import registry_admin_of, reviewer_of, stranger
from tests.registry.imports import files
from tests.registry.imports.rosters import TITLES, code, row

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(world, client):
    person = registry_admin_of(world.authority("重庆市"))
    client.force_login(person)
    return person


@pytest.fixture
def send(client, tmp_path, run_jobs, django_capture_on_commit_callbacks):
    """Upload rows through the screen and let the worker read them; returns the last response and the batch."""

    def upload(*rows, name="名录.xlsx", content=None):
        if content is None:
            sheet = [TITLES, *([one.get(title, "") for title in TITLES] for one in rows)]
            content = files.xlsx(tmp_path / "upload.xlsx", sheet).read_bytes()
        with django_capture_on_commit_callbacks(execute=False):
            response = client.post(
                reverse("registry:import_upload"), {"file": SimpleUploadedFile(name, content)}
            )
        run_jobs()
        return response, ImportBatch.objects.order_by("-pk").first()

    return upload


def page(client, batch, **query):
    return client.get(reverse("registry:import_detail", args=[batch.pk]), query)


def test_from_upload_to_result(admin, client, send, run_jobs, django_capture_on_commit_callbacks):
    response, batch = send(row("甲医院", 统一社会信用代码=code(1)), row("乙医院"))
    assert response.status_code == 302 and response.url == batch.get_absolute_url()
    shown = page(client, batch)
    assert "甲医院" in shown.text and "应用" in shown.text
    assert not Institution.objects.exists()
    with django_capture_on_commit_callbacks(execute=False):
        client.post(reverse("registry:import_apply", args=[batch.pk]))
    assert "排队中" in page(client, batch).text
    run_jobs()
    assert Institution.objects.count() == 2
    assert "新增 2 家" in page(client, batch).text
    listed = client.get(reverse("registry:import_list"))
    assert "名录.xlsx" in listed.text and "已应用" in listed.text


def test_errors_are_shown_in_the_senders_sheet(admin, client, send):
    _, batch = send(
        row("甲医院"), row("乙医院", 机构类别代码="Z9"), row("丙医院", 统一社会信用代码="1.25001E+17")
    )
    shown = page(client, batch)
    assert shown.context["view"] == "error"
    marked = [
        (line.number, cell.text) for line in shown.context["issues"].lines for cell in line.cells if cell.mark
    ]
    assert marked == [(3, "Z9"), (4, "1.25001E+17")]
    assert [line.number for line in shown.context["issues"].lines] == [2, 3, 4]
    assert "代码变成科学计数" in shown.text and "D3" in shown.text
    assert "跳过有错误" in shown.text
    only = page(client, batch, show="error", rule="class-unknown")
    assert [issue.rule for _, issue in only.context["issues"].numbered] == ["class-unknown"]


@pytest.mark.parametrize(
    "view", ["create", "update", "unchanged", "absent", "decision", "error", "warning", "repair", "x"]
)
def test_every_view_of_the_preview(admin, client, send, imported, view):
    imported(row("旧医院"), row("丁医院", 登记号="PDY1"), row("戊医院"))
    _, batch = send(
        row("甲医院"), row("旧医院", 核定床位数="1,200"), row("丁医院", 登记号="PDY2"), row("己医院", 机构类别代码="Z9"),
        row("庚医院", 行政区划代码="340208"),
    )  # fmt: skip
    shown = page(client, batch, show=view)
    assert shown.status_code == 200
    words = {"update": "1200", "absent": "戊医院", "decision": "名录中同名", "error": "机构类别“Z9”"}
    assert words.get(view, "") in shown.text


def test_rows_of_the_preview_are_found_by_name(admin, client, send):
    _, batch = send(row("甲医院"), row("乙医院"))
    assert [one.name for one in page(client, batch, show="create", q="乙").context["page"]] == ["乙医院"]


def test_a_file_that_cannot_be_opened_is_refused_beside_the_field(admin, client, send):
    response, batch = send(content=b"<html><table></table></html>", name="名录.xls")
    assert response.status_code == 422 and batch is None
    assert "网页" in response.text


def test_a_file_without_header_is_sent_back_with_the_reason(admin, client, send, tmp_path):
    content = files.xlsx(tmp_path / "x.xlsx", [["甲", "乙"]]).read_bytes()
    _, batch = send(content=content)
    assert batch.state == "refused"
    assert "没有找到表头" in page(client, batch).text


def test_a_row_outside_the_area_is_an_error(admin, client, send):
    _, batch = send(row("甲医院", 行政区划代码="340202"))
    assert "不在您的导入范围（重庆市卫生健康委）" in page(client, batch).text


def test_the_page_while_it_is_read(admin, client, tmp_path, django_capture_on_commit_callbacks):
    content = files.xlsx(tmp_path / "a.xlsx", [TITLES]).read_bytes()
    with django_capture_on_commit_callbacks(execute=False):
        client.post(reverse("registry:import_upload"), {"file": SimpleUploadedFile("a.xlsx", content)})
    batch = ImportBatch.objects.get()
    assert "every 1s" in page(client, batch).text
    part = client.get(batch.get_absolute_url(), headers={"HX-Request": "true"})
    assert part.text.lstrip().startswith('<div id="import"') and "<html" not in part.text


def test_apply_refuses_errors_with_the_reason(admin, client, send):
    _, batch = send(row("甲医院"), row("乙医院", 机构类别代码="Z9"))
    answer = client.post(reverse("registry:import_apply", args=[batch.pk]), follow=True)
    assert "还有 1 处错误" in answer.text


def test_skipping_bad_rows_is_a_choice(admin, client, send, run_jobs):
    _, batch = send(row("甲医院"), row("乙医院", 机构类别代码="Z9"))
    client.post(reverse("registry:import_apply", args=[batch.pk]), {"skip": "on"})
    run_jobs()
    assert list(Institution.objects.values_list("name", flat=True)) == ["甲医院"]
    assert "跳过 1 行" in page(client, batch).text
    assert [one.name for one in page(client, batch, show="skipped").context["page"]] == ["乙医院"]


def test_reread_and_discard(admin, client, send, run_jobs):
    _, batch = send(row("甲医院"))
    client.post(reverse("registry:import_reread", args=[batch.pk]))
    run_jobs()
    batch.refresh_from_db()
    assert (batch.state, batch.creates) == ("staged", 1)
    client.post(reverse("registry:import_discard", args=[batch.pk]))
    shown = page(client, batch).text
    assert "已放弃" in shown and "查看或更改" not in shown  # nothing is offered that would be refused


def test_the_original_file_comes_back_and_is_logged(admin, client, send):
    _, batch = send(row("甲医院"))
    response = client.get(reverse("registry:import_file", args=[batch.pk]))
    assert b"".join(response.streaming_content).startswith(b"PK")
    assert AccessLog.objects.filter(kind="export", user=admin).exists()


def test_a_file_that_was_not_restored_with_the_database_is_said_to_be_gone(admin, client, send, run_jobs):
    _, batch = send(row("甲医院"), row("乙医院", 机构类别代码="Z9"))
    batch.refresh_from_db()
    for file in (batch.file, batch.marked):
        file.storage.delete(file.name)
    for name in ("file", "marked"):
        assert client.get(reverse(f"registry:import_{name}", args=[batch.pk])).status_code == 404
    client.post(reverse("registry:import_reread", args=[batch.pk]))
    run_jobs()
    assert "服务器上已没有这份原文件。请重新上传。" in page(client, batch).text


@pytest.mark.parametrize("who", ["nobody", "reviewer", "neighbour"])
def test_others_find_nothing(admin, client, send, world, who):
    _, batch = send(row("甲医院"))
    people = {
        "nobody": stranger,
        "reviewer": lambda: reviewer_of(world.authority("重庆市")),
        "neighbour": lambda: registry_admin_of(world.authority("镜湖区")),
    }
    client.force_login(people[who]())
    for name in ("detail", "file"):
        assert client.get(reverse(f"registry:import_{name}", args=[batch.pk])).status_code == 404
    for name in ("apply", "reread", "discard"):
        assert client.post(reverse(f"registry:import_{name}", args=[batch.pk])).status_code == 404
    assert client.get(reverse("registry:import_list")).status_code == (200 if who == "neighbour" else 404)


@pytest.mark.parametrize("rows", [3, 40])
def test_the_preview_costs_the_same_for_few_rows_and_many(
    admin, client, send, django_assert_max_num_queries, rows
):
    _, batch = send(*(row(f"第{n}医院", 机构类别代码="Z9") for n in range(rows)))
    with django_assert_max_num_queries(12):
        assert page(client, batch).status_code == 200


def test_the_preview_stays_small_however_long_the_file(admin, client, send):
    """10,000 rows, one in a hundred faulty: each view is one page of them."""
    rows = "".join(
        f"重庆测试第{number}医院,{'Z999' if number % 100 == 0 else 'A100'},二级,500103,渝中区测试路{number}号\n"
        for number in range(10_000)
    )
    head = "机构名称,机构类别代码,医院级别,行政区划代码,地址\n"
    _, batch = send(name="名录.csv", content=(head + rows).encode())
    assert (batch.rows, batch.creates, batch.error_rows) == (10_000, 9_900, 100)
    for view in ("create", "error", "unchanged"):
        shown = page(client, batch, show=view, size=100)
        assert shown.status_code == 200 and len(shown.content) < 500_000, view
