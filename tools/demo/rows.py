"""The columns of the official template, and one institution as a row of it."""

from dataclasses import dataclass, fields
from typing import Any

HEADINGS = {
    "name": "机构名称",
    "uscc": "统一社会信用代码",
    "licence": "登记号",
    "institution_class": "机构类别代码",
    "level": "医院级别",
    "grade": "医院等次",
    "affiliation": "隶属关系",
    "ownership": "所有制",
    "economic": "经济类型代码",
    "profit": "营利性质",
    "military": "部队医院",
    "division": "行政区划代码",
    "township": "乡镇街道",
    "address": "地址",
    "beds": "核定床位数",
    "representative": "法定代表人",
    "phone": "联系电话",
    "founded": "成立日期",
    "second_names": "第二名称",
    "main": "主要机构",
    "status": "运营状态",
    "demo": "示例",
}


@dataclass
class Row:
    """One institution; what is not known stays empty."""

    name: str
    institution_class: str
    division: str
    uscc: str = ""
    licence: str = ""
    level: str = ""
    grade: str = ""
    affiliation: str = ""
    ownership: str = ""
    economic: str = ""
    profit: str = ""
    military: str = ""
    township: str = ""
    address: str = ""
    beds: Any = ""
    representative: str = ""
    phone: str = ""
    founded: Any = ""
    second_names: str = ""
    main: str = ""
    status: str = ""
    demo: str = ""

    def cells(self) -> list[Any]:
        return [getattr(self, name) for name in HEADINGS]


assert {field.name for field in fields(Row)} == set(HEADINGS)  # noqa: S101
