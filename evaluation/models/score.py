"""Scores (得分) and grades (等级): what the scheme makes of the figures, with all that is needed to make it again."""

from django.db import models
from django.db.models import Q

from registry.audit import audited


class Score(models.Model):
    """一项指标的得分. Without a figure there are no points: the indicator stands as 资料不足."""

    participant = models.ForeignKey(
        "evaluation.Participant", models.CASCADE, related_name="scores", verbose_name="考核对象"
    )
    indicator = models.ForeignKey(
        "evaluation.Indicator", models.PROTECT, related_name="scores", verbose_name="指标"
    )
    numerator = models.DecimalField("分子", max_digits=18, decimal_places=4, null=True)
    denominator = models.DecimalField("分母", max_digits=18, decimal_places=4, null=True)
    value = models.DecimalField("指标值", max_digits=22, decimal_places=8, null=True)
    points = models.DecimalField("得分", max_digits=6, decimal_places=2, null=True)
    explanation = models.CharField("计算", max_length=300)

    class Meta:
        verbose_name = verbose_name_plural = "指标得分"
        constraints = [
            models.UniqueConstraint(fields=["participant", "indicator"], name="score_once"),
            models.CheckConstraint(
                condition=Q(value__isnull=True, points__isnull=True)
                | Q(value__isnull=False, points__isnull=False),
                name="score_points_with_value",
            ),
        ]
        triggers = audited()

    def __str__(self) -> str:
        return f"{self.participant} {self.indicator} {self.points}"


class Grade(models.Model):
    """考核结果 of one consortium. An incomplete one carries no rank and no grade."""

    participant = models.OneToOneField(
        "evaluation.Participant", models.CASCADE, related_name="grade", verbose_name="考核对象"
    )
    points = models.DecimalField("得分", max_digits=7, decimal_places=2)
    possible = models.DecimalField("满分", max_digits=7, decimal_places=2)
    missing = models.PositiveSmallIntegerField("缺少的指标")
    rank = models.PositiveSmallIntegerField("名次", null=True)
    name = models.CharField("等级", max_length=10, blank=True)
    inputs_digest = models.CharField("数据摘要", max_length=16)
    method_version = models.CharField("算法版本", max_length=16)

    class Meta:
        verbose_name = verbose_name_plural = "考核结果"
        constraints = [
            models.CheckConstraint(
                condition=Q(missing=0, rank__isnull=False) & ~Q(name="")
                | Q(missing__gt=0, rank__isnull=True, name=""),
                name="grade_only_when_complete",
            )
        ]
        triggers = audited()

    def __str__(self) -> str:
        return f"{self.participant} {self.points}"

    @property
    def complete(self) -> bool:
        return self.missing == 0
