"""`manage.py appoint`: a person and a role from the command line."""

import getpass
import sys

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from registry import access, audit, operators
from registry.errors import Refused
from registry.models import Authority, Institution, User
from registry.people.naming import called, folded
from registry.roles import ROLES, unit_kinds


class Command(BaseCommand):
    help = "新建账户并任职；账户已存在时只增加任职。新装系统的第一位安全管理员用 first_admin。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username", help="账号")
        parser.add_argument("--name", default="", help="姓名，新建账户时必填")
        parser.add_argument("--role", required=True, choices=sorted(ROLES), help="角色")
        parser.add_argument("--unit", default="", help="机关代码，或医院名称；系统类角色不填")

    @transaction.atomic
    def handle(self, *, username: str, name: str, role: str, unit: str, **options) -> None:
        user = User.objects.filter(username=folded(username)).first()
        if user is None and not name:
            raise CommandError("新建账户请用 --name 写明姓名。")
        with audit.acting(operators.operator(), reason="命令行任职"):
            if user is None:
                try:
                    username, name = called(username, name)
                except Refused as refusal:
                    raise CommandError(str(refusal)) from None
                user = User(username=username, name=name)
                user.set_password(_password(user))
                user.save()
            access.grant(user, role, _unit(unit_kinds(ROLES[role]), unit))
        self.stdout.write(f"{user.name}（{username}）：{ROLES[role].label} {unit}".strip())


def _unit(kinds: tuple[str, ...], given: str) -> Authority | Institution | None:
    if not kinds:
        return None
    unit = None
    if "authority" in kinds:
        unit = Authority.objects.filter(code=given).first()
    if unit is None and "institution" in kinds:
        unit = Institution.objects.filter(name=given).order_by("pk").first()
    if unit is None:
        raise CommandError(f"没有找到单位“{given}”。机关请填代码，医院请填全称。")
    return unit


def _password(user: User) -> str:
    """Typed twice at a terminal, or the first line of standard input."""
    if sys.stdin.isatty():
        password = getpass.getpass("密码：")
        if password != getpass.getpass("再输入一次："):
            raise CommandError("两次输入的密码不一致。")
    else:
        password = sys.stdin.readline().rstrip("\n")
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise CommandError("\n".join(error.messages)) from error
    return password
