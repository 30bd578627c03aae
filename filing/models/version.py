"""What was submitted, and what the rules said to it: frozen (冻结的申报内容和检查单)."""

from django.conf import settings
from django.db import models

from filing.models.filing import Filing
from registry.audit import append_only, audited


class FilingVersion(models.Model):
    """一次提交的全部内容, with questions and option texts as the hospital saw them, so that it prints alike for ever."""

    confidential = True

    filing = models.ForeignKey(Filing, models.PROTECT, related_name="versions", verbose_name="备案")
    number = models.PositiveSmallIntegerField("第几次提交")
    form_version = models.CharField("表单版本", max_length=200)
    content = models.JSONField("内容", help_text="各部分的栏目、填写内容、成员、材料")
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="提交人"
    )
    submitted_at = models.DateTimeField("提交时间")

    class Meta:
        verbose_name = verbose_name_plural = "备案提交版本"
        ordering = ["filing", "number"]
        constraints = [models.UniqueConstraint(fields=["filing", "number"], name="filing_version_once")]
        triggers = audited() + append_only()

    def __str__(self) -> str:
        return f"{self.filing} 第 {self.number} 版"


class CheckSheet(models.Model):
    """冻结的检查单: every rule that bound the case at one moment, with its verdict and the facts used."""

    confidential = True

    class Occasion(models.TextChoices):
        SUBMISSION = "submission", "提交时"
        REGISTRATION = "registration", "备案时"

    filing = models.ForeignKey(Filing, models.PROTECT, related_name="sheets", verbose_name="备案")
    version = models.ForeignKey(FilingVersion, models.PROTECT, related_name="sheets", verbose_name="提交版本")
    occasion = models.CharField("时点", max_length=12, choices=Occasion.choices)
    as_of = models.DateField("基准日期")
    receipts = models.JSONField("判定记录")
    tally = models.JSONField("各判定条数")
    made_at = models.DateTimeField("检查时间", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "检查单"
        ordering = ["filing", "pk"]
        triggers = audited() + append_only()

    def __str__(self) -> str:
        return f"{self.filing} {self.get_occasion_display()}检查单"
