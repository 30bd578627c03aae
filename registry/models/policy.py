"""Policy documents (政策文件) and their rules (条款).

What a document says is kept word for word; a published version of a rule is never changed, only followed by
another, so that a verdict of years ago can be given again.
"""

from django.db import models
from django.db.models import Q

from registry.audit import audited


class PolicyDocument(models.Model):
    """政策文件：one document in force in a place; a cited parent whose text we lack is a placeholder."""

    class Status(models.TextChoices):
        FORMAL = "formal", "正式"
        TRIAL = "trial", "试行"
        PLACEHOLDER = "placeholder", "文本未载入"

    code = models.SlugField("标识", max_length=40, unique=True)
    title = models.CharField("标题", max_length=200)
    short_title = models.CharField("简称", max_length=40)
    number = models.CharField("文号", max_length=60, blank=True)
    issuer = models.CharField("印发机关", max_length=100)
    jurisdiction = models.CharField("适用区划代码", max_length=12, db_index=True, help_text="000000 为全国")
    status = models.CharField("状态", max_length=11, choices=Status.choices)
    issued_on = models.DateField("印发日期", null=True, blank=True)
    effective_from = models.DateField("施行日期", null=True, blank=True, help_text="空白：文件未载日期")
    effective_to = models.DateField("失效日期", null=True, blank=True, help_text="当日起失效；空白：未废止")
    plan_from = models.DateField("规划期起", null=True, blank=True)
    plan_to = models.DateField("规划期止", null=True, blank=True, help_text="当日仍在规划期内")
    parents = models.ManyToManyField(
        "self", symmetrical=False, related_name="children", verbose_name="上位文件"
    )
    body = models.JSONField("其他内容", default=dict, help_text="本地用词、列名事项、来源说明")
    text = models.TextField("原文", blank=True)
    version = models.CharField("版本", max_length=16, help_text="内容摘要")
    source = models.TextField("政策包", blank=True, help_text="TOML 全文")
    kept = models.BooleanField(
        "在系统中发布", default=False, help_text="由两人在系统中发布；载入随程序提供的文件时不再改动"
    )

    class Meta:
        verbose_name = verbose_name_plural = "政策文件"
        ordering = ["jurisdiction", "code"]
        triggers = audited()

    def __str__(self) -> str:
        return self.title


class RuleQuerySet(models.QuerySet):
    def in_force(self):
        """The published versions that no later one has followed."""
        return self.filter(retired_at__isnull=True)


class Rule(models.Model):
    """条款的一个版本：a provision as published, with the check that decides it. Immutable but for its retirement."""

    document = models.ForeignKey(
        PolicyDocument, models.PROTECT, related_name="rules", verbose_name="政策文件"
    )
    provision = models.CharField("条款编号", max_length=20)
    position = models.PositiveSmallIntegerField("次序")
    clause = models.CharField("条文位置", max_length=60)
    quote = models.CharField("原文", max_length=60)
    modality = models.CharField("要求", max_length=4)
    subject = models.CharField("对象", max_length=20)
    handling = models.CharField("处理方式", max_length=12)
    check_name = models.CharField("判定方法", max_length=60, blank=True)
    body = models.JSONField("规则全文")
    version = models.CharField("版本", max_length=16, help_text="内容摘要")
    published_at = models.DateTimeField("发布时间", auto_now_add=True)
    retired_at = models.DateTimeField("停用时间", null=True, blank=True)

    objects = RuleQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "条款"
        ordering = ["document__jurisdiction", "document__code", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["provision"], condition=Q(retired_at__isnull=True), name="rule_in_force_once"
            ),
            models.CheckConstraint(condition=~Q(clause="") & ~Q(quote=""), name="rule_has_citation"),
        ]
        indexes = [models.Index(fields=["provision", "version"], name="rule_version")]
        triggers = audited()

    def __str__(self) -> str:
        return f"{self.provision} {self.clause}"


class FactSheet(models.Model):
    """判定所依据的事实：the facts about one subject as they were judged, stored once however many rules used them."""

    digest = models.CharField("摘要", max_length=64, primary_key=True)
    subject = models.CharField("对象", max_length=20)
    body = models.JSONField("事实")
    recorded_at = models.DateTimeField("记录时间", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "判定事实"

    def __str__(self) -> str:
        return self.digest[:12]
