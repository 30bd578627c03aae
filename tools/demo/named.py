"""The 38 institutions that the policy documents name; nothing is added to what the documents and lists say."""

import csv
from collections.abc import Iterator
from pathlib import Path

from tools.demo.rows import Row

SOURCE = Path(__file__).parents[2] / "fixtures" / "demo" / "sources" / "named_institutions.csv"
# 琅琊区医院 may be 琅琊区人民医院 or the 滁阳 centre: neither gets the name until somebody confirms it.
UNCONFIRMED = {"琅琊区医院"}
SHORT_FORMS = {"市一院"}  # used in the document only; not a name on the licence
MILITARY = ("陆军军医大学第一附属医院", "陆军军医大学第二附属医院", "陆军特色医学中心")
RUN_BY_CITY = (
    "滁州市第一人民医院",
    "滁州市中西医结合医院",
    "滁州市疾病预防控制中心",
    "滁州市妇幼保健计划生育服务中心",
)
PLANNED = ("高铁站", "明湖", "科教园", "万桥")
PRIVATE = ("西方寺社区卫生服务中心",)
OPERATOR_UNKNOWN = ("万桥社区卫生服务中心",)


def named(section: str) -> Iterator[Row]:
    """Rows of one document: 重庆, 滁州 or 芜湖."""
    with SOURCE.open(encoding="utf-8", newline="") as file:
        for source in csv.DictReader(file):
            if section in source["seed_section"]:
                yield _row(source, section)


def _row(source: dict[str, str], section: str) -> Row:
    code = source["division_code_2023"]
    aliases = [
        alias for alias in source["aliases"].split(";") if alias and alias not in UNCONFIRMED | SHORT_FORMS
    ]
    row = Row(
        name=source["name"],
        institution_class=source["ws218_class"],
        division=code[:6],
        township=source["division_name_2023"] if len(code) == 9 else "",
        level=source["level"],
        grade=source["grade"],
        second_names="；".join(aliases),
        military="是" if source["name"] in MILITARY else "否",
        demo="否",
    )
    row.affiliation, row.ownership = _owner(row.name, section)
    if row.name.startswith(PLANNED):
        row.status = "筹建"
    elif section != "滁州" or row.institution_class != "B100":
        row.status = "开业"
    return row


def _owner(name: str, section: str) -> tuple[str, str]:
    if name in MILITARY:
        return "军队", "公立"
    if name in PRIVATE:
        return "社会办", "民营"
    if name in OPERATOR_UNKNOWN or name == "滁州康复中心医院":
        return "", ""
    if section != "滁州" or name in RUN_BY_CITY:
        return "市级", "公立"
    return ("", "公立") if name.startswith(PLANNED) else ("区县级", "公立")
