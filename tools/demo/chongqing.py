"""Chongqing: groups, communities, alliances and a network, some of them with problems on purpose."""

from datetime import date

from tools.demo.consortia import Book, Group, grid
from tools.demo.invented import first_townships
from tools.demo.rows import Row

WHOLE_COUNTIES = [  # code, name, founded, first submitted, registered
    ("500102", "涪陵区", date(2019, 3, 11), date(2019, 3, 25), date(2019, 4, 1)),
    ("500113", "巴南区", date(2019, 5, 20), date(2019, 6, 3), date(2019, 6, 11)),
    ("500229", "城口县", date(2019, 9, 2), date(2019, 9, 17), date(2019, 9, 24)),
]


def book(rows: list[Row]) -> Book:
    """What the city's commission would bring in; `rows` is its roster."""
    demo = [row for row in rows if row.demo == "是"]

    def of(code: str, *kinds: str) -> list[str]:
        return [row.name for row in demo if row.division == code and row.institution_class in kinds]

    tertiary_city = "重庆市第二十人民医院"
    groups = [
        # In time, four kinds of members, its own grid.
        Group(
            "重庆市中医院医疗集团", "医疗集团", "重庆市中医院", "500105", date(2019, 1, 21), date(2019, 2, 14),
            date(2019, 2, 20), "渝卫医联备〔2019〕1号", "500000", focus="中医", closeness="紧密型",
            members=of("500105", "A210", "B100", "A527"),
        ),
        Group(
            "重庆市第十三人民医院医疗集团", "医疗集团", "重庆市第十三人民医院", "500107", date(2019, 3, 4),
            date(2019, 3, 20), date(2019, 3, 27), "渝卫医联备〔2019〕2号", "500000", closeness="非紧密型",
            members=[*of("500107", "A100"), *((name, "成员", date(2020, 9, 1)) for name in of("500107", "B100"))],
        ),
        # One kind of members only: the composition of a city group is not met.
        Group(
            "重庆市急救医疗中心医疗集团", "医疗集团", "重庆市急救医疗中心", "500103", date(2019, 5, 6),
            date(2019, 5, 20), date(2019, 5, 28), "渝卫医联备〔2019〕3号", "500000", closeness="非紧密型",
            members=of("500103", "B100"),
        ),
        # Filed long after the fifteenth workday, and under a name that the naming rule does not allow.
        Group(
            "沙坪坝健康联合体", "医疗集团", "重庆医科大学附属大学城医院", "500106", date(2019, 4, 19),
            date(2019, 6, 28), date(2019, 7, 9), "渝卫医联备〔2019〕4号", "500000", closeness="非紧密型",
            members=of("500106", "A100", "B100", "A710"),
        ),
        # Military lead: named by army rules, paired with a remote county.
        Group(
            "新桥医疗联合体", "医疗集团", "陆军军医大学第二附属医院", "500106", date(2019, 6, 10), "",
            date(2019, 6, 26), "渝卫医联备〔2019〕5号", "500000", members=of("500229", "A100", "B100"),
        ),
        Group(
            "重庆市渝北区人民医院医疗共同体", "医共体", "重庆市渝北区人民医院", "500112", date(2019, 3, 18),
            date(2019, 4, 2), date(2019, 4, 10), "渝北医联备〔2019〕1号", "500112", closeness="紧密型",
            members=[(name, "成员", date(2019, 11, 1)) for name in of("500112", "B100", "B200", "C210", "C220")],
        ),
        Group(
            "重庆市永川区人民医院医疗共同体", "医共体", "重庆市永川区人民医院", "500118", date(2019, 9, 16),
            date(2019, 10, 11), date(2019, 10, 18), "永川医联备〔2019〕1号", "500118", closeness="紧密型",
            members=of("500118", "B100", "C210", "C220"),
        ),
        # Without the community health centres of its county.
        Group(
            "重庆市綦江区人民医院医疗共同体", "医共体", "重庆市綦江区人民医院", "500110", date(2019, 4, 8), "",
            date(2019, 4, 24), "綦江医联备〔2019〕1号", "500110", members=of("500110", "C210", "C220"),
        ),
        # In order: both kinds of primary care, in time, the whole county as its grid.
        *(
            Group(
                f"重庆市{name}人民医院医疗共同体",
                "医共体",
                f"重庆市{name}人民医院",
                code,
                *days,
                f"{name[:2]}医联备〔2019〕1号",
                code,
                closeness="紧密型",
                members=[(member, "成员", date(2019, 12, 2)) for member in of(code, "B100", "C210", "C220")],
            )
            for code, name, *days in WHOLE_COUNTIES
        ),
        # Founded, never filed.
        Group(
            "重庆市万州区人民医院医疗共同体", "医共体", "重庆市万州区人民医院", "500101", date(2020, 3, 2),
            members=of("500101", "B100", "C210", "C220"),
        ),
        # Alliances: across provinces with a national key specialty; in the city with too few members.
        Group(
            "西南重症医学科专科联盟", "专科联盟", tertiary_city, "500000", date(2019, 1, 25), date(2019, 2, 18),
            date(2019, 2, 25), "渝卫医联备〔2019〕6号", "500000", scope="跨省市", specialty="重症医学科",
            members=["南陵县医院", "无为市人民医院", *of("500101", "A100"), *of("500102", "A100"), *of("500110", "A100")],
        ),
        Group(
            "重庆市儿科专科联盟", "专科联盟", "重庆市第二儿童医院", "500000", date(2019, 7, 1), date(2019, 7, 15),
            date(2019, 7, 22), "渝卫医联备〔2019〕7号", "500000", scope="市内", specialty="儿科",
            members=[row.name for row in demo if row.institution_class == "G100"]
            + [row.name for row in demo if row.institution_class == "A100" and row.affiliation == "区县级"],
        ),
        Group(
            "重庆市麻醉专科联盟", "专科联盟", "重庆市第二十一人民医院", "500000", date(2019, 8, 5), "", "", "",
            "500000", scope="市内", specialty="麻醉科", members=of("500105", "A100") + of("500108", "A100"),
        ),
        Group(
            "重庆医科大学附属第二医院远程医疗协作网", "远程医疗协作网", "重庆医科大学附属第二医院", "500000",
            date(2018, 12, 28), date(2019, 1, 21), date(2019, 1, 28), "渝卫医联备〔2019〕8号", "500000",
            members=[(name, "成员", date(2019, 3, 1)) for name in of("500229", "C210", "C220")[:5]]
            + of("500229", "A100") + of("500101", "C220")[:2],
        ),
    ]  # fmt: skip
    since = date(2019, 4, 1)
    grids = [
        *grid("江北一网格", ["500105002", "500105003", "500105004"], "重庆市中医院医疗集团", since),
        *grid("九龙坡一网格", first_townships("500107", 6), "重庆市第十三人民医院医疗集团", since),
        *grid("渝中网格", ["500103"], "重庆市急救医疗中心医疗集团", date(2019, 6, 1)),
        *grid("沙坪坝一网格", first_townships("500106", 8), "沙坪坝健康联合体", date(2019, 7, 15)),
        # Two streets that the network of the first grid claims as well.
        *grid("沙坪坝二网格", first_townships("500106", 8)[-2:], "新桥医疗联合体", date(2019, 8, 1)),
        *grid("渝北网格", ["500112"], "重庆市渝北区人民医院医疗共同体", since),
        *grid("永川网格", ["500118"], "重庆市永川区人民医院医疗共同体", date(2019, 11, 1)),
        *grid("万州网格", ["500101"], "重庆市万州区人民医院医疗共同体", date(2020, 3, 2)),
        *(
            row
            for code, name, _, _, registered in WHOLE_COUNTIES
            for row in grid(f"{name[:2]}网格", [code], f"重庆市{name}人民医院医疗共同体", registered)
        ),
        *grid("綦江网格", first_townships("500110", 12), "重庆市綦江区人民医院医疗共同体", date(2019, 5, 1)),
    ]
    credentials = [
        [tertiary_city, "重症医学科", "国家级", "临床重点专科", "国家级", "委员"],
        ["重庆市第二儿童医院", "儿科", "市级", "临床重点专科", "市级", "副主任委员"],
        ["重庆市第二十一人民医院", "麻醉科", "市级", "重点学科", "市级", "委员"],
    ]
    return Book("重庆市医联体现状表", groups, grids, credentials)
