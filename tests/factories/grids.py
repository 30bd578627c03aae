"""Factories of the grids: rows as they stand, past the services."""

from factory import LazyAttribute, Sequence, SubFactory
from factory.django import DjangoModelFactory

from grids.models import Grid, GridAssignment, GridUnit
from tests.factories.registry import (
    LONG_AGO,
    AuthorityFactory,
    ConsortiumFactory,
    CountyFactory,
    TownshipFactory,
)


class GridFactory(DjangoModelFactory):
    class Meta:
        model = Grid

    name = Sequence(lambda n: f"第{n}网格")
    division = SubFactory(CountyFactory)
    authority = LazyAttribute(lambda o: AuthorityFactory(division=o.division))
    during = (LONG_AGO, None)


class GridUnitFactory(DjangoModelFactory):
    class Meta:
        model = GridUnit

    grid = SubFactory(GridFactory)
    division = LazyAttribute(lambda o: TownshipFactory(parent=o.grid.division))
    during = (LONG_AGO, None)


class GridAssignmentFactory(DjangoModelFactory):
    class Meta:
        model = GridAssignment

    grid = SubFactory(GridFactory)
    consortium = LazyAttribute(lambda o: ConsortiumFactory(division=o.grid.division))
    during = (LONG_AGO, None)
    status = "in_force"
