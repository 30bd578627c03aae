"""A city with two counties and their townships, bureaus, a grid and its consortium."""

import datetime as dt
from types import SimpleNamespace

import pytest

from tests.actors import registry_admin_of
from tests.factories import (
    AuthorityFactory,
    CityFactory,
    CountyFactory,
    InstitutionFactory,
    ProvinceFactory,
    TownshipFactory,
)

ON = dt.date(2020, 6, 30)


@pytest.fixture
def city(db):
    """弋江区 and 三山区 of 芜湖市, each with two townships, a bureau, and an institution in each township."""
    province = ProvinceFactory(code="340000", name="安徽省")
    wuhu = CityFactory(code="340200", name="芜湖市", kind="地级", parent=province)
    above = AuthorityFactory(division=wuhu)
    world = SimpleNamespace(province=province, wuhu=wuhu, above=above, admin=registry_admin_of(above))
    for key, code, name in (("yijiang", "340203", "弋江区"), ("sanshan", "340208", "三山区")):
        county = CountyFactory(code=code, name=name, kind="市辖区", parent=wuhu)
        towns = [
            TownshipFactory(parent=county, code=f"{code}00{n}", name=f"{name[0]}{n}街道") for n in (1, 2)
        ]
        bureau = AuthorityFactory(division=county, parent=above, path=f"/340000/340200/{code}/")
        hospital = InstitutionFactory(division=county)
        clinics = [
            InstitutionFactory(division=county, township=town, community_centre=True) for town in towns
        ]
        setattr(
            world,
            key,
            SimpleNamespace(county=county, towns=towns, bureau=bureau, hospital=hospital, clinics=clinics),
        )
    return world
