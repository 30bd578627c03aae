"""`manage.py reset_second_step`: when the only security administrator has lost the telephone and the backup codes."""

from django.core.management.base import BaseCommand, CommandError, CommandParser

from registry import operators
from registry.errors import Refused
from registry.people import second_step


class Command(BaseCommand):
    help = "重设一个账户的第二步验证；用于没有另一位安全管理员可以办理的时候。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username", help="账号")
        parser.add_argument("--reason", required=True, help="原因，写入审计")

    def handle(self, *, username: str, reason: str, **options) -> None:
        try:
            person = operators.acting_person(username)
            second_step.take_away(person.pk, reason=reason, by=operators.operator())
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"{person}的第二步验证已重设，下次登录后重新设置。")
