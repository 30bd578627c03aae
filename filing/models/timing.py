"""What moves a deadline (期限的中止和延长): asked for or ordered, with ground, dates and persons."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from filing.models.filing import Filing
from registry.audit import audited


class ClockChange(models.Model):
    """A suspension (中止: the days from ``first`` to ``last`` are not counted) or an extension (延长 by ``workdays``).

    Only what is granted moves the deadline. The hospital asks; the bureau grants, declines, or orders by itself. An
    open suspension has no ``last`` yet.
    """

    confidential = True

    class Kind(models.TextChoices):
        SUSPEND = "suspend", "中止"
        EXTEND = "extend", "延长"

    class State(models.TextChoices):
        ASKED = "asked", "待决定"
        GRANTED = "granted", "已同意"
        DECLINED = "declined", "未同意"

    filing = models.ForeignKey(Filing, models.PROTECT, related_name="clock_changes", verbose_name="备案")
    kind = models.CharField("事项", max_length=7, choices=Kind.choices)
    state = models.CharField("状态", max_length=8, choices=State.choices)
    first = models.DateField("中止起", null=True, blank=True)
    last = models.DateField("中止止", null=True, blank=True, help_text="最后一天；尚未恢复的空白")
    workdays = models.PositiveSmallIntegerField("延长工作日", null=True, blank=True)
    ground = models.TextField("理由")
    document = models.CharField("依据文件", max_length=200, blank=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="提出人"
    )
    asked_at = models.DateTimeField("提出时间", auto_now_add=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="决定人",
    )
    decided_at = models.DateTimeField("决定时间", null=True, blank=True)
    decision_note = models.TextField("决定说明", blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "期限变动"
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="suspend", first__isnull=False, workdays__isnull=True)
                | Q(kind="extend", first__isnull=True, last__isnull=True, workdays__gte=1),
                name="clock_change_says_when",
            ),
            models.CheckConstraint(
                condition=Q(last__isnull=True) | Q(last__gte=F("first")), name="clock_change_in_order"
            ),
            models.CheckConstraint(condition=~Q(ground=""), name="clock_change_has_ground"),
            models.CheckConstraint(
                condition=Q(state="asked", decided_by__isnull=True, decided_at__isnull=True)
                | ~Q(state="asked") & Q(decided_by__isnull=False, decided_at__isnull=False),
                name="clock_change_decided_by_and_at",
            ),
        ]
        indexes = [models.Index(fields=["filing", "state"], name="clock_change_of_filing")]
        triggers = audited()

    def __str__(self) -> str:
        if self.kind == self.Kind.EXTEND:
            return f"延长 {self.workdays} 个工作日"
        return f"中止，{self.first} 起" + (f"至 {self.last}" if self.last else "")
