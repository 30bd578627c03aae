"""Code lists of other systems (外部代码表) while a person brings them together with our places."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from registry.audit import audited
from registry.models.division import Division, ForeignCode


class ForeignCodeList(models.Model):
    """外部代码表：one list as it was brought in. What was matched or chosen becomes foreign codes of places."""

    system = models.CharField("代码体系", max_length=60, help_text="如：重庆健康统计区划字典 2018")
    source = models.CharField("来源", max_length=200)
    file_name = models.CharField("文件名", max_length=255, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="上传人")
    at = models.DateTimeField("上传时间", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "外部代码表"
        triggers = audited()

    def __str__(self) -> str:
        return self.system

    def get_absolute_url(self) -> str:
        return reverse("registry:foreign_list", args=[self.pk])


class ForeignCodeRow(models.Model):
    """外部代码表的一行: matched to a place by county and name, waiting for a person, or let be."""

    class State(models.TextChoices):
        OPEN = "open", "待认"
        MATCHED = "matched", "自动对应"
        CHOSEN = "chosen", "人工认定"
        DISMISSED = "dismissed", "不对应"

    code_list = models.ForeignKey(
        ForeignCodeList, models.CASCADE, related_name="rows", verbose_name="外部代码表"
    )
    number = models.PositiveIntegerField("行号")
    code = models.CharField("代码", max_length=20)
    name = models.CharField("名称", max_length=100)
    county_code = models.CharField("所在区县代码", max_length=6, blank=True)
    state = models.CharField("状态", max_length=9, choices=State.choices)
    candidates = models.JSONField("可能的区划", default=list, help_text="按相近程度排列的区划编号")
    why = models.CharField("说明", max_length=200, blank=True)
    foreign_code = models.OneToOneField(
        ForeignCode, models.SET_NULL, null=True, blank=True, related_name="row", verbose_name="外部代码"
    )
    division = models.ForeignKey(
        Division, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="对应区划"
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="认定人",
    )
    decided_at = models.DateTimeField("认定时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "外部代码表的行"
        constraints = [
            models.UniqueConstraint(fields=["code_list", "code"], name="foreign_row_once"),
            models.CheckConstraint(
                condition=Q(state__in=["matched", "chosen"], division__isnull=False)
                | Q(state__in=["open", "dismissed"], division__isnull=True),
                name="foreign_row_matched_has_division",
            ),
        ]
        indexes = [models.Index(fields=["code_list", "state", "number"], name="foreign_row_to_do")]
        triggers = audited()

    def __str__(self) -> str:
        return f"{self.code} {self.name}"
