"""A small world for roster tests: two districts of Chongqing, Wuhu with retired districts."""

import datetime as dt

from registry.models import DivisionSuccession, ForeignCode
from tests.factories import AuthorityFactory, CityFactory, CountyFactory, ProvinceFactory, TownshipFactory


class World:
    """Places by name; `world["渝中区"]` is the division."""

    def __init__(self):
        self._places = {}
        chongqing = self._add(ProvinceFactory())
        urban = CityFactory(parent=chongqing)
        anhui = self._add(ProvinceFactory(code="340000", name="安徽省"))
        wuhu = self._add(CityFactory(code="340200", name="芜湖市", kind="地级", parent=anhui))
        for code, name, city in [("500103", "渝中区", urban), ("500105", "江北区", urban)]:
            self._add(CountyFactory(code=code, name=name, parent=city))
        for code, name in [("340202", "镜湖区"), ("340209", "弋江区"), ("340223", "南陵县")]:
            self._add(CountyFactory(code=code, name=name, parent=wuhu))
        gone = {"valid_to": dt.date(2020, 6, 30)}
        self._retire(CountyFactory(code="340208", name="三山区", parent=wuhu, **gone), "弋江区")
        split = CountyFactory(code="340203", name="老城区", parent=wuhu, **gone)
        self._retire(split, "弋江区", "镜湖区")
        for code, name, county in [
            ("500103001", "七星岗街道", "渝中区"),
            ("500103002", "解放碑街道", "渝中区"),
            ("340223100", "籍山镇", "南陵县"),
        ]:
            self._add(TownshipFactory(code=code, name=name, parent=self[county]))
        ForeignCode.objects.create(
            division=self["弋江区"], system="GB/T 2260 旧码", code="340299", name="弋江区", source="测试"
        )

    def _add(self, division):
        self._places[division.name] = division
        return division

    def _retire(self, old, *heirs):
        for heir in heirs:
            DivisionSuccession.objects.create(old=old, new=self[heir], on=dt.date(2020, 6, 30))

    def __getitem__(self, name):
        return self._places[name]

    def authority(self, name):
        return AuthorityFactory(division=self[name])
