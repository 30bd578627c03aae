"""`manage.py import_roster FILE [--apply] [--format json] [--as USERNAME]`: a roster into the register (导入机构名录)."""

import json
import sys
from pathlib import Path

from django.core.management.base import BaseCommand

from registry.errors import Refused
from registry.imports import service
from registry.imports.report import EMPTY, answer, as_text
from registry.imports.scope import EVERYWHERE, scope_of
from registry.operators import acting_person, operator

CLEAN, ROW_ERRORS, FILE_REFUSED = 0, 1, 2


class Command(BaseCommand):
    help = "读取机构名录（xlsx、xls、csv），列出每一处问题；加 --apply 时写入名录。"

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument("--apply", action="store_true", help="没有错误时写入；否则什么也不写")
        parser.add_argument("--format", choices=["text", "json"], default="text")
        parser.add_argument(
            "--as", dest="username", help="以谁的名义、在谁的辖区导入；默认是命令行操作员账户，不限辖区"
        )

    def handle(self, *, file: Path, apply: bool, format: str, username: str | None, **options):
        status, result = self._import(file, apply, username)
        self.stdout.write(json.dumps(result, ensure_ascii=False) if format == "json" else as_text(result))
        if status:
            sys.exit(status)

    def _import(self, file: Path, apply: bool, username: str | None) -> tuple[int, dict]:
        if not file.is_file():
            return FILE_REFUSED, {**EMPTY, "refused": f"找不到文件：{file}"}
        try:
            by, scope = self._person(username)
            batch = service.stage(file, file.name, by, scope)
        except Refused as refusal:
            return FILE_REFUSED, {**EMPTY, "refused": str(refusal)}
        result = answer(batch)
        bad = bool(result["errors"] or result["decisions"])
        if bad or not apply:
            service.discard(batch.pk, by=by)
            return (ROW_ERRORS if bad else CLEAN), result
        if batch.can_apply:
            try:
                service.apply(batch.pk, by)
            except Refused as refusal:
                return FILE_REFUSED, result | {"refused": str(refusal)}
        return CLEAN, result | {"applied": True}

    def _person(self, username: str | None):
        if username is None:
            return operator(), EVERYWHERE
        user = acting_person(username)
        return user, scope_of(user)
