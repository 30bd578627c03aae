"""The links of a list as a workbook (发放表), for the administrator who hands them over."""

from io import BytesIO

import xlsxwriter

from registry.models import User

NOTE = "每条链接只能用一次，请当面或用可靠的方式交给本人；发放后请删除本文件。"


def build(lines: list[tuple[User, str]]) -> bytes:
    """Name, account, telephone and link of each person, as text."""
    content = BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True, "strings_to_urls": False})
    head = book.add_format({"bold": True, "bg_color": "#E6F0F5", "border": 1})
    sheet = book.add_worksheet("一次性链接")
    sheet.write_string(0, 0, NOTE)
    for column, (title, width) in enumerate((("姓名", 12), ("账号", 16), ("联系电话", 16), ("链接", 80))):
        sheet.write_string(1, column, title, head)
        sheet.set_column(column, column, width)
    for number, (person, address) in enumerate(lines, 2):
        for column, text in enumerate((person.name, person.username, person.phone, address)):
            sheet.write_string(number, column, text)
    sheet.freeze_panes(2, 0)
    book.close()
    return content.getvalue()
