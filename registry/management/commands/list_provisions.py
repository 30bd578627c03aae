"""List every provision of the published policy documents (列出政策条款及其处理方式)."""

import json

from django.core.management.base import BaseCommand, CommandError

from registry.models import PolicyDocument, Rule
from registry.policy.load import read_packs
from registry.policy.pack import HANDLINGS
from registry.policy.table import provisions_page


class Command(BaseCommand):
    help = "列出政策文件的全部条款：编号、条文位置、原文、要求、处理方式和判定方法"

    def add_arguments(self, parser):
        parser.add_argument("--pack", help="只列一个文件，如 chongqing-2018")
        parser.add_argument("--format", choices=["text", "json", "markdown"], default="text", help="输出格式")

    def handle(self, *args, **options):
        if options["format"] == "markdown":
            if options["pack"]:
                raise CommandError(
                    "markdown 是全部文件的一页，不能与 --pack 同用。请去掉 --pack，或改用 text、json。"
                )
            self.stdout.write(provisions_page(read_packs()), ending="")
            return
        rules = Rule.objects.in_force().select_related("document")
        if (pack := options["pack"]) is not None:
            if not PolicyDocument.objects.filter(code=pack).exists():
                known = "、".join(PolicyDocument.objects.order_by("code").values_list("code", flat=True))
                raise CommandError(f"没有政策文件 {pack}。已载入：{known or '无（先运行 load_reference）'}")
            rules = rules.filter(document__code=pack)
        if options["format"] == "json":
            self.stdout.write(json.dumps([_row(rule) for rule in rules], ensure_ascii=False, indent=1))
            return
        for rule in rules:
            method = f" {rule.check_name}" if rule.check_name else ""
            self.stdout.write(
                f"{rule.provision}  {rule.clause}  [{rule.modality}]  {HANDLINGS[rule.handling]}{method}  {rule.quote}"
            )
        self.stdout.write(f"共 {len(rules)} 条")


def _row(rule: Rule) -> dict[str, str | None]:
    return {
        "id": rule.provision,
        "pack": rule.document.code,
        "clause": rule.clause,
        "quote": rule.quote,
        "modality": rule.modality,
        "handling": rule.handling,
        "check": rule.check_name or None,
        "subject": rule.subject,
        "applies_to": rule.body["applies_to"],
    }
