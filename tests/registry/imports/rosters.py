"""Rows of rosters, right unless told otherwise, and invented codes whose check digit is right."""

from stdnum.cn import uscc

TITLES = [
    "机构名称", "统一社会信用代码", "登记号", "机构类别代码", "医院级别", "医院等次", "隶属关系", "所有制", "经济类型代码", "营利性质",
    "部队医院", "行政区划代码", "乡镇街道", "地址", "核定床位数", "法定代表人", "联系电话", "成立日期", "第二名称", "主要机构", "运营状态", "示例",
]  # fmt: skip


def code(number: int, head: str = "12500103") -> str:
    """An invented 统一社会信用代码."""
    body = f"{head}MB{number:07d}"
    return body + uscc.calc_check_digit(body + "0")


def row(name="重庆市第一医院", **cells) -> dict:
    """A faultless row; cells by title replace or empty what it says."""
    return {
        "机构名称": name,
        "机构类别代码": "A100",
        "医院级别": "二级",
        "隶属关系": "区县级",
        "所有制": "公立",
        "行政区划代码": "500103",
        **cells,
    }
