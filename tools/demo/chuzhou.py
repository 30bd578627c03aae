"""Chuzhou: the three consortia of the 2020 opinion, as it names them, and a year's figures for them."""

from datetime import date
from pathlib import Path

import xlsxwriter

from tools.demo.consortia import Book, Group
from tools.demo.rosters import MADE_ON

KIND = "紧密型城市医联体"
NAMES = (f"滁州市第一人民医院{KIND}", f"滁州市中西医结合医院{KIND}", f"万桥{KIND}")


def book() -> Book:
    """The third has no lead yet: it is to be the winner of a tender."""
    first = ["龙蟠社区卫生服务中心", "南门社区卫生服务中心", "清流社区卫生服务中心"]
    groups = [
        Group(NAMES[0], KIND, "滁州市第一人民医院", "341100", date(2020, 11, 2), closeness="紧密型",
              members=[*first, ("滁州市疾病预防控制中心", "参与")]),
        Group(NAMES[1], KIND, "滁州市中西医结合医院", "341100", date(2020, 11, 16), closeness="紧密型",
              members=["滁州市琅琊区人民医院", "同乐社区卫生服务中心"]),
        Group(NAMES[2], KIND, "待定", "341100", closeness="紧密型", members=["万桥社区卫生服务中心"]),
    ]  # fmt: skip
    return Book("滁州市医联体现状表", groups)


# code, name, numerator label, denominator label, figures of the three consortia; None was not reported.
FIGURES = [
    ("I001", "基层诊疗量占比", "基层医疗卫生机构总诊疗人次", "医联体内医疗卫生机构总诊疗人次",
     [(412_600, 655_300), (268_900, 512_400), (96_200, 188_700)]),
    ("I002", "双向转诊比例（下转 ÷ 上转）", "牵头医院下转人次", "成员单位上转人次", [(3_180, 6_420), (1_260, 4_980), (210, 1_730)]),
    ("I003", "三级医院医疗资源下沉（派驻人日）", "派驻到成员单位的人日（中级及以上职称）", "", [(684, None), (402, None), None]),
    ("I004", "号源下放比例", "向基层开放的预约号源", "牵头医院全部预约号源", [(96_000, 310_000), (41_500, 205_000), (8_200, 64_000)]),
    ("I005", "上级医院收治病种结构优化（三四级手术占比）", "出院患者三、四级手术台次", "出院患者手术台次",
     [(11_240, 27_100), (4_870, 15_900), (690, 3_100)]),
    ("I006", "住院次均费用增幅", "本年住院次均费用", "上年住院次均费用", [(9_812.35, 9_540.1), (8_120.0, 7_560.4), (6_240.5, 5_610.0)]),
    ("I007", "门诊次均费用增幅", "本年门诊次均费用", "上年门诊次均费用", [(268.4, 259.7), (231.5, 214.2), (186.0, 165.3)]),
    ("I008", "基层服务能力提升（达到基本或推荐标准的成员占比）", "达标基层成员数", "基层成员数", [(3, 3), (1, 2), (0, 1)]),
    # The second consortium did not report: a missing figure must not score silently.
    ("I009", "居民健康改善（高血压、糖尿病规范管理率）", "规范管理人数", "年内已管理人数", [(18_200, 25_400), None, (3_950, 7_300)]),
    ("I013", "技术劳务性收入占比", "技术劳务性医疗服务收入", "医疗收入", [(28_640, 91_200), (12_350, 44_800), (1_980, 9_100)]),
]  # fmt: skip
HEADS = ["考核对象", "指标编号", "指标", "分子名称", "分子", "分母名称", "分母", "数据来源", "佐证材料"]


def write_figures(path: Path) -> None:
    """The collection sheet of a campaign, filled in."""
    with xlsxwriter.Workbook(path) as book:
        book.set_properties({"created": MADE_ON, "title": "指标值"})
        sheet = book.add_worksheet("指标值")
        bold = book.add_format({"bold": True})
        sheet.write_string(0, 0, "滁州市紧密型城市医联体 2025 年度考核 指标值（演示数据）", bold)
        sheet.write_row(1, 0, HEADS, bold)
        sheet.set_column(0, 0, 34)
        sheet.set_column(2, 3, 40)
        sheet.set_column(5, 5, 30)
        line = 2
        for position, name in enumerate(NAMES):
            for code, title, top_label, bottom_label, figures in FIGURES:
                top, bottom = figures[position] or (None, None)
                values = [name, code, title, top_label, top, bottom_label or "不填", bottom]
                sheet.write_row(line, 0, [*values, "" if top is None else "2025 年卫生统计年报", ""])
                line += 1
