"""What the audit keeps: entries written by triggers, the blocks that seal them, and the log of reads."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.fields.json import KT

from registry.audit import append_only


class AuditEntry(models.Model):
    """审计记录：one changed row. Of an update only the changed columns are kept, before and after."""

    class Action(models.TextChoices):
        INSERT = "INSERT", "新增"
        UPDATE = "UPDATE", "修改"
        DELETE = "DELETE", "删除"

    at = models.DateTimeField("时间")
    table_name = models.CharField("数据表", max_length=63)
    row_id = models.CharField("记录号", max_length=40)
    action = models.CharField("操作", max_length=6, choices=Action.choices)
    before = models.JSONField("改前", null=True)
    after = models.JSONField("改后", null=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.DO_NOTHING,
        null=True,
        related_name="+",
        db_constraint=False,  # the entry outlives the account
        verbose_name="操作人",
    )
    context = models.JSONField("背景", default=dict)
    db_user = models.CharField("数据库账户", max_length=63)

    class Meta:
        verbose_name = verbose_name_plural = "审计记录"
        indexes = [
            models.Index(fields=["table_name", "row_id", "id"], name="audit_of_row"),
            models.Index(fields=["actor", "id"], name="audit_of_actor"),
            models.Index(fields=["at", "id"], name="audit_at"),
            models.Index(
                KT("context__batch"), "id", name="audit_of_batch", condition=Q(context__has_key="batch")
            ),
        ]
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.table_name} {self.row_id} {self.get_action_display()}"


class AuditBlock(models.Model):
    """审计封存块：a run of entries sealed together; each block's digest covers the digest before it."""

    first_entry = models.BigIntegerField("起")
    last_entry = models.BigIntegerField("止", unique=True)
    entries = models.PositiveIntegerField("条数")
    sealed_at = models.DateTimeField("封存时间", auto_now_add=True)
    previous_digest = models.CharField("上一块摘要", max_length=64)
    digest = models.CharField("摘要", max_length=64, unique=True)

    class Meta:
        verbose_name = verbose_name_plural = "审计封存块"
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.first_entry}–{self.last_entry}"


class AuditCheck(models.Model):
    """审计核验：one walk along the chain, and what it found."""

    at = models.DateTimeField("核验时间", auto_now_add=True)
    blocks = models.PositiveIntegerField("块数")
    head = models.CharField("链首摘要", max_length=64, blank=True)
    fault = models.CharField("不符之处", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "审计核验"
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.fault or '完好'}"


class AccessLog(models.Model):
    """查阅与拒绝记录：who read sensitive content, and which attempts were refused."""

    class Kind(models.TextChoices):
        READ = "read", "查阅"
        EXPORT = "export", "导出"
        REFUSED = "refused", "拒绝"

    at = models.DateTimeField("时间", auto_now_add=True)
    kind = models.CharField("类别", max_length=8, choices=Kind.choices)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.DO_NOTHING, null=True, related_name="+", db_constraint=False
    )
    subject = models.CharField("对象", max_length=120)
    detail = models.CharField("说明", max_length=300, blank=True)
    request = models.CharField("请求号", max_length=32, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "查阅记录"
        indexes = [
            models.Index(fields=["subject", "-id"], name="access_of_subject"),
            models.Index(fields=["user", "-id"], name="access_of_user"),
            models.Index(fields=["at", "id"], name="access_at"),
        ]
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.subject}"
