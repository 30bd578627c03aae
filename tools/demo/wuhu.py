"""Wuhu: the districts' city groups of the plan, county communities, pairings and alliances."""

from datetime import date

from tools.demo.consortia import Book, Group, grid
from tools.demo.rows import Row

FIRST, SECOND, TCM = "芜湖市第一人民医院", "芜湖市第二人民医院", "芜湖市中医医院"


def book(rows: list[Row]) -> Book:
    """`rows` is the city's roster. 三山区 and 大桥开发区 stand under their present code 340272."""

    def of(code: str, *kinds: str) -> list[str]:
        return [
            row.name
            for row in rows
            if row.division == code and row.institution_class in kinds and row.demo == "是"
        ]

    basic = ("B100", "B200", "C210", "C220")
    since = date(2019, 7, 15)
    groups = [
        Group("镜湖区城市医联体", "城市医联体", SECOND, "340202", since, closeness="紧密型",
              members=of("340202", "A100", *basic)),
        Group("弋江区城市医联体", "城市医联体", TCM, "340209", since, closeness="紧密型", members=of("340209", "A100", *basic)),
        Group("鸠江区城市医联体", "城市医联体", FIRST, "340207", since, closeness="紧密型",
              members=of("340207", "A100", *basic)),
        Group("三山区城市医联体", "城市医联体", "待定", "340272", "", members=of("340272", *basic)),
        Group("经济技术开发区城市医联体", "城市医联体", "待定", "340271", "", members=of("340271", *basic)),
        Group("南陵县医院医共体", "县域医共体", "南陵县医院", "340223", date(2018, 11, 1), closeness="紧密型",
              members=of("340223", "C210", "C220")),
        Group("无为市人民医院医共体", "县域医共体", "无为市人民医院", "340281", date(2018, 11, 1), closeness="紧密型",
              members=of("340281", "C210", "C220")[:5]),
        Group("无为市中医院医共体", "县域医共体", "无为市中医院", "340281", date(2018, 12, 3), closeness="紧密型",
              members=of("340281", "C210", "C220")[5:]),
        Group("湾沚区医院医共体", "县域医共体", "芜湖市湾沚区医院", "340210", date(2018, 11, 15), closeness="紧密型",
              members=of("340210", "C210", "C220")),
        Group("繁昌区人民医院医共体", "县域医共体", "芜湖市繁昌区人民医院", "340212", date(2018, 11, 15), closeness="紧密型",
              members=of("340212", "C210", "C220")),
        # Pairings: the first hospital stays within two counties, the second takes three.
        Group("芜湖市第一人民医院—南陵县医院城乡医联体", "城乡医联体", FIRST, "340200", date(2019, 9, 2), members=["南陵县医院"]),
        Group("芜湖市第一人民医院—无为市人民医院城乡医联体", "城乡医联体", FIRST, "340200", date(2019, 9, 2), members=["无为市人民医院"]),
        Group("芜湖市第二人民医院城乡医联体", "城乡医联体", SECOND, "340200", date(2019, 9, 16),
              members=["芜湖市湾沚区医院", "芜湖市繁昌区人民医院", "南陵县医院"]),
        Group("芜湖市中医医院—无为市中医院城乡医联体", "城乡医联体", TCM, "340200", date(2019, 9, 16), members=["无为市中医院"]),
        # Approved before founding; the second one for the same specialty, without approval.
        Group("芜湖市口腔专科联盟", "专科联盟", "芜湖市口腔专科医院", "340200", date(2020, 1, 6), approved=date(2019, 12, 20),
              scope="市内", specialty="口腔科", members=[*of("340202", "B100")[:4], *of("340209", "B100")[:4]]),
        Group("芜湖市口腔健康专科联盟", "专科联盟", "芜湖市第八人民医院", "340200", date(2020, 6, 1), scope="市内",
              specialty="口腔科", members=of("340207", "B100")[:3]),
    ]  # fmt: skip
    jinghu = [f"3402020{number}" for number in range(12, 18)]  # six of ten streets: the rest stay uncovered
    grids = [
        *grid("镜湖一网格", jinghu, "镜湖区城市医联体", since),
        *grid("南陵网格", ["340223"], "南陵县医院医共体", date(2018, 11, 1)),
        *grid("湾沚网格", ["340210"], "湾沚区医院医共体", date(2021, 11, 1)),
        *grid("繁昌网格", ["340212"], "繁昌区人民医院医共体", date(2021, 11, 1)),
    ]
    credentials = [["芜湖市口腔专科医院", "口腔科", "省级", "临床重点专科", "省级", "委员"]]
    return Book("芜湖市医联体现状表", groups, grids, credentials)
