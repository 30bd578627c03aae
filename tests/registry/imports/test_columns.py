"""Which sheet, which columns: recognised, asked for, remembered, and taught by an administrator."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from registry.models import ColumnAlias, ImportBatch, RememberedColumns
from tests.actors import registry_admin_of
from tests.registry.imports import files

pytestmark = pytest.mark.django_db
TITLES = ["医院名称", "类别", "行政区划代码"]
DATA = ["甲医院", "A100", "500103"]


@pytest.fixture
def admin(world, client):
    person = registry_admin_of(world.authority("重庆市"))
    client.force_login(person)
    return person


@pytest.fixture
def send(client, tmp_path, run_jobs, django_capture_on_commit_callbacks):
    """Upload a workbook through the screen and read it; returns the batch."""

    def upload(rows, **how) -> ImportBatch:
        content = files.xlsx(tmp_path / "a.xlsx", rows, **how).read_bytes()
        with django_capture_on_commit_callbacks(execute=False):
            client.post(reverse("registry:import_upload"), {"file": SimpleUploadedFile("a.xlsx", content)})
        run_jobs()
        return ImportBatch.objects.order_by("-pk").first()

    return upload


@pytest.fixture
def confirm(client, run_jobs, django_capture_on_commit_callbacks):
    """Send the form of the mapping page; columns by number. Returns the answer and the batch as it is then."""

    def post(batch, columns, sheet=1):
        data = {f"column-{at}": name for at, name in columns.items()} | {"sheet": sheet}
        with django_capture_on_commit_callbacks(execute=False):
            answer = client.post(reverse("registry:import_columns_confirm", args=[batch.pk]), data)
        run_jobs()
        batch.refresh_from_db()
        return answer, batch

    return post


def columns_page(client, batch, **query):
    return client.get(reverse("registry:import_columns", args=[batch.pk]), query)


def test_a_file_whose_columns_are_all_known_is_not_asked_about(admin, client, send):
    batch = send([TITLES, DATA])
    assert (batch.state, batch.creates) == ("staged", 1)
    shown = client.get(batch.get_absolute_url())
    assert "列名全部认得" in shown.text and "查看或更改" in shown.text
    assert [line["how"] for line in columns_page(client, batch).context["form"].lines()] == ["known"] * 3


def test_unknown_columns_are_asked_about_once_and_remembered(admin, client, send, confirm):
    rows = [
        [*TITLES, "邮编", "楼宇"],
        [*DATA, "400010", "三号楼"],
        ["乙医院", "A100", "500105", "400020", ""],
    ]
    batch = send(rows)
    assert (batch.state, batch.rows) == ("mapping", 0)
    assert client.get(batch.get_absolute_url()).url == reverse("registry:import_columns", args=[batch.pk])
    shown = columns_page(client, batch)
    lines = shown.context["form"].lines()
    assert [(line["title"], line["how"]) for line in lines[3:]] == [("邮编", "open"), ("楼宇", "open")]
    assert "400010" in shown.text and "三号楼" in shown.text

    _, batch = confirm(batch, {0: "name", 1: "institution_class", 2: "division", 3: "", 4: "address"})
    assert (batch.state, batch.creates, batch.warnings) == ("staged", 2, 0)
    assert batch.staged_rows.get(number=2).values["address"] == "三号楼"
    told = client.get(batch.get_absolute_url()).text
    assert f"{admin} " in told and "没有导入的列：邮编" in told

    again = send([*rows, ["丙医院", "A100", "500103", "", "五号楼"]])
    assert (again.state, again.creates) == ("staged", 3)
    assert (
        again.columns_by.startswith("沿用") and again.staged_rows.get(number=4).values["address"] == "五号楼"
    )
    other = send([[*TITLES, "楼宇", "邮编"], [*DATA, "三号楼", "400010"]])
    assert other.state == "mapping", "other columns, another question"


def test_what_was_remembered_can_be_forgotten(admin, client, send, confirm):
    rows = [[*TITLES, "邮编"], [*DATA, "400010"]]
    confirm(send(rows), {0: "name", 1: "institution_class", 2: "division"})
    client.post(reverse("registry:remembered_columns_forget", args=[RememberedColumns.objects.get().pk]))
    assert send(rows).state == "mapping"


def test_what_one_area_remembers_is_no_other_areas(admin, client, send, confirm, world):
    rows = [[*TITLES, "邮编"], [*DATA, "400010"]]
    confirm(send(rows), {0: "name", 1: "institution_class", 2: "division"})
    client.force_login(registry_admin_of(world.authority("渝中区")))
    assert send(rows).state == "mapping"


@pytest.mark.parametrize(
    "columns, words",
    [
        (
            {0: "name", 1: "name", 2: "division"},
            ["A 列“医院名称”也对应“机构名称”", "缺少必填的“机构类别代码”列"],
        ),
        ({0: "name", 1: "institution_class"}, ["缺少必填的“行政区划代码”列", "“省”“市”“区县”"]),
        ({0: "nonsense", 1: "institution_class", 2: "division"}, ["缺少必填的“机构名称”列"]),
    ],
)
def test_a_mapping_that_cannot_be_read_is_refused_by_name(admin, client, send, confirm, columns, words):
    answer, batch = confirm(send([[*TITLES, "邮编"], [*DATA, "400010"]]), columns)
    assert answer.status_code == 422 and batch.state == "mapping"
    for word in words:
        assert word in answer.text


@pytest.mark.parametrize(
    "titles, says",
    [
        (["医院名称", "单位名称", "类别", "区划"], "A 列“医院名称”也对应“机构名称”"),
        (["医院名称", "类别"], "缺少必填的“行政区划代码”列"),
    ],
)
def test_duplicate_and_missing_columns_wait_for_the_sender(admin, client, send, titles, says):
    batch = send([titles, ["甲医院", "A100", "A100", "500103"][: len(titles)]])
    assert batch.state == "mapping"
    if "缺少" in says:
        assert says in columns_page(client, batch).text
    else:
        assert [one["how"] for one in batch.sheets.get().columns][1] == "duplicate"


def test_a_header_of_unknown_titles_can_be_mapped(admin, client, send, confirm):
    batch = send([["一览"], ["字段甲", "字段乙", "字段丙"], DATA])
    assert batch.state == "mapping" and batch.sheets.get().header_first == 2
    _, batch = confirm(batch, {0: "name", 1: "institution_class", 2: "division"})
    assert (batch.state, batch.creates) == ("staged", 1)


def test_a_column_without_title_is_not_passed_over(admin, client, send, confirm):
    batch = send([[*TITLES, None], [*DATA, "中山路1号"]])
    assert batch.state == "mapping"
    assert "（没有列名）" in columns_page(client, batch).text
    _, batch = confirm(batch, {0: "name", 1: "institution_class", 2: "division", 3: "address"})
    assert batch.staged_rows.get().values["address"] == "中山路1号"


def test_the_sender_chooses_among_several_sheets(admin, client, send, confirm):
    other = [TITLES, ["乙医院", "A100", "500105"], ["丙医院", "A100", "500105"]]
    batch = send([TITLES, DATA], extra_sheets=[("江北", other), ("说明", [["随便写写"]])])
    assert batch.state == "mapping"
    shown = columns_page(client, batch, sheet=2)
    assert shown.context["sheet"].name == "江北" and "像名录" in shown.text
    _, batch = confirm(batch, {0: "name", 1: "institution_class", 2: "division"}, sheet=2)
    assert (batch.sheet, batch.creates) == ("江北", 2)
    assert [one.message for one in batch.issues.filter(rule="other-sheet")] == [
        "工作表“名录”也像名录，没有导入。"
    ]


def test_a_hidden_sheet_is_reported_and_read_only_when_chosen(admin, client, send, confirm):
    def hide(book, sheet):
        book.get_worksheet_by_name("旧表").hide()

    hidden = [TITLES, ["旧医院", "A100", "500105"]]
    batch = send([TITLES, DATA], extra_sheets=[("旧表", hidden)], edit=hide)
    assert (batch.state, batch.sheet, batch.creates) == ("staged", "名录", 1)
    assert [one.message for one in batch.issues.filter(rule="hidden-sheet")] == [
        "隐藏的工作表“旧表”没有导入。"
    ]
    assert "隐藏" in columns_page(client, batch).text
    _, batch = confirm(batch, {0: "name", 1: "institution_class", 2: "division"}, sheet=2)
    assert [one.name for one in batch.staged_rows.all()] == ["旧医院"]
    assert "是隐藏的" in batch.issues.get(rule="hidden-sheet").message


def test_the_mapping_of_an_applied_import_is_only_shown(admin, client, send, confirm, run_jobs):
    batch = send([TITLES, DATA])
    client.post(reverse("registry:import_apply", args=[batch.pk]))
    run_jobs()
    assert "<select" not in columns_page(client, batch).text
    confirm(batch, {0: "name", 1: "institution_class", 2: "division"})
    assert batch.state == "applied" and batch.mapping is None and not RememberedColumns.objects.exists()


# -- Titles of administrators -------------------------------------------------------------------------------
def add_alias(client, title, field, authority):
    data = {"title": title, "field": field, "authority": authority.pk}
    return client.post(reverse("registry:column_alias_add"), data, follow=True)


def test_an_administrator_teaches_a_title(admin, client, send, world):
    commission = admin.assignments.get().authority
    assert "以后“楼宇位置”认作“地址”" in add_alias(client, "楼宇位置", "address", commission).text
    batch = send([[*TITLES, "楼宇 位置（可空）"], [*DATA, "三号楼"]])
    assert batch.state == "staged" and batch.staged_rows.get().values["address"] == "三号楼"
    client.post(reverse("registry:column_alias_remove", args=[ColumnAlias.objects.get().pk]))
    assert send([[*TITLES, "楼宇位置"], [*DATA, "三号楼"]]).state == "mapping"


def test_a_title_holds_below_its_authority_and_not_beside_it(admin, client, send, world):
    city, county = admin.assignments.get().authority, world.authority("渝中区")
    county.parent, county.path = city, f"{city.path}500103/"
    county.save(update_fields=["parent", "path"])
    add_alias(client, "楼宇位置", "address", city)
    rows = [[*TITLES, "楼宇位置"], [*DATA, "三号楼"]]
    client.force_login(registry_admin_of(county))
    assert send(rows).state == "staged"
    client.force_login(registry_admin_of(world.authority("镜湖区")))
    assert send(rows).state == "mapping"


@pytest.mark.parametrize(
    "title, field, says",
    [
        ("医院名称", "name", "已经认作“机构名称”，不用再加"),
        ("医院名称", "address", "已经认作“机构名称”；"),
        ("（）", "address", "列名里要有文字"),
        ("楼宇", "nonsense", "nonsense"),
        ("楼宇", "", "没有选择，请选一项"),
    ],
)
def test_a_title_that_cannot_be_added_says_why(admin, client, title, field, says):
    answer = add_alias(client, title, field, admin.assignments.get().authority)
    assert answer.status_code == 422 and says in answer.text
    assert not ColumnAlias.objects.exists()


def test_the_same_title_twice_is_refused(admin, client):
    commission = admin.assignments.get().authority
    add_alias(client, "楼宇", "address", commission)
    assert "“楼宇”已经对应“地址”" in add_alias(client, "楼 宇", "phone", commission).text
