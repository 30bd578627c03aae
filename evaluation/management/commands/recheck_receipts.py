"""Give every stored verdict again from its receipt and report what comes out otherwise (按凭据重算判定)."""

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from evaluation.areas import area_of_code
from evaluation.models import Finding
from evaluation.receipts import BATCH, Rechecked, recheck

SHOWN = 50


class Command(BaseCommand):
    help = "按保存的凭据（所用事实、规则版本、日历版本、豁免条款）重算已存的判定，列出不一致的；不写入数据库"

    def add_arguments(self, parser):
        parser.add_argument("--division", help="行政区划代码或管理区代码；不给则重算全部")
        parser.add_argument("--standing", action="store_true", help="只重算现在成立的判定")

    def handle(self, *args, **options):
        rows = Finding.objects.select_related("facts").order_by("pk")
        if (code := options["division"]) is not None:
            area = area_of_code(code, timezone.localdate())
            if area is None:
                raise CommandError(f"没有代码为 {code} 的行政区划或管理区")
            rows = rows.filter(area.condition("division"))
        if options["standing"]:
            rows = rows.standing()
        result = Rechecked()
        for number, difference in enumerate(recheck(rows.iterator(chunk_size=BATCH), result), 1):
            if number <= SHOWN:
                one = difference.finding
                self.stdout.write(f"{one.pk}  {one.provision}  {one.subject_name}：{difference.reason}")
        differing = sum(result.reasons.values())
        if differing > SHOWN:
            self.stdout.write(f"……另有 {differing - SHOWN} 项")
        for reason, number in sorted(result.reasons.items()):
            self.stdout.write(f"{reason}：{number} 项")
        other = f"（其中 {result.other_program} 项由程序的另一版本判定）" if result.other_program else ""
        self.stdout.write(
            f"重算 {result.total} 项判定{other}，一致 {result.total - differing} 项，不一致 {differing} 项"
        )
        if differing:
            raise CommandError("有判定不能按凭据重现。")
