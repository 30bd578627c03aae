"""Seal and verify the audit chain; the head's digest can be kept elsewhere as a witness."""

import json

from django.core.management.base import BaseCommand, CommandError

from registry import audit_chain
from registry.models import AuditBlock


class Command(BaseCommand):
    help = "封存并核验审计链；不符时说明在哪一块，返回状态 1。"

    def add_arguments(self, parser):
        parser.add_argument("--format", choices=["text", "json"], default="text", help="输出格式")

    def handle(self, *args, **options):
        sealed = audit_chain.seal()
        broken = audit_chain.verify()
        head = AuditBlock.objects.order_by("-last_entry").first()
        answer = {
            "sealed": sealed,
            "blocks": AuditBlock.objects.count(),
            "head": head.digest if head else None,
            "broken": {"block": str(broken.block), "reason": broken.reason} if broken else None,
        }
        if options["format"] == "json":
            self.stdout.write(json.dumps(answer, ensure_ascii=False))
        elif broken is None:
            self.stdout.write(
                f"审计链完好：{answer['blocks']} 块，本次封存 {sealed} 条，链首 {answer['head']}"
            )
        if broken is not None:
            raise CommandError(f"审计链在记录 {broken.block} 处{broken.reason}。", returncode=1)
