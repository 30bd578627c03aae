"""A city's published roster of 724 hospitals, made up here with the counts of a real one: retired codes, 未评, 合格."""

from collections import Counter

import pytest

from registry.imports import service
from registry.imports.scope import EVERYWHERE
from registry.models import ForeignCode, Institution
from registry.operators import operator
from tests.factories import CityFactory, CountyFactory, ProvinceFactory

pytestmark = pytest.mark.django_db
TITLES = (
    "序号,机构名称,地址,邮政编码,区县代码,区县名称,医院等级,医院等次,大类,中类,小类,经济类型名称,机构管理名称"
)
# Level and grade as they stand in two columns of such a file, and how often.
GRADES = {
    ("一级", "未评"): 239, ("一级", "合格"): 156, ("一级", "甲等"): 40, ("一级", "乙等"): 2,
    ("二级", "未评"): 76, ("二级", "合格"): 36, ("二级", "甲等"): 40, ("二级", "乙等"): 3,
    ("三级", "未评"): 30, ("三级", "合格"): 16, ("三级", "甲等"): 54, ("三级", "乙等"): 1,
    ("未评", "未评"): 31,
}  # fmt: skip
RETIRED = {"110228": ("密云区", 14), "110229": ("延庆区", 5)}


@pytest.fixture
def beijing(world):
    """Three districts, two of which were counties under codes older than the tables of divisions."""
    city = CityFactory(parent=ProvinceFactory(code="110000", name="北京市"), code="110100")
    districts = {
        name: CountyFactory(code=code, name=name, parent=city)
        for code, name in (("110101", "东城区"), ("110118", "密云区"), ("110119", "延庆区"))
    }
    for code, name in (("110228", "密云区"), ("110229", "延庆区")):
        ForeignCode.objects.create(
            division=districts[name], system="GB/T 2260 旧码", code=code, name=name, source="测试"
        )
    return districts


@pytest.fixture
def roster(tmp_path):
    """The file as it is sent: GB18030, no mark of it."""
    places = [(code, name) for code, (name, count) in RETIRED.items() for _ in range(count)]
    grades = [grade for grade, count in GRADES.items() for _ in range(count)]
    places += [("110101", "东城区")] * (len(grades) - len(places))
    lines = [
        f"{number},北京测试第{number}医院,{place}测试路{number}号,100000,{code},{place},{level},{grade}"
        ",A.医院,A2.中医医院,A229.其它中医专科医院,国有全资,非营利性医疗机构"
        for number, ((code, place), (level, grade)) in enumerate(zip(places, grades, strict=True), 1)
    ]
    path = tmp_path / "名单.csv"
    path.write_bytes("\n".join([TITLES, *lines]).encode("gb18030"))
    return path


def test_a_published_roster_comes_in_as_it_is_meant(beijing, roster):
    batch = service.stage(roster, roster.name, operator(), EVERYWHERE)
    assert (batch.rows, batch.creates, batch.errors, batch.decisions) == (724, 724, 0, 0)

    retired = batch.issues.filter(severity="warning", rule="division-retired").order_by("row")
    assert Counter(issue.value for issue in retired) == {"110228": 14, "110229": 5}
    assert retired.count() == 19 and {issue.cell[0] for issue in retired} == {"E"}
    assert retired[0].message == "110228 密云区已停用，按沿革对应到 110118 密云区。"

    service.apply(batch.pk, batch.sent_by)
    held = Institution.objects.order_by("pk")
    assert Counter(held.values_list("division__code", flat=True)) == {
        "110101": 705,
        "110118": 14,
        "110119": 5,
    }
    assert Counter(held.values_list("raw_grade", flat=True)) == {
        "未评": 376,
        "合格": 208,
        "甲等": 134,
        "乙等": 6,
    }
    assert Counter(held.values_list("grade", flat=True)) == {"U": 345, "P": 208, "A": 134, "B": 6, "": 31}
    assert held.filter(level="0", raw_level="未评", raw_grade="未评", grade="").count() == 31, (
        "neither was judged"
    )
    assert set(held.values_list("institution_class_id", "economic_type", "profit")) == {("A229", "110", "1")}

    again = service.stage(roster, roster.name, operator(), EVERYWHERE)
    assert (again.creates, again.updates, again.unchanged) == (0, 0, 724)
