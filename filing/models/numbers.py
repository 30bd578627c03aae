"""Number series (编号)."""

from django.db import models

from registry.audit import audited


class NumberSeries(models.Model):
    """一个机关一年的一个编号序列. The row is locked while a number is taken: no gap, no double (filing/numbering.py)."""

    class Series(models.TextChoices):
        CASE = "case", "申报编号"
        REGISTRATION = "registration", "备案编号"

    authority = models.ForeignKey(
        "registry.Authority", models.PROTECT, related_name="+", verbose_name="备案机关"
    )
    year = models.PositiveSmallIntegerField("年份")
    series = models.CharField("序列", max_length=12, choices=Series.choices)
    last = models.PositiveIntegerField("已用到", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "编号序列"
        constraints = [
            models.UniqueConstraint(fields=["authority", "year", "series"], name="number_series_once")
        ]
        triggers = audited()

    def __str__(self) -> str:
        return f"{self.authority} {self.year} {self.get_series_display()}"
