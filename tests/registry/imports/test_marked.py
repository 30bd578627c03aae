"""The sender's workbook comes back with its bad cells marked, and with nothing else changed."""

import re
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import openpyxl
import pytest
from django.urls import reverse

from registry.imports.marked import build
from registry.imports.marked.marks import FILLS, RESULT_TITLE
from registry.models import ImportBatch
from tests.actors import registry_admin_of
from tests.registry.imports import files
from tests.registry.imports.rosters import TITLES, code, row
from tests.registry.imports.test_views import admin, send  # noqa: F401  the same people and the same upload

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore:.*extension is not supported:UserWarning"),  # openpyxl, of data bars
]
BAD = row("乙医院", 机构类别代码="Z9", 核定床位数="约一百")


def lines(*rows):
    return [TITLES, *([one.get(title, "") for title in TITLES] for one in rows)]


def marked(batch: ImportBatch) -> Path:
    build.build(batch)
    return Path(batch.marked.path)


def look(cell) -> tuple:
    """Everything that one sees of a cell."""
    return (
        cell.value, cell.number_format, cell.font.b, cell.font.sz, cell.font.name, cell.border.left.style,
        cell.alignment.horizontal, cell.fill.fgColor.rgb, cell.comment.text if cell.comment else None,
    )  # fmt: skip


def decorate(book, sheet):
    """What senders do to their sheets."""
    bold = book.add_format({"bold": True, "border": 1, "bg_color": "#DDEEFF", "num_format": "@"})
    sheet.write(2, 3, "Z9", bold)
    sheet.write(1, 0, "甲医院", bold)
    sheet.write_comment(2, 3, "我们自己的批注")
    sheet.write_comment(1, 0, "另一条批注")
    sheet.write_formula(1, 14, "=40*2", None, 80)
    sheet.data_validation(1, 4, 20, 4, {"validate": "list", "source": ["三级", "二级"]})
    sheet.conditional_format(1, 14, 20, 14, {"type": "cell", "criteria": ">", "value": 5, "format": bold})
    sheet.conditional_format(1, 15, 20, 15, {"type": "data_bar", "data_bar_2010": True})
    sheet.set_column(0, 0, 40)
    sheet.set_row(1, 30)
    sheet.autofilter(0, 0, 2, 5)
    sheet.freeze_panes(1, 1)
    sheet.write_url(4, 0, "https://example.org/", string="丙医院")
    sheet.insert_textbox(8, 2, "说明文字")
    other = book.add_worksheet("别的表")
    other.write(0, 0, "不要动", bold)
    other.write_comment(0, 0, "旁边表的批注")


@pytest.fixture
def sent(stage):
    return stage(row("甲医院"), BAD, row("丁医院", 统一社会信用代码=code(1)), row("丙医院"), edit=decorate)


def test_bad_cells_are_coloured_and_say_why(sent):
    book = openpyxl.load_workbook(marked(sent))
    sheet = book["名录"]
    assert sheet["D3"].fill.fgColor.rgb == FILLS["error"] and sheet["O3"].fill.fgColor.rgb == FILLS["error"]
    assert "约一百" in sheet["O3"].comment.text and "整数" in sheet["O3"].comment.text
    column = sheet.max_column
    assert sheet.cell(1, column).value == RESULT_TITLE
    assert "错误 D3：机构类别“Z9”" in sheet.cell(3, column).value
    assert "错误 O3：“约一百”不是整数" in sheet.cell(3, column).value
    assert [sheet.cell(number, column).value for number in (4, 5)] == [None, None]
    told = [[cell.value for cell in line] for line in book["导入说明"].iter_rows()]
    assert ["D3", "错误", "机构类别代码", "Z9"] in [line[:4] for line in told]
    assert "共 4 行：错误 2 处（1 行）" in told[1][0]


def test_everything_else_is_as_it_was(sent):
    before, after = openpyxl.load_workbook(sent.file.path), openpyxl.load_workbook(marked(sent))
    assert after.sheetnames == [*before.sheetnames, "导入说明"]
    touched = {"D3", "O2", "O3", "W1", "W2", "W3"}  # O2 is a formula, of which we warn
    for name in before.sheetnames:
        for line in before[name].iter_rows():
            for cell in line:
                if name != "名录" or cell.coordinate not in touched:
                    assert look(cell) == look(after[name][cell.coordinate]), (name, cell.coordinate)
    one, other = before["名录"], after["名录"]
    assert one.auto_filter.ref == other.auto_filter.ref and one.freeze_panes == other.freeze_panes
    assert [str(rule.sqref) for rule in one.data_validations.dataValidation] == [
        str(rule.sqref) for rule in other.data_validations.dataValidation
    ]
    assert one.column_dimensions["A"].width == other.column_dimensions["A"].width
    assert one.row_dimensions[2].height == other.row_dimensions[2].height
    assert other["A5"].hyperlink.target == "https://example.org/"
    assert other["D3"].comment.text == "我们自己的批注", "the sender's own comment stays"
    assert (other["D3"].font.b, other["D3"].border.left.style, other["D3"].number_format) == (
        True,
        "thin",
        "@",
    )
    assert other["O2"].value == "=40*2"


def test_parts_that_are_not_concerned_are_the_same_bytes(sent):
    path = marked(sent)
    with zipfile.ZipFile(sent.file.path) as before, zipfile.ZipFile(path) as after:
        assert after.testzip() is None
        assert len(set(after.namelist())) == len(after.namelist())
        same = {name for name in before.namelist() if before.read(name) == after.read(name)}
        assert set(before.namelist()) - same == {
            "[Content_Types].xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml",
            "xl/worksheets/sheet1.xml", "xl/comments1.xml", "xl/drawings/vmlDrawing1.vml",
        }  # fmt: skip
        assert after.read("xl/worksheets/sheet1.xml").count(b"<legacyDrawing") == 1


def test_the_reference_to_the_notes_stands_where_the_schema_wants_it(stage):
    def decorate(book, sheet):
        sheet.conditional_format(1, 15, 20, 15, {"type": "data_bar", "data_bar_2010": True})
        sheet.insert_textbox(8, 2, "说明文字")
        sheet.add_table(12, 0, 14, 2)

    batch = stage(BAD, edit=decorate)
    root = ElementTree.fromstring(files.part(marked(batch), "xl/worksheets/sheet1.xml"))  # noqa: S314
    children = [child.tag.rpartition("}")[2] for child in root]
    assert children[children.index("drawing") :] == ["drawing", "legacyDrawing", "tableParts", "extLst"]


@pytest.mark.parametrize("prefix", ["", "x:"])
def test_a_sheet_without_styles_comments_and_addresses_is_marked_too(stage, prefix, tmp_path):
    """What other programs write: a prefix, no addresses, no dimension, no styles part."""
    batch = stage(row("甲医院"), BAD)
    path = Path(batch.file.path)
    xml = files.part(path, "xl/worksheets/sheet1.xml").decode()
    if prefix:
        for tag in ("worksheet", "sheetData", "row", "c", "v", "dimension", "sheetViews", "sheetView", "sheetFormatPr", "pageMargins"):  # fmt: skip
            xml = xml.replace(f"<{tag} ", f"<x:{tag} ").replace(f"<{tag}>", f"<x:{tag}>").replace(f"</{tag}>", f"</x:{tag}>")  # fmt: skip
        xml = xml.replace("<x:worksheet xmlns=", "<x:worksheet xmlns:x=")
    xml = re.sub(r"<(x:)?dimension[^>]*>", "", re.sub(r'(<(?:x:)?(?:c|row)\b[^>]*?) r="\w+"', r"\1", xml))
    files.with_part(path, "xl/worksheets/sheet1.xml", xml.encode(), replace=True)
    sheet = openpyxl.load_workbook(marked(batch))["名录"]
    assert sheet["D3"].fill.fgColor.rgb == FILLS["error"]
    assert "错误 D3" in sheet.cell(3, len(TITLES) + 1).value


def test_a_csv_becomes_a_workbook_with_the_same_rows(stage, admin, send, client):  # noqa: F811
    text = "机构名称,机构类别代码,行政区划代码,统一社会信用代码\n甲医院,A100,500103,\n,,,\n=1+1医院,Z9,500103,0012\n"
    _, batch = send(content=text.encode(), name="名录.csv")
    assert batch.marked, "made by itself when there is something to mark"
    sheet = openpyxl.load_workbook(batch.marked.path)["名录"]
    assert [cell.value for cell in sheet[4]][:4] == ["=1+1医院", "Z9", "500103", "0012"]
    assert sheet["A4"].data_type == "s", "text, and no formula"
    assert sheet["B4"].fill.fgColor.rgb == FILLS["error"] and "错误 B4" in sheet["E4"].value
    shown = client.get(batch.get_absolute_url())
    assert reverse("registry:import_marked", args=[batch.pk]) in shown.text
    answer = client.get(reverse("registry:import_marked", args=[batch.pk]))
    assert b"".join(answer.streaming_content).startswith(b"PK")
    told = [line[0].value for line in openpyxl.load_workbook(batch.marked.path)["导入说明"].iter_rows()]
    assert any(value and "csv" in value for value in told)


def test_the_marked_workbook_corrected_and_sent_again_is_understood(admin, send, world, tmp_path):  # noqa: F811
    _, batch = send(row("甲医院"), BAD)
    book = openpyxl.load_workbook(batch.marked.path)
    book["名录"]["D3"], book["名录"]["O3"] = "A100", 100
    book.save(tmp_path / "again.xlsx")
    _, again = send(content=(tmp_path / "again.xlsx").read_bytes())
    assert (again.state, again.errors, again.warnings, again.creates) == ("staged", 0, 0, 2)
    assert not again.marked


def test_marked_twice_the_messages_stand_in_one_column(admin, send, tmp_path):  # noqa: F811
    _, batch = send(row("甲医院"), BAD)
    book = openpyxl.load_workbook(batch.marked.path)
    book["名录"]["D3"] = "A100"
    book.save(tmp_path / "again.xlsx")
    _, again = send(content=(tmp_path / "again.xlsx").read_bytes())
    sheet = openpyxl.load_workbook(again.marked.path)
    assert [cell.value for cell in sheet["名录"][1]].count(RESULT_TITLE) == 1
    assert sheet["名录"].cell(3, len(TITLES) + 1).value.startswith("错误 O3")
    assert sheet.sheetnames == ["名录", "导入说明", "导入说明2"]


def test_a_clean_file_has_nothing_to_mark(admin, send, client):  # noqa: F811
    _, batch = send(row("甲医院"))
    assert not batch.marked and batch.marked_job is None
    assert client.get(reverse("registry:import_marked", args=[batch.pk])).status_code == 404


def test_others_do_not_get_the_marked_workbook(admin, send, client, world):  # noqa: F811
    _, batch = send(BAD)
    client.force_login(registry_admin_of(world.authority("镜湖区")))
    assert client.get(reverse("registry:import_marked", args=[batch.pk])).status_code == 404
