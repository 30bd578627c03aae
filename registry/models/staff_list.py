"""Lists of people to be invited (人员名单), sent as Excel by a unit's administrator."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from registry.audit import audited


class StaffListQuerySet(models.QuerySet):
    def visible_to(self, user):
        """One's own lists alone: they hold telephone numbers of people who have no account yet."""
        return self.filter(sent_by=user)


class StaffList(models.Model):
    """人员名单: the file is kept until it is applied or let be, the record of it for good."""

    class State(models.TextChoices):
        OPEN = "open", "待邀请"
        APPLIED = "applied", "已邀请"
        DISCARDED = "discarded", "已放弃"

    file = models.FileField("文件", upload_to="staff/%Y/%m/", max_length=300, blank=True)
    file_name = models.CharField("文件名", max_length=255)
    sha256 = models.CharField("文件摘要", max_length=64)
    state = models.CharField("状态", max_length=9, choices=State.choices, default=State.OPEN)
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="staff_lists", verbose_name="上传人"
    )
    sent_at = models.DateTimeField("上传时间", auto_now_add=True)
    applied_at = models.DateTimeField("邀请时间", null=True, blank=True)

    objects = StaffListQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "人员名单"
        constraints = [
            models.CheckConstraint(
                condition=Q(state="applied", applied_at__isnull=False)
                | (~Q(state="applied") & Q(applied_at__isnull=True)),
                name="staff_list_applied_at_with_state",
            ),
            models.CheckConstraint(
                condition=Q(state="open") | Q(file=""), name="staff_list_file_only_while_open"
            ),
        ]
        indexes = [models.Index(fields=["sent_by", "-id"], name="staff_list_of_sender")]
        triggers = audited()

    def __str__(self) -> str:
        return self.file_name

    def get_absolute_url(self) -> str:
        return reverse("registry:staff_list", args=[self.pk])


class StaffListEntry(models.Model):
    """名单上的一人: whose account came of which row."""

    staff_list = models.ForeignKey(StaffList, models.CASCADE, related_name="entries", verbose_name="人员名单")
    row = models.PositiveIntegerField("行号")
    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="staff_list_entry", verbose_name="人员"
    )

    class Meta:
        verbose_name = verbose_name_plural = "名单上的人"
        constraints = [
            models.UniqueConstraint(fields=["staff_list", "row"], name="staff_list_row_once"),
        ]
        triggers = audited()

    def __str__(self) -> str:
        return f"{self.staff_list} 第 {self.row} 行"
