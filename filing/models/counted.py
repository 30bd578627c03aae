"""Up to which version of the workday calendar deadlines have been counted (期限已按哪一版日历计算)."""

from django.db import models


class CountedYear(models.Model):
    """一年日历的重算进度. Written when every deadline that touches the year has been counted by that version."""

    year = models.PositiveSmallIntegerField("年份", primary_key=True)
    version = models.PositiveIntegerField("日历版本")

    class Meta:
        verbose_name = verbose_name_plural = "期限重算进度"

    def __str__(self) -> str:
        return f"{self.year} 年第 {self.version} 版"
