"""Rosters for benchmarks (生成的名录): invented institutions in real counties, the same for every run."""

import csv
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import xlsxwriter
from stdnum.cn import uscc

from registry.models import Division

TITLES = [
    "机构名称", "统一社会信用代码", "机构类别代码", "医院级别", "医院等次", "隶属关系", "所有制", "行政区划代码", "地址",
    "核定床位数", "联系电话",
]  # fmt: skip
CLASSES = ["A100", "A210", "A511", "A512", "B100", "C210", "D110", "D600"]
LEVELS = [
    ("三级", "甲等"),
    ("三级", "乙等"),
    ("二级", "甲等"),
    ("二级", "合格"),
    ("一级", ""),
    ("未定级", ""),
    ("", ""),
]
AFFILIATIONS = ["省级", "地市级", "区县级", "乡镇街道", "社会办"]
FAULTS = 5
MUNICIPALITIES = ("11", "12", "31", "50")


@dataclass(frozen=True)
class Place:
    """A county as the rosters name it."""

    code: str
    name: str


def places() -> list[Place]:
    """Counties of provinces proper (in a municipality the word 地市级 would be a warning) whose code was never another's:
    the peers look codes up without regard to time."""
    rows = Division.objects.order_by("code").values_list("code", "name", "level", "valid_to")
    used = Counter(code for code, *_ in rows)
    return [
        Place(code, name)
        for code, name, level, ended in rows
        if level == "county" and ended is None and used[code] == 1 and code[:2] not in MUNICIPALITIES
    ]


def code_of(number: int, division: str) -> str:
    """An invented 统一社会信用代码 whose check digit is right."""
    body = f"12{division}MA{number:07d}"
    return body + uscc.calc_check_digit(body + "0")


def rows(count: int, where: list[Place], *, seed: int = 1) -> Iterator[list]:
    """Faultless rows in no particular order of codes, as rosters come."""
    draw = random.Random(seed)  # noqa: S311
    for number in range(1, count + 1):
        place = draw.choice(where)
        level, grade = draw.choice(LEVELS)
        yield [
            f"{place.name}第{number}医院",
            code_of(number, place.code),
            draw.choice(CLASSES),
            level,
            grade,
            draw.choice(AFFILIATIONS),
            draw.choice(["公立", "民营"]),
            place.code,
            f"{place.name}人民路{draw.randrange(1, 2000)}号",
            draw.randrange(0, 1500),
            f"0{draw.randrange(20, 99)}-{draw.randrange(10**6, 10**8)}",
        ]


def with_faults(given: Iterator[list], share: float = 0.01, *, seed: int = 2) -> Iterator[tuple[list, str]]:
    """(row, fault or "") with one row in 1/share spoiled, five sorts in turn."""
    draw = random.Random(seed)  # noqa: S311
    sort = 0
    for row in given:
        if draw.random() >= share:
            yield row, ""
            continue
        sort = sort % FAULTS + 1
        row = list(row)
        if sort == 1:
            wrong = "1" if row[1][-1] != "1" else "2"
            row[1] = row[1][:-1] + wrong
        elif sort == 2:
            row[2] = "Z99"
        elif sort == 3:
            row[3], row[4] = "未定级", "甲等"
        elif sort == 4:
            row[7] = "999999"
        else:
            row[9] = "许多"
        yield row, ("", "code", "class", "level", "division", "beds")[sort]


def write_xlsx(path: Path, content: Iterator[list]) -> Path:
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        sheet = book.add_worksheet("名录")
        sheet.write_row(0, 0, TITLES)
        for number, row in enumerate(content, start=1):
            sheet.write_row(number, 0, row)
    return path


def write_csv(path: Path, content: Iterator[list]) -> Path:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(TITLES)
        writer.writerows(content)
    return path
