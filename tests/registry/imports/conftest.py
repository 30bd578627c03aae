"""A small world for roster tests: two districts of Chongqing, Wuhu with a retired district, the code lists."""

import datetime as dt

import pytest

from registry.imports import service
from registry.imports.scope import EVERYWHERE, operator
from registry.models import DivisionSuccession, ForeignCode, ImportBatch
from registry.reference.codes import load_codes
from tests.factories import AuthorityFactory, CityFactory, CountyFactory, ProvinceFactory, TownshipFactory
from tests.registry.imports import files
from tests.registry.imports.rosters import TITLES, row

TODAY = dt.date(2020, 10, 13)


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
            division=self["弋江区"], system="旧代码", code="340299", name="弋江区", source="测试"
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


@pytest.fixture
def world(db):
    load_codes()
    return World()


@pytest.fixture
def stage(world, tmp_path):
    """Stage rows (dictionaries of a roster) as an xlsx of the operator, or of a person."""

    def run(*rows, by=None, titles=TITLES, name="名录.xlsx", **how) -> ImportBatch:
        content = [titles, *([one.get(title, "") for title in titles] for one in rows)]
        path = files.xlsx(tmp_path / name, content, **how)
        if by is None:
            return service.stage(path, name, operator(), EVERYWHERE)
        return service.stage(path, name, by)

    return run


@pytest.fixture
def imported(stage):
    """Stage and apply; the rows must be faultless."""

    def run(*rows, **how) -> ImportBatch:
        batch = stage(*rows, **how)
        assert not batch.errors and not batch.decisions, list(batch.issues.values_list("row", "message"))
        return service.apply(batch.pk, batch.sent_by)

    return run


__all__ = ["row"]
