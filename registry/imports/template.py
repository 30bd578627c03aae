"""The official template of a roster (模板): titles, drop-downs, text columns for codes, a sheet that explains.

Its version stands in words on the sheet that explains, where people read it and no spreadsheet program drops it.
"""

import re
from io import BytesIO

import xlsxwriter

from registry.imports.limits import FileRefused
from registry.imports.roster_columns import COLUMNS, TEMPLATE_VERSION
from registry.imports.source import Source
from registry.imports.table import Table
from registry.models import EconomicType, Institution, InstitutionClass

ROWS = 5_000
NOTES, LISTS = "填写说明", "代码表"
_VERSION = re.compile(r"机构名录导入模板\s*第\s*(\d+)\s*版")
_WORDS = {
    "level": [label for _, label in Institution.Level.choices],
    "grade": [label for _, label in Institution.Grade.choices],
    "affiliation": ["国家", "省级", "地市级", "区县级", "乡镇街道", "村", "社会办", "军队"],
    "ownership": [label for _, label in Institution.Ownership.choices],
    "profit": [label for _, label in Institution.Profit.choices],
    "status": [label for _, label in Institution.Status.choices],
    "is_military": ["是", "否"],
    "is_demo": ["是", "否"],
}
_HELP = {
    "name": "执业许可证上的第一名称。",
    "uscc": "18 位，按文本填写。",
    "licence_number": "医疗机构执业许可证登记号，按文本填写。",
    "institution_class": "WS 218 的类别代码或名称，例如 A100 或 综合医院。",
    "level": "三级、二级、一级或未定级；也可在这一格写“三级甲等”。",
    "grade": "特等、甲等、乙等、丙等、合格或未评。",
    "affiliation": "直辖市的市属机构填“省级”。",
    "division": "6 位国标代码，例如 500103；也可写省、市、区县名称。",
    "township": "名称或 9 位代码。",
    "beds": "整数。",
    "founded_on": "例如 2019-06-25。",
    "second_names": "几个名称用“；”分开。",
    "main_institution": "分支机构填所属机构的统一社会信用代码或全称。",
    "is_demo": "虚构的演示机构填“是”。",
}
_TEXT = frozenset(
    ("uscc", "licence_number", "institution_class", "division", "township", "phone", "economic_type")
)
_OWN = frozenset(
    ("class_middle", "class_major", "province", "city", "county", "_number", "_remark", "_result")
)


def columns():
    """The columns of the template; others are only recognised when a sender has them."""
    return [column for column in COLUMNS if column.field not in _OWN]


def build() -> bytes:
    """The template as an xlsx file."""
    content = BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True})
    head = book.add_format(
        {"bold": True, "bg_color": "#E6F0F5", "border": 1, "text_wrap": True, "valign": "top"}
    )
    text = book.add_format({"num_format": "@"})
    sheet, notes = book.add_worksheet("名录"), book.add_worksheet(NOTES)
    listed = _lists(book)
    for index, column in enumerate(columns()):
        title = column.title + ("*" if column.required else "")
        sheet.write_string(0, index, title, head)
        sheet.set_column(index, index, max(12, len(title) * 2 + 2), text if column.field in _TEXT else None)
        if words := _WORDS.get(column.field):
            # Other spellings are understood as well, so the list offers and does not forbid.
            sheet.data_validation(
                1, index, ROWS, index, {"validate": "list", "source": words, "error_type": "information"}
            )
        told = _HELP.get(column.field, "") + (
            f"也认作：{'、'.join(column.aliases[:5])}。" if column.aliases else ""
        )
        if source := listed.get(column.field):
            sheet.data_validation(
                1, index, ROWS, index, {"validate": "list", "source": source, "error_type": "information"}
            )
        notes.write_row(index + 3, 0, [title, "必填" if column.required else "选填", told])
    sheet.freeze_panes(1, 1)
    notes.write_string(0, 0, f"机构名录导入模板　第 {TEMPLATE_VERSION} 版")
    notes.write_string(1, 0, "列的顺序可以变，不用的列可以删；一家机构一行。带 * 的列必须有。")
    notes.set_column(0, 0, 18)
    notes.set_column(2, 2, 80)
    book.close()
    return content.getvalue()


def _lists(book) -> dict[str, str]:
    """A sheet with the long code lists; answers the range to choose from, by field."""
    page = book.add_worksheet(LISTS)
    lists = {
        "institution_class": ("机构类别（WS 218）", InstitutionClass),
        "economic_type": ("经济类型（GB/T 12402）", EconomicType),
    }
    ranges = {}
    for index, (name, (title, model)) in enumerate(lists.items()):
        words = [
            f"{code} {word}" for code, word in model.objects.order_by("code").values_list("code", "name")
        ]
        page.write_column(0, index, [title, *words])
        page.set_column(index, index, 36)
        letter = "AB"[index]
        if words:
            ranges[name] = f"={LISTS}!${letter}$2:${letter}${len(words) + 1}"
    return ranges


# -- Coming back --------------------------------------------------------------------------------------------
def version_of(source: Source) -> int | None:
    """The version of the template that a file was made from; None when it is no copy of one."""
    notes = source.sheet(NOTES)
    first = str(notes.head[0][1][0]) if notes and notes.head and notes.head[0][1] else ""
    found = _VERSION.search(first)
    return int(found[1]) if found else None


def check_version(source: Source, table: Table) -> str:
    """What to say of the template's version, mostly nothing. Raises FileRefused when it cannot be read any more."""
    version = version_of(source)
    if version is None or version == TEMPLATE_VERSION:
        return ""
    told = f"这份表用的是第 {version} 版模板，现行是第 {TEMPLATE_VERSION} 版"
    if version > TEMPLATE_VERSION:
        raise FileRefused("template", f"{told}，可能来自更新的系统。请在本系统下载模板，把内容贴进去后上传。")
    if table.missing:
        missing = "”“".join(column.title for column in table.missing)
        raise FileRefused(
            "template", f"{told}，缺少现在必填的“{missing}”列。请下载现行模板，把内容贴进去后上传。"
        )
    return f"{told}，各列已按列名对应；下次请用现行模板。"
