"""Changes of places (区划变更) as a person entered them, with the paper that ordered them."""

from django.conf import settings
from django.db import models
from django.urls import reverse

from registry.audit import audited
from registry.models.division import Division


class DivisionChange(models.Model):
    """区划变更：one dated event. What it did to places stands in their dates and successions.

    `effects` are the counts of other records that followed, as [label, count] in the order they were shown.
    Changes drawn from yearly tables have no row here; they are flagged as inferred where they stand.
    """

    class Kind(models.TextChoices):
        NEW = "new", "新设"
        RENAME = "rename", "更名"
        RECODE = "recode", "变更代码"
        MOVE = "move", "划归其他上级"
        MERGE = "merge", "合并"
        SPLIT = "split", "拆分"

    kind = models.CharField("事项", max_length=6, choices=Kind.choices)
    on = models.DateField("生效日期")
    summary = models.CharField("内容", max_length=500)
    basis = models.CharField("依据", max_length=300)
    effects = models.JSONField("影响", default=list)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="经办人")
    at = models.DateTimeField("录入时间", auto_now_add=True)
    divisions = models.ManyToManyField(
        Division, through="DivisionChangePlace", related_name="changes", verbose_name="涉及区划"
    )

    class Meta:
        verbose_name = verbose_name_plural = "区划变更"
        constraints = [
            models.CheckConstraint(condition=~models.Q(basis=""), name="division_change_has_basis")
        ]
        indexes = [models.Index(fields=["-on", "-id"], name="division_change_by_day")]
        triggers = audited()

    def __str__(self) -> str:
        return f"{self.on} {self.summary}"

    def get_absolute_url(self) -> str:
        return reverse("registry:division_change", args=[self.pk])


class DivisionChangePlace(models.Model):
    """区划变更涉及的区划：a place that ended, began or went on in a change."""

    class Part(models.TextChoices):
        ENDED = "ended", "停用"
        BEGAN = "began", "启用"
        STAYED = "stayed", "沿用"

    change = models.ForeignKey(DivisionChange, models.CASCADE, related_name="places", verbose_name="区划变更")
    division = models.ForeignKey(Division, models.PROTECT, related_name="+", verbose_name="行政区划")
    part = models.CharField("变化", max_length=6, choices=Part.choices)

    class Meta:
        verbose_name = verbose_name_plural = "区划变更涉及的区划"
        constraints = [models.UniqueConstraint(fields=["change", "division"], name="division_in_change_once")]
        triggers = audited()

    def __str__(self) -> str:
        return f"{self.division} {self.get_part_display()}"
