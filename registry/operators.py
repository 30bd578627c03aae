"""The acting person of a command (操作员): a named user, or a recorded account that covers every province.

Whatever a command writes is recorded under a person like every other act. The operator account can never sign in.
"""

from django.db import transaction

from registry import access
from registry.errors import Refused
from registry.models import Authority, User

USERNAME = "operator"
ROLES = ("registry_admin", "planner", "evaluator")


def acting_person(username: str = "") -> User:
    """The user of that name, or the operator account. Raises Refused for a name that nobody has."""
    if not username:
        return operator()
    user = User.objects.filter(username=username, is_active=True).first()
    if user is None:
        raise Refused(f"没有用户名为“{username}”的账户。")
    return user


@transaction.atomic
def operator() -> User:
    """The recorded operator account, with its roles at every province that the register knows."""
    user, created = User.objects.get_or_create(
        username=USERNAME, defaults={"name": "命令行操作员", "is_active": False}
    )
    if created:
        user.set_unusable_password()
        user.save(update_fields=["password"])
    held = set(user.assignments.active().values_list("authority", "role"))
    for authority in Authority.objects.filter(level=Authority.Level.PROVINCE).order_by("pk"):
        for role in ROLES:
            if (authority.pk, role) not in held:
                access.grant(user, role, authority)
    return user
