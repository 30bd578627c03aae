"""Factories of the register's models."""

import datetime as dt

from factory import LazyAttribute, Sequence, SubFactory, Trait
from factory.django import DjangoModelFactory

from registry.models import (
    Authority,
    Consortium,
    Division,
    Institution,
    InstitutionClass,
    Lead,
    Membership,
    User,
)

LONG_AGO = dt.date(2015, 1, 1)


class ProvinceFactory(DjangoModelFactory):
    """A municipality by default: 重庆市 is a province-level city."""

    class Meta:
        model = Division
        django_get_or_create = ("code",)

    code = "500000"
    name = "重庆市"
    level = "province"
    path = LazyAttribute(lambda o: f"/{o.code}/")


class _BelowFactory(DjangoModelFactory):
    class Meta:
        model = Division
        abstract = True
        django_get_or_create = ("code",)

    path = LazyAttribute(lambda o: f"{o.parent.path}{o.code}/")


class CityFactory(_BelowFactory):
    code = "500100"
    name = "市辖区"
    level = "city"
    kind = "直辖占位"
    parent = SubFactory(ProvinceFactory)


class CountyFactory(_BelowFactory):
    code = Sequence(lambda n: f"5001{57 + n % 42}")  # no district that a test calls by its code
    name = Sequence(lambda n: f"测试{n}区")
    level = "county"
    parent = SubFactory(CityFactory)


class TownshipFactory(_BelowFactory):
    parent = SubFactory(CountyFactory)
    code = Sequence(lambda n: f"500199{n % 999 + 1:03d}")  # 000 would be the county itself
    name = Sequence(lambda n: f"测试{n}街道")
    level = "township"


class AuthorityFactory(DjangoModelFactory):
    """The bureau of a division (a county unless another is given)."""

    class Meta:
        model = Authority
        django_get_or_create = ("code",)

    division = SubFactory(CountyFactory)
    code = LazyAttribute(lambda o: o.division.code)
    level = LazyAttribute(lambda o: o.division.level)
    name = LazyAttribute(lambda o: f"{o.division.name}卫生健康委员会")
    short_name = LazyAttribute(lambda o: f"{o.division.name}卫生健康委")
    path = LazyAttribute(lambda o: o.division.path)


class InstitutionClassFactory(DjangoModelFactory):
    class Meta:
        model = InstitutionClass
        django_get_or_create = ("code",)

    code = "A100"
    name = LazyAttribute(
        lambda o: {"A100": "综合医院", "B100": "社区卫生服务中心"}.get(o.code, f"类别{o.code}")
    )
    tier = "小类"


class InstitutionFactory(DjangoModelFactory):
    class Meta:
        model = Institution

    class Params:
        community_centre = Trait(
            name=Sequence(lambda n: f"第{n}社区卫生服务中心"),
            institution_class=SubFactory(InstitutionClassFactory, code="B100"),
            level="",
            affiliation="county",
        )
        municipal_hospital = Trait(level="3", grade="A", affiliation="province", ownership="public")

    name = Sequence(lambda n: f"第{n}人民医院")
    institution_class = SubFactory(InstitutionClassFactory)
    division = SubFactory(CountyFactory)
    level = "2"
    affiliation = "county"
    ownership = "public"
    is_military = False


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User

    username = Sequence(lambda n: f"person{n}")
    name = Sequence(lambda n: f"人员{n}")


class ConsortiumFactory(DjangoModelFactory):
    class Meta:
        model = Consortium

    name = Sequence(lambda n: f"第{n}人民医院医疗集团")
    kind = "city_group"
    specialty_focus = "none"
    division = SubFactory(CountyFactory)
    founded_on = LONG_AGO


class LeadFactory(DjangoModelFactory):
    class Meta:
        model = Lead

    consortium = SubFactory(ConsortiumFactory)
    institution = SubFactory(InstitutionFactory, municipal_hospital=True)
    during = (LONG_AGO, None)


class MembershipFactory(DjangoModelFactory):
    class Meta:
        model = Membership

    consortium = SubFactory(ConsortiumFactory)
    institution = SubFactory(InstitutionFactory, community_centre=True)
    during = (LONG_AGO, None)
