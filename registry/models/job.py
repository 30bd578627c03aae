"""Background work (后台任务) that a person can watch."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from registry import access


class JobQuerySet(models.QuerySet):
    def visible_to(self, user):
        """One's own jobs; the system administrator sees all."""
        if access.has_role(user, "system_admin"):
            return self
        return self.filter(owner=user)

    def unfinished(self):
        return self.filter(state__in=Job.UNFINISHED)


class Job(models.Model):
    """后台任务. The row is the truth about the work; a lost broker message only delays it (registry/jobs.py)."""

    class State(models.TextChoices):
        QUEUED = "queued", "排队中"
        RUNNING = "running", "进行中"
        DONE = "done", "已完成"
        FAILED = "failed", "失败"
        CANCELLED = "cancelled", "已取消"

    UNFINISHED = (State.QUEUED, State.RUNNING)

    kind = models.CharField("类别", max_length=40)
    title = models.CharField("名称", max_length=200)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="jobs", verbose_name="发起人"
    )
    task = models.CharField("任务", max_length=120)
    arguments = models.JSONField("参数", default=dict)
    scope = models.CharField(
        "互斥范围", max_length=120, blank=True, help_text="同一范围同时只有一个未完成的任务；空白不限"
    )
    state = models.CharField("状态", max_length=9, choices=State.choices, default=State.QUEUED)
    phase = models.CharField("阶段", max_length=60, blank=True)
    done = models.PositiveIntegerField("已完成", default=0)
    total = models.PositiveIntegerField("总数", default=0)
    attempts = models.PositiveSmallIntegerField("次数", default=0)
    error = models.TextField("错误", blank=True)
    result = models.JSONField("结果", default=dict)
    result_url = models.CharField("结果页", max_length=200, blank=True)
    created_at = models.DateTimeField("创建时间", default=timezone.now)
    sent_at = models.DateTimeField("派发时间", null=True)
    started_at = models.DateTimeField("开始时间", null=True)
    finished_at = models.DateTimeField("结束时间", null=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "后台任务"
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "scope"],
                condition=Q(state__in=["queued", "running"]) & ~Q(scope=""),
                name="job_once_per_scope",
            )
        ]
        indexes = [
            models.Index(fields=["owner", "-id"], name="job_of_owner"),
            models.Index(
                fields=["state"], condition=Q(state__in=["queued", "running"]), name="job_unfinished"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def finished(self) -> bool:
        return self.state not in self.UNFINISHED

    @property
    def percent(self) -> int | None:
        """Whole per cent of the counted rows; None while the total is not known."""
        return min(100, self.done * 100 // self.total) if self.total else None
