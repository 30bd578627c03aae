"""Bring existing consortia in from a workbook."""

import json

from django.core.management.base import BaseCommand

from filing.imports.service import Outcome, import_consortia
from registry import operators
from registry.errors import Refused


class Command(BaseCommand):
    help = (
        "导入现有医联体工作簿（工作表：医联体、成员单位、网格、专科资质）。不加 --apply 只预览，什么也不改。"
        "返回状态：0 无误，1 有行内错误或待定事项，2 整份文件被拒绝。"
    )

    def add_arguments(self, parser):
        parser.add_argument("file", help="xlsx 文件")
        parser.add_argument("--apply", action="store_true", help="无误时写入名录")
        parser.add_argument("--format", choices=["text", "json"], default="text", help="输出格式")
        parser.add_argument("--as", dest="username", default="", help="以哪个账户的身份和辖区导入")

    def handle(self, *args, **options):
        try:
            person = operators.acting_person(options["username"])
            outcome = import_consortia(options["file"], by=person, apply=options["apply"])
        except Refused as refusal:
            self._refused(str(refusal), options["format"])
        except OSError:
            self._refused(f"找不到或打不开文件：{options['file']}", options["format"])
        if options["format"] == "json":
            self.stdout.write(json.dumps(outcome.as_json(), ensure_ascii=False))
        else:
            self._tell(outcome)
        if outcome.stopped:
            raise SystemExit(1)

    def _refused(self, reason: str, form: str) -> None:
        if form == "json":
            answer = Outcome().as_json() | {"refused": reason}
            self.stdout.write(json.dumps(answer, ensure_ascii=False))
        else:
            self.stderr.write(reason)
        raise SystemExit(2)

    def _tell(self, outcome: Outcome) -> None:
        counts = outcome.counts
        self.stdout.write(
            f"共 {outcome.rows} 行：新增 {counts['create']}，更新 {counts['update']}，不变 {counts['unchanged']}"
        )
        for issue in outcome.issues:
            place = f"{issue.sheet}!{issue.cell or issue.row}"
            self.stdout.write(f"[{issue.severity}] {place} {issue.message}{issue.remedy}")
        self.stdout.write("已写入。" if outcome.applied else "没有写入。")
