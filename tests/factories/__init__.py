"""Factories: a trait names a situation, so that a test reads as a sentence."""

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
