"""The official template of a roster (模板): titles, drop-downs, text columns for codes, a sheet that explains."""

from io import BytesIO

import xlsxwriter

from registry.imports.roster_columns import COLUMNS, TEMPLATE_VERSION
from registry.models import Institution

ROWS = 5_000
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
    sheet, notes = book.add_worksheet("名录"), book.add_worksheet("填写说明")
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
        notes.write_row(index + 3, 0, [title, "必填" if column.required else "选填", told])
    sheet.freeze_panes(1, 1)
    notes.write_string(0, 0, f"机构名录导入模板　第 {TEMPLATE_VERSION} 版")
    notes.write_string(1, 0, "列的顺序可以变，不用的列可以删；一家机构一行。带 * 的列必须有。")
    notes.set_column(0, 0, 18)
    notes.set_column(2, 2, 80)
    book.close()
    return content.getvalue()
