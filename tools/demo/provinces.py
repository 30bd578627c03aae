"""Who stands in which roster: Chongqing, Wuhu and Chuzhou."""

from tools.demo.invented import County, Inventor
from tools.demo.named import named
from tools.demo.rows import Row

A3, B3, A2, B2 = ("三级", "甲等"), ("三级", "乙等"), ("二级", "甲等"), ("二级", "乙等")


def _district(code: str, name: str, level, centres, health_centres, special="", **more) -> County:
    return County(
        code, f"重庆市{name}", f"重庆市{name}人民医院", level, centres, health_centres, special, **more
    )


CHONGQING = [
    _district("500103", "渝中区", A2, 7, 0, "护理院"),
    _district("500105", "江北区", A2, 6, 3, "康复医院"),
    _district("500106", "沙坪坝区", A2, 7, 3, "护理院"),
    _district("500107", "九龙坡区", A2, 6, 4, "民营医院"),
    _district("500108", "南岸区", A2, 5, 3, "康复医院"),
    _district("500112", "渝北区", A3, 6, 4, "口腔医院"),
    _district("500113", "巴南区", A2, 4, 5),
    _district("500110", "綦江区", A3, 4, 9),
    _district("500118", "永川区", A3, 4, 8, "护理院"),
    _district("500101", "万州区", A3, 5, 7, "康复医院"),
    _district("500102", "涪陵区", A3, 4, 6),
    _district("500229", "城口县", B2, 1, 8),
]
WUHU = [
    County("340202", "芜湖市镜湖区", "芜湖市镜湖区人民医院", B2, 8, 0, "护理院", tcm=False),
    County("340209", "芜湖市弋江区", "芜湖市弋江区人民医院", B2, 6, 0, "康复医院", tcm=False),
    County("340207", "芜湖市鸠江区", "芜湖市鸠江区人民医院", A2, 5, 4, "民营医院", tcm=False),
    County("340210", "芜湖市湾沚区", "芜湖市湾沚区医院", A2, 0, 5),
    County("340212", "芜湖市繁昌区", "芜湖市繁昌区人民医院", A2, 0, 5),
    County("340223", "南陵县", "南陵县医院", A2, 0, 6, "民营医院"),
    County("340281", "无为市", "无为市人民医院", A3, 0, 8),
]
CHUZHOU = [
    County("341122", "来安县", "来安县人民医院", A2, 0, 5),
    County("341124", "全椒县", "全椒县人民医院", A2, 0, 5),
    County("341125", "定远县", "定远县总医院", A3, 0, 6, "民营医院"),
    County("341126", "凤阳县", "凤阳县人民医院", A2, 2, 5),
    County("341181", "天长市", "天长市人民医院", A3, 2, 6, "护理院"),
    County("341182", "明光市", "明光市人民医院", A2, 3, 4),
]


def chongqing() -> list[Row]:
    invent = Inventor(10_001)
    own = [
        invent.city_hospital("500108", "重庆市第二十人民医院", "A100", "南坪街道", "甲等", "市级", beds=1500),
        invent.city_hospital(
            "500105", "重庆市第二十一人民医院", "A100", "观音桥街道", "乙等", "市级", beds=800
        ),
        invent.city_hospital("500112", "重庆市第二儿童医院", "A519", "人和街道", "甲等", "市级", beds=600),
    ]
    return [*named("重庆"), *own, *(row for county in CHONGQING for row in invent.county(county))]


def wuhu() -> list[Row]:
    invent = Inventor(20_001)
    own = [
        invent.city_hospital("340202", "芜湖市第八人民医院", "A100", "赭山街道", "乙等", "市级", beds=700),
        invent.city_hospital("340209", "芜湖市口腔专科医院", "A511", "马塘街道", "甲等", "市级", beds=80),
        invent.city_hospital(
            "340271", "芜湖经济技术开发区龙山街道社区卫生服务中心", "B100", "龙山街道", "", "区县级", beds=40
        ),
        invent.city_hospital(
            "340271", "芜湖经济技术开发区万春街道社区卫生服务中心", "B100", "万春街道", "", "区县级", beds=40
        ),
        invent.city_hospital(
            "340272", "芜湖市三山街道社区卫生服务中心", "B100", "三山街道", "", "区县级", beds=40
        ),
        invent.city_hospital("340272", "芜湖市峨桥镇卫生院", "C220", "峨桥镇", "", "区县级", beds=40),
    ]
    for row in own[2:]:
        row.level = "一级"
    return [*named("芜湖"), *own, *(row for county in WUHU for row in invent.county(county))]


def chuzhou() -> list[Row]:
    invent = Inventor(30_001)
    return [*named("滁州"), *(row for county in CHUZHOU for row in invent.county(county))]
