"""Judge the subjects of an area on a day and print every verdict (合规检查，只读，不保存结果)."""

import datetime as dt
import json
from collections.abc import Iterator

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from evaluation.areas import EVERYWHERE, Area, area_of_code
from evaluation.subjects import BY_SUBJECT, SOURCES, Source, Subject, batches, judged, namesakes
from registry.models import Consortium
from registry.plausible import PLAUSIBLE_DAY
from registry.policy.engine import Judgement
from registry.policy.library import book_on
from registry.policy.verdict import LABELS

OF_CONSORTIA = ("consortium", "filing")


class Command(BaseCommand):
    help = "按现行政策文件检查一个地区（或一个医联体）在某一天的情况，列出每条规定的判定；不写入数据库"

    def add_arguments(self, parser):
        parser.add_argument("--division", help="行政区划代码或管理区代码；不给则检查全部")
        parser.add_argument("--consortium", help="只检查这一名称的医联体")
        parser.add_argument("--as-of", help="基准日，YYYY-MM-DD；不给则为今天")
        parser.add_argument("--format", choices=["text", "json"], default="text", help="输出格式")

    def handle(self, *args, **options):
        day = self._day(options["as_of"])
        area = self._area(options["division"], day)
        chosen = self._chosen(options["consortium"], area, day)
        rows = self._rows(area, chosen, day)
        if options["format"] == "json":
            self._print_json(rows)
        else:
            self._print_text(rows)

    def _day(self, text: str | None) -> dt.date:
        if text is None:
            return timezone.localdate()
        try:
            day = dt.date.fromisoformat(text)
            for plausible in PLAUSIBLE_DAY:
                plausible(day)
        except ValueError:
            raise CommandError(f"基准日 {text} 不是有效日期，请写成 2019-12-31 的样子") from None
        except ValidationError as fault:
            raise CommandError("".join(fault.messages)) from None
        if day > timezone.localdate():
            raise CommandError(f"基准日 {day} 还没有到，请选今天或更早的日期。")
        return day

    def _area(self, code: str | None, day: dt.date) -> Area:
        if code is None:
            return EVERYWHERE
        area = area_of_code(code, day)
        if area is None:
            raise CommandError(f"没有代码为 {code} 的行政区划或管理区")
        return area

    def _chosen(self, name: str | None, area: Area, day: dt.date) -> list[int] | None:
        if name is None:
            return None
        rows = BY_SUBJECT["consortium"].inside(area, day).filter(name=name)
        if not rows.exists():
            known = Consortium.objects.filter(name=name).exists()
            where = f"{area.name}在 {day} " if known else ""
            raise CommandError(f"{where}没有名为“{name}”的医联体")
        return list(rows.values_list("pk", flat=True))

    def _rows(self, area: Area, chosen: list[int] | None, day: dt.date) -> Iterator[dict]:
        book = book_on(day)
        for source in SOURCES:
            if chosen is not None and source.subject not in OF_CONSORTIA:
                continue
            ids = source.ids(area, day) if chosen is None else chosen
            twice = namesakes(source, ids, day)
            for batch in batches(ids):
                for subject, judgements in judged(source, batch, book, day):
                    for judgement in judgements:
                        yield _row(source, subject, judgement, subject.name in twice)

    def _print_json(self, rows: Iterator[dict]) -> None:
        """One document, written as it comes; the database is read batch by batch."""
        self.stdout.write("[", ending="")
        for number, row in enumerate(rows):
            self.stdout.write(",\n" if number else "\n", ending="")
            self.stdout.write(json.dumps(row, ensure_ascii=False), ending="")
        self.stdout.write("\n]")

    def _print_text(self, rows: Iterator[dict]) -> None:
        number = 0
        for number, row in enumerate(rows, start=1):  # noqa: B007 (the last number is the count)
            self.stdout.write(
                f"{LABELS[row['verdict']]}  {row['rule']}  {row['subject']}：{row['explanation']}"
            )
        self.stdout.write(f"共 {number} 条判定")


def _row(source: Source, subject: Subject, judgement: Judgement, ambiguous: bool) -> dict:
    row = {
        "subject": subject.name,
        "subject_type": source.reported,
        "rule": judgement.rule.id,
        "clause": judgement.rule.spec.clause,
        "quote": judgement.rule.spec.quote,
        "modality": judgement.rule.spec.modality,
        "verdict": str(judgement.verdict.outcome),
        "explanation": judgement.sentence,
        "evidence": dict(judgement.verdict.evidence),
        "pack": judgement.rule.pack.id,
        "reference_date": judgement.as_of.isoformat(),
    }
    if ambiguous:
        row["subject_code"] = subject.code
    return row
