"""Invented institutions on real townships, every one of them marked 示例."""

import csv
import gzip
import io
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from itertools import count
from pathlib import Path

from tools.demo.identity import COMPANY, PRIVATE_UNIT, PUBLIC, credit_code, licence_number
from tools.demo.rows import Row

TABLE = Path(__file__).parents[2] / "fixtures" / "divisions" / "2023-06-30.csv.gz"


@dataclass(frozen=True)
class County:
    """What a county gets beside its hospitals: how many of each primary-care kind, and which special house."""

    code: str
    prefix: str
    hospital: str
    level: tuple[str, str]
    centres: int
    health_centres: int
    special: str = ""
    tcm: bool = True


@cache
def townships() -> dict[str, list[tuple[str, str, str]]]:
    """Streets, towns and townships of every county: (name, kind, code)."""
    found = defaultdict(list)
    data = gzip.decompress(TABLE.read_bytes()).decode()
    for row in csv.DictReader(io.StringIO(data, newline="")):
        if row["level"] == "township" and row["kind"] in ("街道", "镇", "乡"):
            found[row["parent_code"]].append((row["name"], row["kind"], row["code"]))
    return found


def first_townships(county: str, number: int) -> list[str]:
    """Codes of the first townships of a county."""
    return [code for _, _, code in townships()[county][:number]]


class Inventor:
    """Makes rows with running numbers, so that every code is used once."""

    def __init__(self, first_number: int):
        self._numbers = count(first_number)
        self._townships = townships()

    def county(self, county: County) -> Iterator[Row]:
        places = self._townships[county.code]
        streets = [name for name, kind, _ in places if kind == "街道"]
        towns = [name for name, kind, _ in places if kind != "街道"]
        home = (streets or towns)[0]
        yield self.public(county, county.hospital, "A100", home, *county.level, beds=620)
        if county.tcm:
            yield self.public(county, f"{county.prefix}中医院", "A210", home, "二级", "甲等", beds=260)
        yield self.public(county, f"{county.prefix}妇幼保健院", "G100", home, "二级", "甲等", beds=120)
        for name in streets[: county.centres]:
            yield self.public(county, f"{county.prefix}{name}社区卫生服务中心", "B100", name, "一级", beds=40)
        if streets:
            place = streets[-1]
            yield self.public(
                county, f"{county.prefix}{place}社区卫生服务站", "B200", place, "未定级", beds=0
            )
        for number, name in enumerate(towns[: county.health_centres]):
            centre = number == 0
            title = "中心卫生院" if centre else "卫生院"
            yield self.public(
                county, f"{county.prefix}{name}{title}", "C210" if centre else "C220", name, "一级", "甲等" if centre else "",
                beds=60 if centre else 30, affiliation="乡镇街道",
            )  # fmt: skip
        if county.special:
            yield self.special(county, home)

    def public(
        self, county: County, name: str, kind: str, township: str, level: str, grade: str = "", *, beds: int,
        affiliation: str = "区县级",
    ) -> Row:  # fmt: skip
        number = next(self._numbers)
        return Row(
            name=name,
            uscc=credit_code(PUBLIC, county.code, number),
            licence=licence_number(county.code, number, "110", kind, "1"),
            institution_class=kind,
            level=level,
            grade=grade,
            affiliation=affiliation,
            ownership="公立",
            economic="110",
            profit="非营利性",
            military="否",
            division=county.code,
            township=township,
            beds=beds + number % 7 * 10 if beds > 50 else beds,
            founded=date(1951, 3, 1) + timedelta(days=number * 37 % 18_000),
            status="开业",
            demo="是",
        )

    def special(self, county: County, township: str) -> Row:
        number = next(self._numbers)
        name, kind, level, profit, beds = {
            "护理院": (f"{county.prefix}颐和护理院", "A710", "未定级", "非营利性", 150),
            "康复医院": (f"{county.prefix}康复医院", "A527", "二级", "非营利性", 200),
            "民营医院": (f"{county.prefix}仁济医院", "A100", "二级", "营利性", 180),
            "口腔医院": (f"{county.prefix}雅洁口腔医院", "A511", "未定级", "营利性", 15),
        }[county.special]
        profitable = profit == "营利性"
        return Row(
            name=name,
            uscc=credit_code(COMPANY if profitable else PRIVATE_UNIT, county.code, number),
            licence=licence_number(county.code, number, "170", kind, "2" if profitable else "1"),
            institution_class=kind,
            level=level,
            affiliation="社会办",
            ownership="民营",
            economic="173" if profitable else "190",
            profit=profit,
            military="否",
            division=county.code,
            township=township,
            beds=beds,
            founded=date(2008, 5, 1) + timedelta(days=number * 11 % 3_000),
            status="开业",
            demo="是",
        )

    def city_hospital(
        self, code: str, name: str, kind: str, township: str, grade: str, affiliation: str, *, beds: int
    ) -> Row:
        """A tertiary hospital of the city, for alliances whose named leads have no published facts."""
        county = County(code, "", name, ("三级", grade), 0, 0)
        return self.public(county, name, kind, township, "三级", grade, beds=beds, affiliation=affiliation)
