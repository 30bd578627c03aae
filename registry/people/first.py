"""The first security administrator of an installation (首次启用)."""

from django.db import connection, transaction

from registry import access, audit, operators
from registry.errors import Refused
from registry.models import AccountLink, Assignment, User
from registry.people import links
from registry.people.naming import called

ROLE = "security_admin"
THERE = "已经有安全管理员{name}。请由他在“人员”页面邀请其他人员；忘记密码时由另一位安全管理员重设。"


@transaction.atomic
def first_admin(username: str, name: str) -> tuple[User, str]:
    """The account and the token of its link. Refused once a security administrator has set a password."""
    username, name = called(username, name)
    with connection.cursor() as cursor:  # of two at once the second sees what the first has made
        cursor.execute("LOCK TABLE registry_accountlink IN EXCLUSIVE MODE")
    held = Assignment.objects.active().filter(role=ROLE, user__is_active=True).select_related("user")
    for row in held.order_by("pk"):
        if row.user.has_usable_password():
            raise Refused(THERE.format(name=row.user))
        if row.user.username != username:
            raise Refused(
                f"链接已经给了账号“{row.user.username}”；请用同一账号再运行一次，前一条链接随即作废。"
            )
    with audit.acting(operators.operator(), reason="首次启用"):
        person = User.objects.select_for_update().filter(username=username).first()
        if person is None:
            person = User(username=username, name=name)
            person.set_unusable_password()
            person.save()
        elif person.has_usable_password() or not person.is_active:
            raise Refused(f"账号“{username}”已经有人使用或已停用，请换一个账号。")
        if not access.has_role(person, ROLE):
            access.grant(person, ROLE)
        return person, links.issue(person, AccountLink.Purpose.FIRST, by=None)
