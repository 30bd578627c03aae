"""Imports (导入): the file as it was sent, its rows as they were understood, and what was found wrong with them."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from registry import access
from registry.audit import audited
from registry.models.institution import Institution


class ImportBatchQuerySet(models.QuerySet):
    def visible_to(self, user):
        """One's own imports, and those of people at one's own authority or below."""
        reach = access.authorities_where(user, "import_institutions")
        return self.filter(Q(sent_by=user) | Q(authority__in=reach))

    def for_list(self):
        return self.select_related("sent_by", "authority", "job", "marked_job")


class ImportBatch(models.Model):
    """一次导入. The file is kept for good; rows and issues belong to it. State changes in registry/imports/service.py."""

    class State(models.TextChoices):
        READING = "reading", "读取中"
        MAPPING = "mapping", "待对应列"
        STAGED = "staged", "待应用"
        REFUSED = "refused", "整份退回"
        APPLIED = "applied", "已应用"
        DISCARDED = "discarded", "已放弃"
        PARTLY = "partly", "部分撤销"
        UNDONE = "undone", "已撤销"

    file = models.FileField("文件", upload_to="imports/%Y/%m/", max_length=300)
    file_name = models.CharField("文件名", max_length=255)
    sha256 = models.CharField("文件摘要", max_length=64)
    size = models.PositiveBigIntegerField("字节数")
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="imports", verbose_name="上传人"
    )
    authority = models.ForeignKey(
        "registry.Authority",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="imports",
        verbose_name="所属机关",
        help_text="上传人导入时所在机关",
    )
    everywhere = models.BooleanField("不限辖区", default=False, help_text="由命令行操作员账户导入")
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.READING)
    refusal = models.CharField("退回原因", max_length=300, blank=True)
    sheet = models.CharField("工作表", max_length=120, blank=True)
    header_row = models.PositiveIntegerField("表头行", default=0)
    columns = models.JSONField("识别的列", default=list)
    asks_columns = models.BooleanField(
        "列对应由人确认", default=False, help_text="从页面上传的文件，有不认识的列时先问上传人"
    )
    mapping = models.JSONField("人定的列对应", null=True, blank=True)
    columns_by = models.CharField("列对应的依据", max_length=200, blank=True)
    notes = models.JSONField("读取说明", default=list)
    divisions = models.JSONField("表中出现的区划", default=list)
    rows = models.PositiveIntegerField("行数", default=0)
    creates = models.PositiveIntegerField("新增", default=0)
    updates = models.PositiveIntegerField("更新", default=0)
    differences = models.PositiveIntegerField("差异处数", default=0)
    unchanged = models.PositiveIntegerField("无变化", default=0)
    absent = models.PositiveIntegerField("名录有、表中无", default=0)
    error_rows = models.PositiveIntegerField("有错误的行", default=0)
    errors = models.PositiveIntegerField("错误", default=0)
    warnings = models.PositiveIntegerField("提醒", default=0)
    decisions = models.PositiveIntegerField("待人认", default=0)
    repairs = models.PositiveIntegerField("已修整", default=0)
    rule_counts = models.JSONField("各规则的问题数", default=dict)
    skip_bad_rows = models.BooleanField("跳过有错误的行", default=False)
    job = models.ForeignKey(
        "registry.Job", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="后台任务"
    )
    marked = models.FileField("标注后的原表", upload_to="imports/%Y/%m/", max_length=300, blank=True)
    marked_job = models.ForeignKey(
        "registry.Job", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="标注任务"
    )
    created_at = models.DateTimeField("上传时间", default=timezone.now)
    applied_at = models.DateTimeField("应用时间", null=True, blank=True)
    applied_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="应用人",
    )

    last_entry = models.BigIntegerField(
        "末条审计记录", null=True, blank=True, help_text="应用时最后一条；之后的才是后来的改动"
    )
    undone_at = models.DateTimeField("撤销时间", null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="撤销人",
    )
    undone_rows = models.PositiveIntegerField("已撤销的行", default=0)
    kept_rows = models.PositiveIntegerField("未能撤销的行", default=0)

    objects = ImportBatchQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "导入"
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    state__in=["applied", "partly", "undone"],
                    applied_at__isnull=False,
                    applied_by__isnull=False,
                )
                | ~Q(state__in=["applied", "partly", "undone"]) & Q(applied_at__isnull=True),
                name="import_applied_by_and_at",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["partly", "undone"], undone_at__isnull=False, undone_by__isnull=False)
                | ~Q(state__in=["partly", "undone"]) & Q(undone_at__isnull=True, undone_by__isnull=True),
                name="import_undone_by_and_at",
            ),
            models.CheckConstraint(
                condition=Q(state="refused") & ~Q(refusal="") | ~Q(state="refused") & Q(refusal=""),
                name="import_refused_with_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["authority", "-id"], name="import_of_authority"),
            models.Index(fields=["sent_by", "-id"], name="import_of_person"),
        ]
        triggers = audited()

    def __str__(self) -> str:
        return self.file_name

    def get_absolute_url(self) -> str:
        return reverse("registry:import_detail", args=[self.pk])

    def absent_institutions(self):
        """Institutions of the counties in the file that the file does not mention: closed, moved, or forgotten."""
        mentioned = ImportRow.objects.filter(batch=self, institution=models.OuterRef("pk"))
        return (
            Institution.objects.live()
            .filter(division_id__in=self.divisions)
            .exclude(status=Institution.Status.CLOSED)
            .filter(~models.Exists(mentioned))
        )

    @property
    def can_undo(self) -> bool:
        """Written, and not yet undone to the last row."""
        return self.state in (self.State.APPLIED, self.State.PARTLY)

    @property
    def skipped_rows(self) -> int:
        """Rows with errors or open decisions, which an apply that skips bad rows leaves out."""
        return self.rows - self.creates - self.updates - self.unchanged

    @property
    def can_apply(self) -> bool:
        """Staged, with something to write; whether bad rows may be skipped is asked at the act."""
        return self.state == self.State.STAGED and bool(self.creates or self.updates)


class ImportRow(models.Model):
    """导入行. `raw` is what the sender wrote by field, `values` what it was understood as and is to be written."""

    class Action(models.TextChoices):
        CREATE = "create", "新增"
        UPDATE = "update", "更新"
        UNCHANGED = "unchanged", "无变化"
        ERROR = "error", "错误"
        DECISION = "decision", "待人认"

    # The indexes below serve the foreign keys as well.
    batch = models.ForeignKey(
        ImportBatch,
        models.CASCADE,
        related_name="staged_rows",
        db_index=False,
        db_constraint=False,  # an import and its rows go together; looking it up for each row cost a tenth of staging
        verbose_name="导入",
    )
    number = models.PositiveIntegerField("行号")
    name = models.CharField("机构名称", max_length=300, blank=True)
    cells = models.JSONField("原表各格", default=list)
    values = models.JSONField("取值", default=dict)
    second_names = models.JSONField("新增的第二名称", default=list)
    action = models.CharField("处理", max_length=9, choices=Action.choices)
    institution = models.ForeignKey(
        "registry.Institution",
        models.DO_NOTHING,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        db_constraint=False,  # a new institution has its id here before it is in the register
        verbose_name="对应机构",
    )
    version = models.PositiveIntegerField("机构版本", null=True, help_text="比对时机构的版本")
    differences = models.JSONField("差异", default=dict)
    skipped = models.BooleanField("已跳过", default=False)
    # Of an undo; given by the database, so that COPY need not name them.
    undone = models.BooleanField("已撤销", db_default=False)
    kept = models.CharField("不能撤销的原因", max_length=300, blank=True, db_default="")

    class Meta:
        verbose_name = verbose_name_plural = "导入行"
        constraints = [models.UniqueConstraint(fields=["batch", "number"], name="import_row_once")]
        indexes = [
            models.Index(fields=["batch", "action", "number"], name="import_row_by_action"),
            models.Index(fields=["institution"], name="import_row_of_institution"),
        ]

    def __str__(self) -> str:
        return f"{self.batch} {self.number}"

    @property
    def registered_id(self) -> int | None:
        """Id of the institution; None for a new one that is not in the register, whose id is only set aside."""
        waiting = self.action == self.Action.CREATE and not self.batch.can_undo
        return None if waiting else self.institution_id


class ImportIssue(models.Model):
    """导入问题：one finding at one cell (registry.imports.issues.Issue)."""

    class Severity(models.TextChoices):
        ERROR = "error", "错误"
        DECISION = "decision", "待人认"
        WARNING = "warning", "提醒"
        REPAIR = "repair", "已修整"

    batch = models.ForeignKey(
        ImportBatch, models.CASCADE, related_name="issues", db_index=False, verbose_name="导入"
    )
    row = models.PositiveIntegerField("行号", default=0)
    sheet = models.CharField("工作表", max_length=120, blank=True)
    letter = models.CharField("列", max_length=3, blank=True)
    column = models.CharField("列名", max_length=120, blank=True)
    value = models.CharField("表中值", max_length=400, blank=True)
    rule = models.CharField("规则", max_length=40)
    severity = models.CharField("轻重", max_length=8, choices=Severity.choices)
    message = models.CharField("说明", max_length=500)
    remedy = models.CharField("改法", max_length=500, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "导入问题"
        indexes = [models.Index(fields=["batch", "severity", "row", "id"], name="import_issue_by_severity")]

    def __str__(self) -> str:
        return f"{self.cell} {self.message}"

    @property
    def cell(self) -> str:
        """Address such as B213."""
        return f"{self.letter}{self.row}" if self.letter and self.row else ""
