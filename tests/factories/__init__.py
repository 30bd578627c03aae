"""Factories: a trait names a situation, so that a test reads as a sentence."""

from factory.django import DjangoModelFactory

from tests.factories.grids import GridAssignmentFactory, GridFactory, GridUnitFactory
from tests.factories.registry import (
    AuthorityFactory,
    CityFactory,
    ConsortiumFactory,
    CountyFactory,
    InstitutionClassFactory,
    InstitutionFactory,
    LeadFactory,
    MembershipFactory,
    ProvinceFactory,
    TownshipFactory,
    UserFactory,
)

__all__ = [
    "AuthorityFactory",
    "CityFactory",
    "ConsortiumFactory",
    "CountyFactory",
    "GridAssignmentFactory",
    "GridFactory",
    "GridUnitFactory",
    "InstitutionClassFactory",
    "InstitutionFactory",
    "LeadFactory",
    "MembershipFactory",
    "ProvinceFactory",
    "TownshipFactory",
    "UserFactory",
]


def count_from_the_start(kind: type[DjangoModelFactory] = DjangoModelFactory) -> None:
    """Number what is made from zero, so that a test makes the same whichever tests ran before it."""
    for factory in kind.__subclasses__():
        factory.reset_sequence(0, force=True)
        count_from_the_start(factory)
