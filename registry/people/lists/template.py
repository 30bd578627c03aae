"""The template of a list of people (模板): drop-downs with the roles and units that this administrator may give."""

from io import BytesIO

import xlsxwriter

from registry.people import reach, units
from registry.people.lists.columns import COLUMNS
from registry.people.lists.limits import ROWS
from registry.roles import Role, unit_kinds

SHEET, NOTES, LISTS = "人员名单", "填写说明", "可选单位"
_HELP = {
    "name": "真实姓名。",
    "username": "登录用，如姓名拼音或工号；不能有空格，确定后不再改变。",
    "phone": "选填，按文本填写。",
    "email": "选填，用于通知；没有也可以。",
    "role": "从下拉列表选。",
    "unit": "全称或代码（机关代码、统一社会信用代码）；列表里没有的下级单位也可以直接填写。",
    "start": "选填，例如 2026-09-01；不填：邀请当天。",
    "end": "选填；不填：没有期限。",
}
_WIDTHS = {"name": 12, "username": 16, "phone": 16, "email": 24, "role": 14, "unit": 36}
_TEXT = frozenset(("username", "phone", "unit"))


def build(user) -> bytes:
    """The template as an xlsx file, for one administrator."""
    content = BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True})
    head = book.add_format({"bold": True, "bg_color": "#E6F0F5", "border": 1})
    text, wrapped = book.add_format({"num_format": "@"}), book.add_format({"text_wrap": True})
    sheet, notes, lists = (book.add_worksheet(name) for name in (SHEET, NOTES, LISTS))
    roles, offered = reach.roles_grantable(user), units.offered(user)
    lists.write_string(0, 0, LISTS, head)
    lists.set_column(0, 0, 40)
    for number, name in enumerate(offered, 1):
        lists.write_string(number, 0, name)
    choices = {
        "role": [role.label for role in roles],
        "unit": f"={LISTS}!$A$2:$A${len(offered) + 1}" if offered else [],
    }
    notes.write_string(0, 0, f"一人一行，最多 {ROWS} 人。带 * 的列必须填。上传后先预览，确认后才建立账户。")
    for index, column in enumerate(COLUMNS):
        title = column.title + ("*" if column.required else "")
        sheet.write_string(0, index, title, head)
        sheet.set_column(index, index, _WIDTHS.get(column.field, 14), text if column.field in _TEXT else None)
        if source := choices.get(column.field):
            # A unit below may be typed in full, so its list offers and does not forbid.
            error = "stop" if column.field == "role" else "information"
            sheet.data_validation(
                1, index, ROWS, index, {"validate": "list", "source": source, "error_type": error}
            )
        notes.write_row(index + 2, 0, [title, "必填" if column.required else "选填", _HELP[column.field]])
    _explain_roles(notes, roles, len(COLUMNS) + 3, wrapped)
    sheet.freeze_panes(1, 1)
    book.close()
    return content.getvalue()


def _explain_roles(notes, roles: list[Role], first: int, wrapped) -> None:
    notes.write_row(first, 0, ["角色", "所在单位", "可以做什么"])
    for number, role in enumerate(roles, first + 1):
        notes.write_row(number, 0, [role.label, units.words(unit_kinds(role)) or "不填"])
        notes.write_string(number, 2, role.sentence, wrapped)
    notes.set_column(0, 1, 14)
    notes.set_column(2, 2, 80)
