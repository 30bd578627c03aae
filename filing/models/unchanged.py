"""The yearly answer that nothing has changed (本年度无变更)."""

from django.conf import settings
from django.db import models

from registry.audit import audited


class UnchangedStatement(models.Model):
    """一家医联体一年的“本年度无变更”: said by its lead hospital, and an answer of its own, unlike silence."""

    consortium = models.ForeignKey(
        "registry.Consortium", models.PROTECT, related_name="unchanged_statements", verbose_name="医联体"
    )
    year = models.PositiveSmallIntegerField("年度")
    applicant = models.ForeignKey(
        "registry.Institution", models.PROTECT, related_name="+", verbose_name="申报单位"
    )
    consortium_version = models.PositiveIntegerField("所指的名录版本")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="声明人")
    at = models.DateTimeField("声明时间", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "本年度无变更"
        ordering = ["-year"]
        constraints = [models.UniqueConstraint(fields=["consortium", "year"], name="unchanged_once_a_year")]
        triggers = audited()

    def __str__(self) -> str:
        return f"{self.consortium} {self.year} 年度无变更"
