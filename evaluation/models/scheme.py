"""Evaluation schemes (考核方案): the indicators, how each is computed, its target and its points.

No policy text gives a formula (readings A30), so formula, target and points belong to a dated version of the scheme.
A published version is never changed, only followed by another.
"""

from decimal import Decimal

from django.db import models
from django.db.models import Q

from registry.audit import audited


class SchemeQuerySet(models.QuerySet):
    def in_force(self):
        """The versions that no later one has followed."""
        return self.filter(retired_at__isnull=True)


class Scheme(models.Model):
    """考核方案的一个版本."""

    code = models.SlugField("标识", max_length=40)
    title = models.CharField("名称", max_length=200)
    document = models.ForeignKey(
        "registry.PolicyDocument",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="schemes",
        verbose_name="依据文件",
    )
    jurisdiction = models.CharField("适用区划代码", max_length=12)
    effective_from = models.DateField("适用年度起")
    note = models.TextField("说明", blank=True)
    grades = models.JSONField("等级", default=list, help_text="从高到低：名称和最低得分率（%）")
    version = models.CharField("版本", max_length=16, help_text="内容摘要")
    published_at = models.DateTimeField("载入时间", auto_now_add=True)
    retired_at = models.DateTimeField("停用时间", null=True, blank=True)

    objects = SchemeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "考核方案"
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="scheme_version_once"),
            models.UniqueConstraint(
                fields=["code"], condition=Q(retired_at__isnull=True), name="scheme_in_force_once"
            ),
        ]
        triggers = audited()

    def __str__(self) -> str:
        return self.title


class Indicator(models.Model):
    """考核指标 of one version of a scheme."""

    class Formula(models.TextChoices):
        PROPORTION = "proportion", "分子 ÷ 分母"
        RATIO = "ratio", "分子 ÷ 分母（可大于 1）"
        GROWTH = "growth", "（本年 − 上年）÷ 上年"
        AMOUNT = "amount", "合计数"

    class Direction(models.TextChoices):
        HIGHER = "higher", "越高越好"
        LOWER = "lower", "越低越好"

    scheme = models.ForeignKey(Scheme, models.CASCADE, related_name="indicators", verbose_name="考核方案")
    position = models.PositiveSmallIntegerField("次序")
    code = models.CharField("编号", max_length=10)
    group = models.CharField("一级指标", max_length=40)
    name = models.CharField("指标", max_length=80)
    formula = models.CharField("算法", max_length=10, choices=Formula.choices)
    numerator_label = models.CharField("分子", max_length=80)
    denominator_label = models.CharField("分母", max_length=80, blank=True)
    direction = models.CharField("方向", max_length=6, choices=Direction.choices)
    unit = models.CharField("单位", max_length=10)
    decimals = models.PositiveSmallIntegerField("小数位", default=1)
    points = models.DecimalField("分值", max_digits=6, decimal_places=2)
    target = models.DecimalField("目标值", max_digits=16, decimal_places=6, help_text="达到即得满分")
    zero = models.DecimalField("零分值", max_digits=16, decimal_places=6, help_text="此值及更差得零分")
    target_basis = models.CharField("目标依据", max_length=200)
    clause = models.CharField("条文位置", max_length=60)
    quote = models.CharField("原文", max_length=60)
    provision = models.CharField("条款编号", max_length=20, blank=True)
    subject = models.CharField("填报对象", max_length=40)
    reporter = models.CharField("填报单位", max_length=60)
    note = models.CharField("备注", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "考核指标"
        ordering = ["scheme", "position"]
        constraints = [
            models.UniqueConstraint(fields=["scheme", "code"], name="indicator_once_in_scheme"),
            models.CheckConstraint(condition=Q(points__gt=0), name="indicator_points_positive"),
            models.CheckConstraint(
                condition=Q(direction="higher", target__gt=models.F("zero"))
                | Q(direction="lower", target__lt=models.F("zero")),
                name="indicator_target_beyond_zero",
            ),
            models.CheckConstraint(
                condition=~Q(clause="") & ~Q(quote="") & ~Q(target_basis=""), name="indicator_has_citation"
            ),
        ]
        triggers = audited()

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    @property
    def factor(self) -> Decimal:
        """What a stored figure is multiplied with to be shown in the indicator's unit."""
        return Decimal(100) if self.unit == "%" else Decimal(1)

    @property
    def needs_denominator(self) -> bool:
        return self.formula != self.Formula.AMOUNT
