"""`manage.py first_admin`: a one-time link for the first security administrator."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from registry.errors import Refused
from registry.people import first, links


class Command(BaseCommand):
    help = "为第一位安全管理员生成一次性链接；已有安全管理员时拒绝。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username", help="账号")
        parser.add_argument("--name", required=True, help="姓名")

    def handle(self, *, username: str, name: str, **options) -> None:
        try:
            person, token = first.first_admin(username, name)
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(
            f"请{person.name}在 {settings.ACCOUNT_LINK_HOURS} 小时内打开下面的链接设置密码，只能用一次："
        )
        self.stdout.write(links.address(token))
        if not settings.SITE_URL:
            self.stderr.write("没有设置 SITE_URL：请在链接前面补上系统的网址。")
