"""Putting right what was found (整改): asked for by an authority, done and shown by a unit, closed with proof."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from evaluation.models.compliance import Finding
from registry import access
from registry.audit import audited


class RectificationQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The authority of the finding's place, and the staff of the hospital that answers for it."""
        return self.filter(
            access.area_of(user, "view_compliance", prefix="finding__division")
            | Q(responsible__in=access.institutions_of(user))
        )

    def unfinished(self):
        return self.filter(state__in=Rectification.UNFINISHED)


class Rectification(models.Model):
    """整改事项: one finding that a hospital, or the bureau of its place, has to put right by a day.

    ``own_initiative`` marks what a bureau asked of itself: then it verifies it, too; else those above it do.
    """

    class State(models.TextChoices):
        ASKED = "asked", "待整改"
        REPORTED = "reported", "待核验"
        CLOSED = "closed", "已销号"
        WITHDRAWN = "withdrawn", "已撤销"

    UNFINISHED = (State.ASKED, State.REPORTED)

    finding = models.ForeignKey(
        Finding, models.CASCADE, related_name="rectifications", verbose_name="检查结果"
    )
    responsible = models.ForeignKey(
        "registry.Institution",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="rectifications",
        verbose_name="责任医院",
    )
    bureau = models.ForeignKey(
        "registry.Authority",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="rectifications",
        verbose_name="责任机关",
    )
    own_initiative = models.BooleanField("自行整改", default=False, help_text="责任机关自己提出的整改")
    due_on = models.DateField("整改期限", help_text="当日仍在期限内")
    state = models.CharField("状态", max_length=9, choices=State.choices, default=State.ASKED)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="交办人"
    )
    asked_at = models.DateTimeField("交办时间", default=timezone.now)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="销号人"
    )
    closed_at = models.DateTimeField("销号时间", null=True)

    objects = RectificationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "整改事项"
        constraints = [
            models.UniqueConstraint(
                fields=["finding"],
                condition=Q(state__in=["asked", "reported"]),
                name="rectification_once_per_finding",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["asked", "reported"], closed_at__isnull=True, closed_by__isnull=True)
                | Q(state__in=["closed", "withdrawn"], closed_at__isnull=False, closed_by__isnull=False),
                name="rectification_closed_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(responsible__isnull=False, bureau__isnull=True)
                | Q(responsible__isnull=True, bureau__isnull=False),
                name="rectification_of_one_unit",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "due_on", "id"], name="rectification_by_due"),
            models.Index(fields=["responsible", "state"], name="rectification_of_hospital"),
        ]
        triggers = audited()

    def __str__(self) -> str:
        return f"{self.finding.provision} {self.finding.subject_name}"

    @property
    def unit(self):
        """The hospital or bureau that answers for it."""
        return self.responsible or self.bureau

    @property
    def finished(self) -> bool:
        return self.state not in self.UNFINISHED

    @property
    def overdue(self) -> bool:
        return not self.finished and self.due_on < timezone.localdate()


def private_path(step, filename: str) -> str:
    """A name that says nothing and cannot be guessed; the sender's name is kept in the row."""
    return f"rectifications/{step.rectification_id}/{uuid.uuid4().hex}"


class RectificationStep(models.Model):
    """整改记录: what somebody did or asked, with the file that proves it. Only ever added to."""

    class Act(models.TextChoices):
        ASK = "ask", "交办"
        REPORT = "report", "报送整改"
        RETURN = "return", "退回再改"
        EXTEND = "extend", "调整期限"
        CLOSE = "close", "核验销号"
        WITHDRAW = "withdraw", "撤销"

    rectification = models.ForeignKey(Rectification, models.CASCADE, related_name="steps")
    act = models.CharField("操作", max_length=8, choices=Act.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="操作人")
    at = models.DateTimeField("时间", default=timezone.now)
    text = models.CharField("说明", max_length=1000)
    due_on = models.DateField("整改期限", null=True)
    file = models.FileField("证明材料", upload_to=private_path, max_length=200, blank=True)
    original_name = models.CharField("文件名", max_length=200, blank=True)
    content_type = models.CharField("类型", max_length=100, blank=True)
    sha256 = models.CharField("SHA-256", max_length=64, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "整改记录"
        ordering = ["pk"]
        triggers = audited()

    def __str__(self) -> str:
        return f"{self.get_act_display()} {self.at:%Y-%m-%d}"
