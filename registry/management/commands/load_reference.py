"""`manage.py load_reference`: divisions, bureaus, workday calendar, code lists and policy packs. Safe to repeat."""

from django.core.management.base import BaseCommand, CommandParser

from registry.reference.load import load_all


class Command(BaseCommand):
    requires_system_checks: list[str] = []  # run at every start: the checks of the server itself are enough
    help = (
        "载入行政区划、主管部门、工作日历、代码表和政策包。可重复执行：没有变化的部分跳过，没有变化的行不写。"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--force", action="store_true", help="逐行核对全部内容，即使文件没有变化")

    def handle(self, *args, force: bool, verbosity: int, **options) -> None:
        for part, written in load_all(force=force):
            if verbosity:
                self.stdout.write(f"{part.label}：{'未变化' if written is None else f'写入 {written} 行'}")
