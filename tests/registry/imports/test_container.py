"""What is refused as a whole, by content and never by extension."""

import random
import resource
import zipfile
from types import SimpleNamespace

import pytest

from registry.imports.container import Kind, guard
from registry.imports.limits import LIMITS, FileRefused, Limits
from registry.imports.source import open_source
from tests.registry.imports import files

ROWS = [["机构名称", "机构类别代码"], ["测试医院", "A100"]]


def refused(path, limits=LIMITS) -> FileRefused:
    with pytest.raises(FileRefused) as caught:
        open_source(path, limits)
    assert any("一" <= character <= "鿿" for character in str(caught.value))
    return caught.value


def test_content_decides_not_the_extension(tmp_path):
    book = files.xlsx(tmp_path / "名录.csv", ROWS)
    assert guard(book) is Kind.XLSX
    assert guard(files.text_csv(tmp_path / "名录.xlsx", ROWS)) is Kind.CSV


@pytest.mark.parametrize(
    "content, code",
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf  \r\n ", "empty"),
        (b"<html><table><tr><td>x</td></tr></table></html>", "html"),
        (b"\n<!DOCTYPE html><html></html>", "html"),
        (b"<meta charset=utf-8><table>", "html"),
        (b"MIME-Version: 1.0\nContent-Type: multipart/related", "html"),
        (b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>', "xml"),
        (b'<rows><row name="x"/></rows>', "xml"),
        (b'\xef\xbb\xbf{"rows": [{"name": "x"}]}', "json"),
        (b'[\n  {"name": "x"}\n]', "json"),
        (b'[["\xe5\x90\x8d", "x"]]', "json"),
        (b"[]", "json"),
        (b"%PDF-1.7", "pdf"),
        (b"\x89PNG\r\n", "image"),
        (b"PK\x03\x04broken", "truncated"),
        (b"\xff\xd9\xfe\x80\x80\xff not text", "encoding"),
    ],
)
def test_foreign_content_is_refused_by_name(tmp_path, content, code):
    path = tmp_path / "名录.xls"
    path.write_bytes(content)
    assert refused(path).code == code


@pytest.mark.parametrize(
    "head", ["[机构名称],代码\n", "{名称},代码\n", "<机构名称>,代码\n", '"机构名称","代码"\n']
)
def test_a_table_whose_heading_stands_in_brackets_is_one(tmp_path, head):
    path = tmp_path / "名录.csv"
    path.write_text(head + "一,二\n", encoding="utf-8")
    assert guard(path) is Kind.CSV


def test_truncated_workbook(tmp_path):
    path = files.xlsx(tmp_path / "a.xlsx", ROWS * 500)
    path.write_bytes(path.read_bytes()[:-300])
    assert refused(path).code == "truncated"


def test_damaged_part(tmp_path):
    path = files.xlsx(tmp_path / "a.xlsx", ROWS)
    data = bytearray(path.read_bytes())
    at = data.find(b"xl/worksheets/sheet1.xml") + 60
    data[at : at + 20] = b"\xff" * 20
    path.write_bytes(bytes(data))
    assert refused(path).code == "truncated"


@pytest.mark.parametrize("name", ["xl/vbaProject.bin", "xl/macrosheets/sheet1.xml"])
def test_macro_workbook_whatever_its_name(tmp_path, name):
    assert refused(files.with_part(files.xlsx(tmp_path / "a.xlsx", ROWS), name, b"x")).code == "macro"


def test_macro_content_type(tmp_path):
    path = files.xlsx(tmp_path / "a.xlsx", ROWS)
    types = files.part(path, "[Content_Types].xml").replace(
        b"spreadsheetml.sheet.main", b"ms-excel.sheet.macroEnabled.main"
    )
    assert refused(files.with_part(path, "[Content_Types].xml", types, replace=True)).code == "macro"


@pytest.mark.parametrize(
    "streams, body, code",
    [
        (("EncryptedPackage", "EncryptionInfo"), b"", "encrypted"),
        (("Workbook", "_VBA_PROJECT_CUR"), b"", "macro"),
        (("WordDocument",), b"", "not-a-workbook"),
        (("Workbook",), files.biff_with_password(), "encrypted"),
        (("Workbook",), b"", "damaged"),
    ],
)
def test_ole_files(tmp_path, streams, body, code):
    assert refused(files.ole(tmp_path / "a.xlsx", *streams, body=body)).code == code


@pytest.mark.parametrize(
    "payload",
    [
        b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>',
        b'<!DOCTYPE x SYSTEM "file:///etc/passwd">',
    ],
)
@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/sharedStrings.xml"])
def test_doctype_in_any_part(tmp_path, payload, part):
    path = files.xlsx(tmp_path / "a.xlsx", ROWS)
    content = files.part(path, part).replace(b"?>", b"?>" + payload, 1)
    assert refused(files.with_part(path, part, content, replace=True)).code == "doctype"


def test_utf16_part_cannot_hide_a_doctype(tmp_path):
    path = files.xlsx(tmp_path / "a.xlsx", ROWS)
    content = files.part(path, "xl/sharedStrings.xml").decode().replace("?>", "?><!DOCTYPE x>", 1)
    hidden = content.replace("UTF-8", "UTF-16").encode("utf-16")
    assert refused(files.with_part(path, "xl/sharedStrings.xml", hidden, replace=True)).code == "damaged"


def test_bomb_is_refused_without_memory(tmp_path):
    path = files.xlsx(tmp_path / "a.xlsx", ROWS)
    with (
        zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("xl/worksheets/sheet9.xml", "w", force_zip64=True) as part,
    ):
        for _ in range(150):
            part.write(b" " * 2**20)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert refused(path).code == "bomb"
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100 * 1024


def test_bomb_by_entries_and_by_total(tmp_path):
    path = files.xlsx(tmp_path / "a.xlsx", ROWS)
    assert refused(path, Limits(entries=3)).code == "bomb"
    assert refused(path, Limits(unpacked_bytes=2000)).code == "bomb"


def test_other_packages_are_named(tmp_path):
    for name, parts, code in [
        ("a.zip", {"readme.txt": b"x"}, "archive"),
        ("b.xlsx", {"mimetype": b"application/vnd.oasis.opendocument.spreadsheet"}, "ods"),
        ("c.xlsx", {"[Content_Types].xml": b"wordprocessingml.document"}, "not-a-workbook"),
        ("d.xlsx", {"[Content_Types].xml": b"spreadsheetml sheet.binary"}, "xlsb"),
    ]:
        with zipfile.ZipFile(tmp_path / name, "w") as archive:
            for part, content in parts.items():
                archive.writestr(part, content)
        assert refused(tmp_path / name).code == code


def test_stray_cell_far_away_is_refused_before_it_costs_memory(tmp_path):
    path = files.xlsx(tmp_path / "a.xlsx", ROWS, edit=lambda book, sheet: sheet.write(1_048_575, 200, "x"))
    refusal = refused(path)
    assert refusal.code == "too-many-cells"
    assert "GS1048576" in str(refusal)


@pytest.mark.parametrize(
    "found, put",
    [
        (b'<dimension ref="A1:B2"/>', b'<dimension ref="A1:XFD1048576"/>'),
        (b"</sheetData>", b'</sheetData><mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells>'),
        (
            b"</sheetData>",
            b"</sheetData><mergeCells>" + b'<mergeCell ref="A1:A90000"/>' * 500 + b"</mergeCells>",
        ),
    ],
)
def test_boasting_ranges_cost_no_memory(tmp_path, found, put):
    path = files.xlsx(tmp_path / "a.xlsx", ROWS)
    sheet = files.part(path, "xl/worksheets/sheet1.xml")
    assert found in sheet
    files.with_part(path, "xl/worksheets/sheet1.xml", sheet.replace(found, put), replace=True)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with open_source(path) as source:
        assert len(list(source.sheets[0].rows())) == 2
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100 * 1024


def test_too_many_columns_and_rows(tmp_path):
    wide = files.xlsx(tmp_path / "a.xlsx", [*ROWS, ["x"] * 300])
    assert refused(wide).code == "too-many-columns"
    long = files.xlsx(tmp_path / "b.xlsx", ROWS * 20)
    assert refused(long, Limits(rows=10)).code == "too-many-rows"
    rows = open_source(files.text_csv(tmp_path / "c.csv", ROWS * 20), Limits(rows=10)).sheets[0].rows()
    with pytest.raises(FileRefused) as caught:
        list(rows)
    assert caught.value.code == "too-many-rows"


def test_formatted_empty_rows_are_read_as_what_they_are(tmp_path):
    def paint(book, sheet):
        grey = book.add_format({"bg_color": "#eeeeee"})
        for row in range(2, 60_000):
            for column in range(6):
                sheet.write_blank(row, column, None, grey)

    with open_source(files.xlsx(tmp_path / "a.xlsx", ROWS, edit=paint)) as source:
        assert source.sheets[0].scan.rows == 2
        assert len(list(source.sheets[0].rows())) == 2


def test_a_parser_that_panics_over_a_damaged_file_is_a_refusal(tmp_path, monkeypatch):
    panic = type("PanicException", (BaseException,), {})

    def crash(path):
        raise panic("range end index 120 out of range")

    monkeypatch.setattr("registry.imports.source.calamine.CalamineWorkbook", SimpleNamespace(from_path=crash))
    assert refused(files.xlsx(tmp_path / "a.xlsx", ROWS)).code == "damaged"


@pytest.mark.parametrize("seed", range(60))
def test_no_damage_gets_past_the_guard_unnamed(tmp_path, seed):
    """Parts cut, changed or missing: the file is read or refused, never anything else."""
    chance = random.Random(seed)  # noqa: S311
    path = files.xlsx(tmp_path / "a.xlsx", ROWS * 30)
    with zipfile.ZipFile(path) as archive:
        parts = {name: bytearray(archive.read(name)) for name in archive.namelist()}
    name = chance.choice(sorted(parts))
    if seed % 3 == 0:
        del parts[name]
    elif seed % 3 == 1:
        parts[name] = parts[name][: chance.randrange(len(parts[name]))]
    else:
        for _ in range(5):
            parts[name][chance.randrange(len(parts[name]))] = chance.randrange(256)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for one, content in parts.items():
            archive.writestr(one, bytes(content))
    try:
        with open_source(path) as source:
            for sheet in source.sheets:
                list(sheet.rows())
    except FileRefused as refusal:
        assert refusal.code and str(refusal)
