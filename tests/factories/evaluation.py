"""Factories of evaluation's models."""

import datetime as dt
from decimal import Decimal

from factory import LazyAttribute, Sequence, SubFactory
from factory.django import DjangoModelFactory

from evaluation.models import Campaign, Indicator, IndicatorValue, Participant, Scheme
from tests.factories.registry import AuthorityFactory, CityFactory, ConsortiumFactory, UserFactory


class SchemeFactory(DjangoModelFactory):
    """A scheme of the place where the campaign is held."""

    class Meta:
        model = Scheme

    code = Sequence(lambda n: f"scheme-{n}")
    title = "紧密型城市医联体考核方案"
    jurisdiction = "500000"
    effective_from = dt.date(2019, 1, 1)
    grades = [{"name": "优", "at_least": 90}, {"name": "良", "at_least": 60}, {"name": "差", "at_least": 0}]
    version = Sequence(lambda n: f"{n:016x}")


class IndicatorFactory(DjangoModelFactory):
    """基层诊疗量占比 with the target that Chuzhou's text names."""

    class Meta:
        model = Indicator

    scheme = SubFactory(SchemeFactory)
    position = Sequence(int)
    code = Sequence(lambda n: f"I{n:03d}")
    group = "分级诊疗"
    name = "基层诊疗量占比"
    formula = "proportion"
    numerator_label = "基层诊疗人次"
    denominator_label = LazyAttribute(lambda o: "" if o.formula == "amount" else "总诊疗人次")
    direction = "higher"
    unit = "%"
    points = Decimal(15)
    target = Decimal("0.65")
    zero = Decimal("0.35")
    target_basis = "文件一(三)"
    clause = "四(三)"
    quote = "基层诊疗量占比"
    subject = "医联体"
    reporter = "牵头医院"


class CampaignFactory(DjangoModelFactory):
    """A campaign that collects figures."""

    class Meta:
        model = Campaign

    year = 2020
    title = Sequence(lambda n: f"2020 年度医联体考核之{n}")
    authority = SubFactory(AuthorityFactory, division=SubFactory(CityFactory))
    scheme = SubFactory(SchemeFactory)
    state = "collecting"
    created_by = SubFactory(UserFactory)


class ParticipantFactory(DjangoModelFactory):
    class Meta:
        model = Participant

    campaign = SubFactory(CampaignFactory)
    consortium = SubFactory(ConsortiumFactory)
    name = LazyAttribute(lambda o: o.consortium.name)


class IndicatorValueFactory(DjangoModelFactory):
    class Meta:
        model = IndicatorValue

    participant = SubFactory(ParticipantFactory)
    indicator = SubFactory(IndicatorFactory)
    numerator = Decimal(50)
    denominator = Decimal(100)
    entered_through = "excel"
    reported_by = SubFactory(UserFactory)
