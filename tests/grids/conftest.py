"""A district with four townships, its planner, and two groups that may be responsible."""

from dataclasses import dataclass, field

import pytest

from registry.models import Authority, Consortium, Division, User
from tests import actors
from tests.factories import AuthorityFactory, ConsortiumFactory, CountyFactory, TownshipFactory


@dataclass
class District:
    county: Division
    authority: Authority
    planner: User
    towns: list[Division]
    first: Consortium
    second: Consortium
    extra: dict = field(default_factory=dict)


@pytest.fixture
def district(db) -> District:
    county = CountyFactory(code="500108", name="南岸区")
    authority = AuthorityFactory(division=county)
    towns = [
        TownshipFactory(parent=county, code=f"50010800{n}", name=name)
        for n, name in enumerate(["铜元局街道", "花园路街道", "南坪街道", "海棠溪街道"], start=1)
    ]
    return District(
        county=county,
        authority=authority,
        planner=actors.planner_of(authority, name="汪洁"),
        towns=towns,
        first=ConsortiumFactory(name="南岸第一医疗集团", division=county),
        second=ConsortiumFactory(name="南岸第二医疗集团", division=county),
    )
