"""Bad files as senders make them, each built by code, with the answer that its sender must get."""

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.registry.imports import files, xls
from tests.registry.imports.rosters import code

SHEET = "xl/worksheets/sheet1.xml"
HEAD = ["机构名称", "统一社会信用代码", "机构类别代码", "行政区划代码", "核定床位数", "成立日期"]
GOOD = ["甲医院", "", "A100", "500103", "", ""]


@dataclass(frozen=True)
class Case:
    """`refused` is a piece of the sentence that sends the file back; else `found` are its issues as "B2 rule"."""

    name: str
    build: Callable[[Path], Path]
    refused: str = ""
    found: tuple[str, ...] = ()
    rows: int = 1


CASES: list[Case] = []


def refused(sentence: str):
    def keep(build):
        CASES.append(Case(build.__name__, build, refused=sentence))
        return build

    return keep


def found(*issues: str, rows: int = 1):
    def keep(build):
        CASES.append(Case(build.__name__, build, found=issues, rows=rows))
        return build

    return keep


def book(path: Path, *rows, **how) -> Path:
    return files.xlsx(path, [HEAD, *(rows or [GOOD])], **how)


def changed(path: Path, old: bytes, new: bytes, part: str = SHEET) -> Path:
    content = files.part(path, part)
    assert old in content
    return files.with_part(path, part, content.replace(old, new, 1), replace=True)


def written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def with_cell(path: Path, column: int, value) -> Path:
    one = list(GOOD)
    one[column] = value
    return book(path, one)


# -- Containers ---------------------------------------------------------------------------------------------
@refused("文件是空的")
def nothing_at_all(path):
    return written(path, b"")


@refused("没有内容")
def only_a_byte_order_mark(path):
    return written(path, b"\xef\xbb\xbf\r\n")


@refused("网页（HTML）")
def web_page_named_xls(path):
    return written(path, "<html><table><tr><td>机构名称</td></tr></table></html>".encode())


@refused("网页归档")
def web_archive(path):
    return written(path, b"MIME-Version: 1.0\nContent-Type: multipart/related")


@refused("Excel 2003 XML")
def xml_table(path):
    return written(
        path, b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>'
    )


@refused("PDF")
def printed_roster(path):
    return written(path, b"%PDF-1.7 ...")


@refused("图片")
def photographed_roster(path):
    return written(path, b"\x89PNG\r\n\x1a\n")


@refused("不完整或已损坏")
def upload_cut_off(path):
    return written(path, book(path).read_bytes()[:-200])


@refused("打开密码")
def workbook_with_password(path):
    return files.ole(path, "EncryptedPackage", "EncryptionInfo")


@refused("打开密码")
def old_workbook_with_password(path):
    return written(path, xls.ole(xls.stream({(0, 0): "x"}, before=b"\x2f\x00\x06\x00" + b"\0" * 6)))


@refused("带有宏")
def workbook_with_macros(path):
    return files.with_part(book(path), "xl/vbaProject.bin", b"x")


@refused("启用宏")
def macro_workbook_renamed(path):
    return changed(book(path), b"spreadsheetml.sheet.main", b"ms-excel.sheet.macroEnabled.main", "[Content_Types].xml")  # fmt: skip


@refused("带有宏")
def old_workbook_with_macros(path):
    return files.ole(path, "Workbook", "_VBA_PROJECT_CUR")


@refused("DOCTYPE")
def billion_laughs(path):
    bomb = b'?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'
    return changed(book(path), b"?>", bomb, "xl/sharedStrings.xml")


@refused("DOCTYPE")
def external_entity(path):
    return changed(book(path), b"?>", b'?><!DOCTYPE x SYSTEM "file:///etc/passwd">')


@refused("压缩炸弹")
def bomb_by_ratio(path):
    return files.with_part(book(path), "xl/worksheets/sheet9.xml", b" " * (30 * 2**20))


@refused("部件")
def bomb_by_entries(path):
    import zipfile

    with zipfile.ZipFile(book(path), "a") as archive:
        for number in range(2_100):
            archive.writestr(f"xl/media/{number}.txt", b"")
    return path


@refused("压缩包")
def plain_archive(path):
    import zipfile

    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("名录.xlsx", b"x")
    return path


@refused("不是 Excel 工作簿")
def letter_in_word(path):
    return files.ole(path, "WordDocument")


@refused("散在 268,435,456 格")
def stray_cell_at_the_far_corner(path):
    return book(path, edit=lambda b, sheet: sheet.write(1_048_575, 255, "x"))


@refused("散在 2,097,152 格")
def far_row_without_addresses(path):
    book(path, ["甲", "乙"])
    content = re.sub(rb' r="[A-Z]+\d+"', b"", files.part(path, SHEET))
    content = re.sub(rb"(<c[^>]*><v>\d+</v></c>){4}(</row>)", rb"\2", content)
    content = content.replace(b'<row r="2"', b'<row r="1048576"')
    return files.with_part(path, SHEET, content, replace=True)


@refused("散在 16,777,216 格")
def old_workbook_with_two_far_cells(path):
    return written(path, xls.ole(xls.stream({(0, 0): "机构名称", (65_535, 255): "x"})))


@refused("超出范围的单元格地址")
def address_beyond_every_sheet(path):
    return changed(book(path), b'r="A2"', b'r="ZZZZZ2"')


@refused("300 列")
def too_many_columns(path):
    return files.text_csv(path, [HEAD, ["x"] * 300])


@refused("文字编码")
def bytes_that_are_no_text(path):
    return written(path, b"\xff\xd9\xfe\x80\x80\xff,\xff")


@refused("没有找到表头")
def no_header(path):
    return files.xlsx(path, [["甲医院", "A100"], ["乙医院", "A100"]])


@refused("没有数据行")
def header_alone(path):
    return files.xlsx(path, [HEAD])


# -- Headers ------------------------------------------------------------------------------------------------
@found("1 missing-column")
def no_division_column(path):
    return files.xlsx(path, [["医院名称", "类别"], ["甲医院", "A100"]])


@found("E1 duplicate-column")
def two_name_columns(path):
    return files.xlsx(
        path, [["医院名称", "类别", "区划", "床位", "单位名称"], ["甲医院", "A100", "500103", 5, "乙"]]
    )


@found("D1 unknown-column")
def column_of_another_subject(path):
    return files.xlsx(path, [["医院名称", "类别", "区划", "邮编"], ["甲医院", "A100", "500103", "400010"]])


@found("0 hidden-sheet")
def roster_with_a_hidden_sheet(path):
    hide = lambda b, sheet: b.get_worksheet_by_name("旧").hide()  # noqa: E731
    return book(path, extra_sheets=[("旧", [HEAD, GOOD])], edit=hide)


@found("A2 hidden-row")
def hidden_row(path):
    return book(path, edit=lambda b, sheet: sheet.set_row(1, None, None, {"hidden": True}))


# -- Cells --------------------------------------------------------------------------------------------------
@found("B2 digits-lost")
def code_as_a_number(path):
    return with_cell(path, 1, 1.2500103e17)


@found("B2 digits-lost")
def code_in_scientific_text(path):
    return with_cell(path, 1, "1.25001E+17")


@found("B2 uscc-check")
def code_with_a_wrong_check_digit(path):
    right = code(1)
    return with_cell(path, 1, right[:-1] + ("0" if right[-1] != "0" else "1"))


@found("B2 uscc-length")
def code_too_short(path):
    return with_cell(path, 1, code(3)[:-3])


@found("B2 repaired")
def code_full_width_with_spaces_and_marks(path):
    wide = "".join(chr(ord(one) + 0xFEE0) for one in code(1))
    return with_cell(path, 1, f"'\u200b{wide[:9]}\u3000{wide[9:]}\u202c")


@found("E2 repaired")
def beds_with_thousands_separator(path):
    return with_cell(path, 4, "1,200")


@found("E2 not-a-number")
def beds_in_words(path):
    return with_cell(path, 4, "约一百")


@found("F2 repaired")
def date_as_serial_number(path):
    return with_cell(path, 5, 43_641)


@found()
def date_of_1904(path):
    def edit(b, sheet):
        sheet.write_datetime(1, 5, dt.datetime(2019, 6, 25), b.add_format({"num_format": "yyyy-mm-dd"}))

    return book(path, edit=edit, options={"date_1904": True})


@found("F2 not-a-date")
def date_that_does_not_exist(path):
    return with_cell(path, 5, "2020-02-30")


@found("E2 formula")
def formula_with_its_value(path):
    return book(path, edit=lambda b, sheet: sheet.write_formula(1, 4, "=40*2", None, 80))


@found("E2 formula-without-value")
def formula_without_a_value(path):
    book(path, edit=lambda b, sheet: sheet.write_formula(1, 4, "=40*2", None, 80))
    return changed(path, b"<v>80</v>", b"")


@found("E2 cell-error")
def formula_that_failed(path):
    return book(path, edit=lambda b, sheet: sheet.write_formula(1, 4, "=1/0", None, "#DIV/0!"))


@found("A2 formula-text")
def command_as_a_name(path):
    return files.text_csv(path, [HEAD, ["=cmd|' /C calc'!A0", *GOOD[1:]]])


@found("A2 repaired")
def name_with_control_characters_and_a_line_break(path):
    return with_cell(path, 0, "甲\x07医\n院")


@found("A2 too-long")
def name_of_three_hundred_characters(path):
    return with_cell(path, 0, "甲" * 300 + "医院")


@found("A2 too-long")
def name_of_thirty_thousand_characters(path):
    return with_cell(path, 0, "甲" * 30_000)


@found("C2 class-unknown")
def class_nobody_knows(path):
    return with_cell(path, 2, "Z9")


@found("D2 division-unknown")
def division_nobody_knows(path):
    return with_cell(path, 3, "999999")


@found("D2 division-retired")
def retired_division_code(path):
    return with_cell(path, 3, "340208")


@found("A2 name-required")
def row_without_name(path):
    return with_cell(path, 0, " ")


@found("A3 duplicate-in-file", rows=2)
def same_institution_twice(path):
    return book(path, GOOD, GOOD)


@found("4 not-a-record", rows=2)
def total_at_the_foot(path):
    return book(path, GOOD, ["乙医院", *GOOD[1:]], ["合计", "", "", "", 85, ""])


@found(rows=1)
def old_workbook_that_is_right(path):
    return xls.write(path, [HEAD, GOOD])


@found()
def emoji_and_rare_characters(path):
    return with_cell(path, 0, "𠮷祥💊医院")
