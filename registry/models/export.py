"""Lists taken out of the register as files (导出)."""

import datetime as dt

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone

from registry.audit import audited

KEPT = dt.timedelta(days=7)


class InstitutionExportQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Only whoever asked for it: the file holds what that person may see."""
        return self.filter(owner=user)

    def outdated(self):
        return self.filter(created_at__lt=timezone.now() - KEPT)


class InstitutionExport(models.Model):
    """机构名录导出. `query` is the address of the list, so that the file can be made again the same way."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="导出人"
    )
    query = models.TextField("条件", blank=True)
    created_at = models.DateTimeField("时间", default=timezone.now)
    rows = models.PositiveIntegerField("行数", default=0)
    file = models.FileField("文件", upload_to="exports/", blank=True)
    job = models.ForeignKey("registry.Job", models.PROTECT, null=True, related_name="+", verbose_name="任务")

    objects = InstitutionExportQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "机构名录导出"
        indexes = [models.Index(fields=["created_at"], name="institution_export_at")]
        triggers = audited()

    def __str__(self) -> str:
        return self.file_name

    def get_absolute_url(self) -> str:
        return reverse("registry:institution_export_file", args=[self.pk])

    @property
    def file_name(self) -> str:
        return f"机构名录_{timezone.localtime(self.created_at):%Y%m%d_%H%M}.xlsx"
