"""`manage.py load_calendar FILE --year 2027 --notice 文号 [--apply]`: a year's holiday notice (载入放假安排)."""

import json
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from registry import notices
from registry.errors import Refused
from registry.models import CalendarYear
from registry.workdays import load_year


class Command(BaseCommand):
    help = "读取一年的放假安排（列：日期、止、安排、说明），列出改动的日子；加 --apply 时载入，涉及的期限随之重算。"

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument("--year", type=int, required=True)
        parser.add_argument("--notice", required=True, metavar="文号", help="国务院办公厅通知的文号")
        parser.add_argument("--url", default="", help="通知的网址")
        parser.add_argument("--apply", action="store_true", help="载入；否则只列出改动")
        parser.add_argument("--format", choices=["text", "json"], default="text")

    def handle(self, *, file: Path, year: int, notice: str, url: str, apply: bool, format: str, **options):
        if not file.is_file():
            raise CommandError(f"找不到文件：{file}")
        try:
            days = notices.days_of(notices.read_file(file), year)
            changes = notices.changes(days, year)
            if apply:
                load_year(year, days, notice_number=notice, notice_urls=url, state=CalendarYear.State.LOADED)
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        if format == "json":
            rows = [{"date": c.on.isoformat(), "before": c.before, "after": c.after} for c in changes]
            answer = {"year": year, "changes": rows, "applied": apply}
            self.stdout.write(json.dumps(answer, ensure_ascii=False))
            return
        for change in changes:
            self.stdout.write(f"{change.on}  {change.before} → {change.after}")
        done = "已载入" if apply else "加 --apply 载入"
        self.stdout.write(f"{year} 年：{len(changes)} 天与现有日历不同，{done}。")
