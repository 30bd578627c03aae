"""`manage.py check_register [--only CODE …] [--limit N] [--format json]`: what is broken in stored data (数据自检)."""

import json
import sys

from django.core.management.base import BaseCommand, CommandError

from registry.integrity import SHOWN, invariants


class Command(BaseCommand):
    help = "逐条核对存储的数据，列出每一处不成立的地方和它的页面。不改动任何数据。"

    def add_arguments(self, parser):
        parser.add_argument("--only", nargs="+", metavar="代号", help="只核对这几条")
        parser.add_argument("--limit", type=int, default=SHOWN, help=f"每条最多列出几处，默认 {SHOWN}")
        parser.add_argument("--format", choices=["text", "json"], default="text", help="输出格式")

    def handle(self, *, only, limit: int, format: str, **options):
        checked = [one for one in invariants() if not only or one.code in only]
        if unknown := set(only or ()) - {one.code for one in checked}:
            known = "、".join(one.code for one in invariants())
            raise CommandError(
                f"没有代号为 {'、'.join(sorted(unknown))} 的核对项。可用的代号：{known}。", returncode=2
            )
        results = [(one, *one.broken(max(1, limit))) for one in checked]
        if format == "json":
            self.stdout.write(json.dumps(_document(results), ensure_ascii=False))
        else:
            self._write(results)
        if any(count for _, count, _ in results):
            sys.exit(1)

    def _write(self, results) -> None:
        for one, count, broken in results:
            self.stdout.write(
                f"{'✗' if count else '✓'} {one.code}  {one.title}" + (f"：{count} 处" if count else "")
            )
            for row in broken:
                self.stdout.write(f"    {row.subject}：{row.message}  {row.url}".rstrip())
            if count > len(broken):
                self.stdout.write(f"    另有 {count - len(broken)} 处未列出，用 --limit 调整。")
        total = sum(count for _, count, _ in results)
        self.stdout.write(f"共核对 {len(results)} 条，{f'{total} 处不成立' if total else '都成立'}。")


def _document(results) -> dict:
    return {
        "checked": [{"code": one.code, "title": one.title, "broken": count} for one, count, _ in results],
        "broken": [row.as_json() for _, _, broken in results for row in broken],
        "total": sum(count for _, count, _ in results),
    }
