"""One of everything, and one person of every kind: what the permission matrix is asked about.

The things stand in one district; each kind of commission staff exists twice, at the municipality above it and at
another district.
"""

from types import SimpleNamespace

from registry import access
from tests.actors import filer_of, stranger, unit_admin_of
from tests.factories import (
    AuthorityFactory,
    CountyFactory,
    InstitutionFactory,
    UserFactory,
)
from tests.factories.filing import Case

STAFF = ("reviewer", "registry_admin", "planner", "evaluator", "leader", "authority_admin", "unit_admin")
WITHOUT_REGISTER = ("authority_admin", "unit_admin")  # staff who do not see the institutions
SYSTEM = ("system_admin", "security_admin", "auditor")
ACTORS = (
    "anonymous",
    "stranger",
    "filer",
    "other_filer",
    "hospital_admin",
    *STAFF,
    *(f"{role}_elsewhere" for role in STAFF),
    *SYSTEM,
)


def build() -> SimpleNamespace:
    """The world: `people` by actor, and the arguments of each URL by name."""
    case = Case()
    elsewhere = AuthorityFactory(division=CountyFactory(), parent=case.commission)
    other_hospital = InstitutionFactory(division=elsewhere.division)
    people = {
        "anonymous": None,
        "stranger": stranger(),
        "filer": case.filer,
        "other_filer": filer_of(other_hospital),
        "hospital_admin": unit_admin_of(case.hospital),
    }
    for role in STAFF:
        for actor, unit in ((role, case.commission), (f"{role}_elsewhere", elsewhere)):
            people[actor] = UserFactory()
            access.grant(people[actor], role, unit)
    for role in SYSTEM:
        people[role] = UserFactory()
        access.grant(people[role], role)
    return SimpleNamespace(people=people, case=case, elsewhere=elsewhere)
