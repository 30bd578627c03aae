"""The workday calendar as data: years with their state, and one row for each day (工作日历)."""

from django.db import models
from django.db.models import F, Q

from registry.audit import audited


class CalendarYear(models.Model):
    """A year of the workday calendar and how sure we are of it (日历年份)."""

    class State(models.TextChoices):
        LOADED = "loaded", "已载入"
        PROVISIONAL = "provisional", "暂定"

    class Source(models.TextChoices):
        SHIPPED = "shipped", "随系统提供"
        ADMINISTRATOR = "administrator", "管理员载入或更正"

    year = models.PositiveSmallIntegerField("年份", primary_key=True)
    state = models.CharField("状态", max_length=12, choices=State.choices)
    source = models.CharField("来源", max_length=14, choices=Source.choices, default=Source.SHIPPED)
    notice_number = models.CharField("通知文号", max_length=60, blank=True)
    notice_urls = models.TextField("通知网址", blank=True, help_text="每行一个")
    version = models.PositiveIntegerField("版本", default=1, help_text="每次载入或更正加一")
    fingerprint = models.CharField("内容指纹", max_length=16, editable=False)

    class Meta:
        ordering = ["year"]
        verbose_name = verbose_name_plural = "工作日历年份"
        triggers = audited()

    def __str__(self):
        return f"{self.year} 年（{self.get_state_display()}）"


class CalendarDay(models.Model):
    """One day: whether it is a workday, and why (日历日). Corrected by an administrator where a region differs."""

    date = models.DateField("日期", primary_key=True)
    year = models.ForeignKey(
        CalendarYear, models.PROTECT, related_name="days", db_column="year", verbose_name="年份"
    )
    is_workday = models.BooleanField("工作日")
    reason = models.CharField("说明", max_length=60)

    class Meta:
        ordering = ["date"]
        verbose_name = verbose_name_plural = "工作日历"
        constraints = [
            models.CheckConstraint(
                condition=Q(date__year=F("year")),
                name="calendarday_in_its_year",
                violation_error_message="日期不属于该年份。",
            ),
        ]
        triggers = audited()

    def __str__(self):
        return f"{self.date:%Y-%m-%d} {'工作日' if self.is_workday else '休息日'}（{self.reason}）"
