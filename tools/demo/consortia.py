"""The workbooks in which a commission brings in the consortia that exist today."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import xlsxwriter

from tools.demo.rosters import MADE_ON, write_table

SHEETS = {
    "医联体": [
        "医联体名称", "类型", "牵头单位", "成立日期", "首次提交日期", "备案日期", "备案编号", "备案机关区划代码",
        "审查同意日期", "终止日期", "区划代码", "范围", "专科", "以专科服务为主", "紧密程度", "理事长",
    ],
    "成员单位": ["医联体名称", "机构", "角色", "加入日期", "退出日期", "远程开通日期"],
    "网格": ["网格名称", "区划代码", "责任医联体", "起", "止"],
    "专科资质": ["机构", "诊疗科目", "级别", "类别", "学会级别", "学会任职"],
}  # fmt: skip


@dataclass
class Group:
    """A consortium with its members; a member is a name, or (name, role, remote since)."""

    name: str
    kind: str
    lead: str
    division: str
    founded: Any = ""
    submitted: Any = ""
    registered: Any = ""
    number: str = ""
    authority: str = ""
    approved: Any = ""
    closed: Any = ""
    scope: str = ""
    specialty: str = ""
    focus: str = ""
    closeness: str = ""
    chair: str = ""
    members: Iterable[Any] = ()

    def cells(self) -> list[Any]:
        return [
            self.name, self.kind, self.lead, self.founded, self.submitted, self.registered, self.number,
            self.authority, self.approved, self.closed, self.division, self.scope, self.specialty, self.focus,
            self.closeness, self.chair,
        ]  # fmt: skip

    def member_rows(self) -> Iterable[list[Any]]:
        for member in self.members:
            name, role, remote = (*member, "", "")[:3] if isinstance(member, tuple) else (member, "", "")
            yield [self.name, name, role or "成员", self.founded, "", remote]


@dataclass
class Book:
    """One commission's workbook."""

    title: str
    groups: list[Group]
    grids: list[list[Any]] = field(default_factory=list)
    credentials: list[list[Any]] = field(default_factory=list)

    def write(self, path: Path) -> None:
        rows = {
            "医联体": [group.cells() for group in self.groups],
            "成员单位": [row for group in self.groups for row in group.member_rows()],
            "网格": self.grids,
            "专科资质": self.credentials,
        }
        with xlsxwriter.Workbook(path) as book:
            book.set_properties({"created": MADE_ON, "title": self.title})
            for name, headings in SHEETS.items():
                sheet = book.add_worksheet(name)
                write_table(book, sheet, f"{self.title}——{name}", "本表为演示数据", headings, rows[name])
                sheet.set_column(0, 2, 34)
                sheet.set_column(3, len(headings), 14)


def grid(name: str, codes: Iterable[str], responsible: str, start: date, end: Any = "") -> list[list[Any]]:
    return [[name, code, responsible, start, end] for code in codes]
