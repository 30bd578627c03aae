"""`manage.py due_date 2026-09-11`: the last day of a period of workdays, with every day counted and skipped."""

import json
from argparse import ArgumentTypeError
from datetime import date, datetime

from django.core.management.base import BaseCommand, CommandError, CommandParser

from registry import workdays
from registry.numbers import whole_number

WEEKDAYS = "一二三四五六日"
STATES = {"final": "确定", "provisional": "暂定（涉及尚未公布放假安排的年份，载入后重新计算）"}


class Command(BaseCommand):
    help = "计算成立（起算）日之后第 N 个工作日，并列出计入和跳过的每一天。起算日不计入。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("begins_on", type=_day, metavar="YYYY-MM-DD", help="成立（起算）日期")
        parser.add_argument("--workdays", type=_positive, default=15, metavar="N", help="工作日数，默认 15")
        parser.add_argument("--format", choices=["text", "json"], default="text", help="输出格式")

    def handle(self, *args, begins_on: date, format: str, **options) -> None:
        try:
            answer = workdays.due_date(begins_on, options["workdays"])
        except workdays.CalendarMissing as error:
            raise CommandError(str(error)) from error
        write = self._write_json if format == "json" else self._write_text
        write(answer)

    def _write_json(self, answer: workdays.DueDate) -> None:
        document = {
            "due": answer.due.isoformat(),
            "state": answer.state,
            "counted": [day.isoformat() for day in answer.counted],
            "skipped": [{"date": skip.on.isoformat(), "reason": skip.reason} for skip in answer.skipped],
        }
        self.stdout.write(json.dumps(document, ensure_ascii=False))

    def _write_text(self, answer: workdays.DueDate) -> None:
        self.stdout.write(f"截止日：{_show(answer.due)} 24:00  {STATES[answer.state]}")
        for number, day in enumerate(answer.counted, start=1):
            self.stdout.write(f"  第 {number:>2} 个工作日  {_show(day)}")
        for skip in answer.skipped:
            self.stdout.write(f"  跳过            {_show(skip.on)}  {skip.reason}")


def _show(day: date) -> str:
    return f"{day.isoformat()} 周{WEEKDAYS[day.weekday()]}"


def _day(text: str) -> date:
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError as error:
        raise ArgumentTypeError(f"“{text}”不是 YYYY-MM-DD 形式的日期。") from error


def _positive(text: str) -> int:
    number = whole_number(text)
    if number is None or not 1 <= number <= 1000:
        raise ArgumentTypeError(f"工作日数“{text}”不是 1 至 1000 的整数。")
    return number
