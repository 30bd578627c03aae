"""`manage.py validate_pack FILE [--format json]`: every mistake of a policy pack at its line (校验政策包)."""

import json
import sys
from dataclasses import replace
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from registry.errors import Refused
from registry.policy.drafts import LARGEST, place_of
from registry.policy.library import published_packs
from registry.policy.load import across
from registry.policy.pack import NATIONAL, PackSpec
from registry.policy.parse import PackError, Problem, line_of_key, read_pack, source_of


class Command(BaseCommand):
    help = "校验一个政策包（TOML），按行列出全部错误和改法；不写数据库。有错误时退出状态为 1，文件读不到为 2"

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, help="政策包；原文放在同一目录的 texts/ 下")
        parser.add_argument("--format", choices=["text", "json"], default="text", help="输出格式")

    def handle(self, *args, file: Path, format: str, **options):
        pack, problems = _read(file)
        if format == "json":
            self.stdout.write(json.dumps(_document(pack, problems), ensure_ascii=False))
        else:
            self._write(pack, problems)
        if problems:
            sys.exit(1)

    def _write(self, pack: PackSpec | None, problems: list[Problem]) -> None:
        for one in problems:
            self.stdout.write(str(one))
        if pack is None or problems:
            self.stdout.write(f"共 {len(problems)} 处错误，改好后再校验一次。")
            return
        told = _summary(pack)
        self.stdout.write(
            f"没有错误：《{told['title']}》{told['rules']} 条规定，其中 {told['decided']} 条由系统判定。"
        )


def _read(file: Path) -> tuple[PackSpec | None, list[Problem]]:
    try:
        if not file.is_file():
            raise CommandError(f"没有文件 {file}。", returncode=2)
        if file.stat().st_size > LARGEST:
            raise CommandError(f"{file} 超过 1 MB，不是政策包。请核对是否选错了文件。", returncode=2)
        pack = read_pack(file)
        others = [one for one in published_packs() if one.id != pack.id]
        source = source_of(file)
        found = across([*others, pack], {pack.id: source}, only=pack.id)
        return pack, [*_nowhere(pack, file, source), *(replace(one, file=file.name) for one in found)]
    except PackError as error:
        return None, error.problems
    except OSError as error:
        raise CommandError(f"{file} 读不出来：{error.strerror}。", returncode=2) from None


def _nowhere(pack: PackSpec, file: Path, source: str) -> list[Problem]:
    """That the register has no place with the code of the document."""
    try:
        if pack.jurisdiction != NATIONAL:
            place_of(pack.jurisdiction)
    except Refused as refusal:
        return [Problem(file.name, line_of_key(source, "jurisdiction"), "", str(refusal))]
    return []


def _document(pack: PackSpec | None, problems: list[Problem]) -> dict:
    rows = [
        {"file": one.file, "line": one.line, "rule": one.rule, "message": one.message} for one in problems
    ]
    return {"valid": not problems, **(_summary(pack) if pack else {}), "problems": rows}


def _summary(pack: PackSpec) -> dict:
    return {
        "id": pack.id, "title": pack.title, "rules": len(pack.rules),
        "decided": sum(rule.decided for rule in pack.rules),
    }  # fmt: skip
