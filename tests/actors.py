"""The standing people of the suite, each made by the same door as in life: an assignment."""

from registry import access
from tests.factories import UserFactory


def stranger(**person):
    """Signed in, assigned to nothing."""
    return UserFactory(**person)


def _at(role):
    def make(unit=None, **person):
        user = UserFactory(**person)
        access.grant(user, role, unit)
        return user

    make.__name__ = role
    return make


filer_of = _at("filer")
reviewer_of = _at("reviewer")
registry_admin_of = _at("registry_admin")
planner_of = _at("planner")
evaluator_of = _at("evaluator")
leader_of = _at("leader")
unit_admin_of = _at("unit_admin")
system_admin = _at("system_admin")
security_admin = _at("security_admin")
auditor = _at("auditor")
