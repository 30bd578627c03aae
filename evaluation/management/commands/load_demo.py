"""`manage.py load_demo`: the demonstration province, into a database that holds reference data. Safe to repeat."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from evaluation import demo
from registry.errors import Refused


class Command(BaseCommand):
    help = (
        "载入演示数据：重庆、芜湖、滁州的机构与医联体、一次年度考核和演示账号。可重复执行；生产环境拒绝执行。"
    )

    def handle(self, *args, verbosity: int, **options) -> None:
        try:
            demo.load(self.stdout.write if verbosity else lambda line: None)
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        if verbosity:
            self.stdout.write(f"演示账号的密码都是 {settings.DEMO_PASSWORD}")
